"""Cut a cell's code down to what it teaches: what a lecture hall has time to read.

Left out are the statements that import, draw, print, check, or judge a claim, and the assignments
that serve the drawing alone. The notebook has them all.
"""

import ast

REPORTS = {"print", "display", "claims", "measurements"}
DRAWS = {"plt", "figures"}


def names(nodes, kind):
    """Return the names that statements load (ast.Load) or bind (ast.Store)."""
    return {part.id for node in nodes for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, kind)}


def root(expression):
    """Return the first name of a called function: `claims` for `claims.judge(...)`."""
    while not isinstance(expression, ast.Name):
        expression = getattr(expression, "func", None) or getattr(expression, "value", None)
        if expression is None:
            return None
    return expression.id


def reports(node):
    """Tell whether a statement does nothing but import, ask for the seed, print, check or judge."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.value) == "measurements.seed()":
        return True
    if isinstance(node, ast.For | ast.If):
        return all(reports(part) for part in node.body + node.orelse)
    return (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            and root(node.value) in REPORTS)


def draws(node, drawn):
    """Tell whether a statement draws: it uses one of the names in `drawn`."""
    return not isinstance(node, ast.FunctionDef | ast.ClassDef) and bool(
        drawn & names([node], ast.Load))


def sorted_out(body):
    """Return the statements of a cell that teach."""
    drawn = set(DRAWS)
    for node in body:
        if isinstance(node, ast.Assign) and "plt" in names([node], ast.Load):
            drawn |= names([node], ast.Store)
    drawing = [node for node in body if draws(node, drawn)]
    kept = [node for node in body if node not in drawing and not reports(node)]
    served = names(drawing, ast.Load)
    others = [node for node in body if node not in drawing]
    while True:
        idle = [node for node in kept if isinstance(node, ast.Assign)
                and (bound := names([node], ast.Store)) and bound <= served
                and not bound & names([n for n in others if n is not node], ast.Load)]
        if not idle:
            return kept
        kept = [node for node in kept if node not in idle]
        others = [node for node in others if node not in idle]


def lines(source):
    """Return the lines of a cell's source that teach, and whether some were left out.

    Args:
        source: Python code.

    Returns:
        (list of lines, bool).
    """
    body, text = ast.parse(source).body, source.splitlines()
    kept, found, last = sorted_out(body), [], None
    hidden = {number for node in kept for part in ast.walk(node) if isinstance(part, ast.Assert)
              for number in range(part.lineno, part.end_lineno + 1)}
    for node in kept:
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        while start > 1 and text[start - 2].startswith("#"):
            start -= 1                                         # a comment above belongs to it
        if last is not None and start - 1 > last:
            found.append("")
        found += [text[number - 1] for number in range(start, node.end_lineno + 1)
                  if number not in hidden]
        last = node.end_lineno
    return found, len(kept) < len(body) or bool(hidden)
