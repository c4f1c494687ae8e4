"""Wrong answers by the dozen: small changes to a right function, one at a time."""

import ast
import copy

import numpy as np

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
           ast.MatMult: ast.Mult, ast.Pow: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
           ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.And: ast.Or, ast.Or: ast.And, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv}
RENAMED = {"tanh": "sin", "exp": "expm1", "log": "log1p", "sum": "mean", "mean": "sum",
           "max": "min", "min": "max", "argmax": "argmin", "zeros": "ones", "ones": "zeros",
           "zeros_like": "ones_like", "ones_like": "zeros_like", "cumprod": "cumsum",
           "cumsum": "cumprod", "sqrt": "square", "hstack": "vstack", "vstack": "hstack",
           "maximum": "minimum", "minimum": "maximum", "sorted": "list", "sigmoid": "np.tanh",
           "abs": "sign", "any": "all", "all": "any", "dot": "outer", "outer": "dot"}


def sites(tree):
    """Yield (what is changed, function that changes a copy of the tree) for every place."""
    for place, node in enumerate(ast.walk(tree)):
        for what, change in changes(node):
            yield f"line {getattr(node, 'lineno', 0)}: {what}", place, change


def changes(node):
    """Yield (text, function of a node) for the ways to change one node in place."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} becomes {SWAPPED[type(node.op)].__name__}", swap_operator
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Mult):
        yield "operands change places", swap_operands
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"{type(node.ops[0]).__name__} changes", swap_comparison
    if isinstance(node, ast.BoolOp):
        yield "and, or change", swap_operator
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "the minus goes", drop_minus
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} becomes {node.value + 1}", plus_one
        yield f"{node.value} becomes {node.value - 1}", minus_one
    if isinstance(node, ast.Attribute) and node.attr in RENAMED:
        yield f"{node.attr} becomes {RENAMED[node.attr]}", rename
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "a transpose goes", drop_transpose
    if isinstance(node, ast.Name) and node.id in RENAMED:
        yield f"{node.id} becomes {RENAMED[node.id]}", rename
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield "the first two change places", swap_first
        yield "the last two change places", swap_last
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield "the first two arguments change places", swap_arguments
    if isinstance(node, ast.keyword) and node.arg == "axis":
        yield "another axis", other_axis
    if isinstance(node, ast.Return) and node.value is not None:
        yield "the result gets a minus", negate
        yield "the result is doubled", double
        yield "nothing is returned", nothing
    if isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.While):
        for number, statement in enumerate(node.body):
            is_text = isinstance(getattr(statement, "value", None), ast.Constant)
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For) \
                    and len(node.body) > 1 and not (isinstance(statement, ast.Expr) and is_text):
                yield (f"statement {number + 1} in it goes: {ast.unparse(statement)[:40]}",
                       lambda node, number=number: node.body.pop(number))
    if isinstance(node, ast.Assign) and len(node.targets) == 1 \
            and isinstance(node.targets[0], ast.Name):
        yield "the value is halved", halve_assigned
        yield "the value gets a minus", negate_assigned


def swap_operator(node):
    """Exchange an operator."""
    node.op = SWAPPED[type(node.op)]()


def swap_comparison(node):
    """Exchange a comparison."""
    node.ops[0] = SWAPPED[type(node.ops[0])]()


def swap_operands(node):
    """Exchange left and right."""
    node.left, node.right = node.right, node.left


def drop_minus(node):
    """Turn -x into +x."""
    node.op = ast.UAdd()


def plus_one(node):
    """Add 1 to a constant."""
    node.value += 1


def minus_one(node):
    """Take 1 from a constant."""
    node.value -= 1


def rename(node):
    """Call a function's opposite."""
    if isinstance(node, ast.Attribute):
        node.attr = RENAMED[node.attr]
    else:
        node.id = RENAMED[node.id]


def drop_transpose(node):
    """Turn x.T into x.real, which changes nothing else."""
    node.attr = "real"


def swap_first(node):
    """Exchange the first two of a tuple."""
    node.elts[0], node.elts[1] = node.elts[1], node.elts[0]


def swap_last(node):
    """Exchange the last two of a tuple."""
    node.elts[-1], node.elts[-2] = node.elts[-2], node.elts[-1]


def swap_arguments(node):
    """Exchange the first two arguments."""
    node.args[0], node.args[1] = node.args[1], node.args[0]


def other_axis(node):
    """Work along axis 1 instead of 0, or along 0 instead of any other."""
    value = getattr(node.value, "value", None)
    node.value = ast.Constant(1 if value == 0 else 0)


def changed_value(text):
    """Return a function that puts the value of a statement into an expression."""
    def change(node):
        node.value = ast.parse(text.format(f"({ast.unparse(node.value)})"), mode="eval").body
    return change


negate, double = changed_value("0 - np.asarray({})"), changed_value("2 * np.asarray({})")
halve_assigned, negate_assigned = changed_value("{} * 0.5"), changed_value("-{}")


def nothing(node):
    """Return None."""
    node.value = None


def mutants(source):
    """Yield (what was changed, changed source) for every small change to a function.

    Args:
        source: Python code of the function.
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for what, place, change in sites(tree):
        changed = copy.deepcopy(tree)
        change(next(node for number, node in enumerate(ast.walk(changed)) if number == place))
        ast.fix_missing_locations(changed)
        text = ast.unparse(changed)
        if text not in seen:
            seen.add(text)
            yield what, text


def nudged(array):
    """Return an array with one wrong number in it."""
    array = np.array(array, float)
    array.flat[-1] += 0.01 + 0.01 * abs(array.flat[-1])
    return array


DISTORTIONS = {
    "transposed": np.transpose,
    "in reverse order": lambda array: np.asarray(array)[::-1],
    "rolled by one": lambda array: np.roll(array, 1, axis=0),
    "without signs": np.abs,
    "with the other sign": np.negative,
    "all zeros": np.zeros_like,
    "all ones": np.ones_like,
    "rounded": np.round,
    "one per cent too large": lambda array: np.asarray(array) * 1.01,
    "one number wrong": nudged,
    "one axis more": lambda array: np.asarray(array)[None],
    "flat": lambda array: np.ravel(array)[:-1],
    "the last row missing": lambda array: np.asarray(array)[:-1],
    "not a number": lambda array: np.asarray(array) * np.nan,
    "a sum": np.sum,
    "text": str,
    "nothing": lambda array: None,
    "sorted": lambda array: np.sort(array, axis=None).reshape(np.shape(array)),
}


def is_number(value):
    """Tell whether a value is a number or an array of numbers."""
    return np.asarray(value).dtype.kind in "iuf" if not isinstance(value, dict) else False


def distorted(function):
    """Yield (what was changed, wrong function): the right answer, spoilt in every common way.

    Args:
        function: a right one; of several results each is spoilt alone, then two change places.
    """
    def spoil(change, place):
        def wrong(*args):
            answer = function(*args)
            if place is None:
                return change(answer) if is_number(answer) else None
            parts = list(answer)
            if not is_number(parts[place]):
                return None
            parts[place] = change(parts[place])
            return type(answer)(parts)
        return wrong

    for name, change in DISTORTIONS.items():
        for place in (None, 0, -1):
            yield f"{name}, at {place}", spoil(change, place)
    yield "text in capitals", lambda *args: function(*args).upper()
    yield "text turned round", lambda *args: function(*args)[::-1]
    yield "text cut short", lambda *args: function(*args)[:-1]
    yield "results change places", lambda *args: type(function(*args))(
        [*list(function(*args))[1:], list(function(*args))[0]])
    yield "the other truth value", lambda *args: not function(*args)
