"""What a lesson must be beyond a notebook in order: one step a cell, nothing taught is folded.

These rules hold for notebooks/*.ipynb alone. The evidence has its own (`notebook_rules`).
"""

import ast
import re
import statistics

from tools.notebooks import folding

LONGEST_CODE = 15
LONGEST_SUBJECT = 25
MEDIAN_CODE = 8
MOST_CELLS = 112
ABOUT = "\u2248"
WHAT_TO_SEE = re.compile(r"what to see\s*:", re.IGNORECASE)

# Whatever else stands in the metadata of a cell is a slip of the pen, and would change nothing.
KNOWN_METADATA = {"cellView", "editable", "jupyter", "picture_tolerance", "preview", "slideshow",
                  "states", "subject", "tags", "tolerance"}
# Parts of `utils` that a lesson may use; models, training and metrics are public Keras.
MODULES = {"checks", "corpora", "diagrams", "environment", "figures", "tasks"}
# What only the evidence needs: in a lesson it stands between the reader and the idea.
MACHINERY = {"judge", "exec", "eval", "getsource", "measurements", "set_random_seed",
             "seed_everything", "set_seed", "seed"}
TAUGHT = {"fit", "compile", "train_on_batch", "Sequential", "Model", "Functional"}
BASES = {"Model", "Layer", "Sequential", "Functional"}


def name(node):
    """Return the last part of a name such as `keras.layers.LSTM`, or None."""
    return getattr(node, "attr", None) or getattr(node, "id", None)


def owner(node):
    """Return the part before the last of such a name: `layers`, or None."""
    return name(node.value) if isinstance(node, ast.Attribute) else None


def machinery(tree):
    """Return what stands in code that readers see and that belongs to the evidence."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            found.add("assert")
        elif isinstance(node, ast.Call) and name(node.func) in MACHINERY:
            found.add(f"{name(node.func)}()")
        elif isinstance(node, ast.keyword) and node.arg == "seed":
            found.add("seed=")
        elif isinstance(node, ast.Name) and node.id == "measurements":
            found.add(node.id)
    return sorted(found)


def taught(tree):
    """Return what a piece of code does that a lesson teaches: it builds or trains a model."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (owner(node.func) == "layers" or (
                name(node.func) in TAUGHT and owner(node.func) != "re"
                and not (isinstance(node.func, ast.Name) and node.func.id == "compile"))):
            found.add(f"{name(node.func)}()")
        elif isinstance(node, ast.ClassDef):
            found |= {f"a class of {name(base)}" for base in node.bases if name(base) in BASES}
    return sorted(found)


def foreign_imports(tree):
    """Return the modules of this course that a lesson may not import, and imports all the same."""
    found = set()
    for node in ast.walk(tree):
        modules = ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                   [f"{node.module}.{alias.name}" for alias in node.names]
                   if isinstance(node, ast.ImportFrom) and node.module else [])
        for module in modules:
            first, *rest = module.split(".")
            if first in ("tools", "tests", "coursework") or (
                    first == "utils" and (not rest or rest[0] not in MODULES)):
                found.add(module)
    return sorted(found)


def lines_of(cell):
    """Return the lines of a code cell that hold something."""
    return [line for line in cell["source"].splitlines() if line.strip()]


def code_complaints(cell):
    """Return the faults of one code cell of a lesson."""
    folded, found = folding.is_folded(cell), []
    try:
        tree = ast.parse(cell["source"])
    except SyntaxError:
        return ["it is not plain Python (a line with % or ! does not run everywhere)"]
    found += [f"it imports {module}; a lesson takes from utils only {', '.join(sorted(MODULES))}"
              for module in foreign_imports(tree)]
    if folded:
        found += [f"it is folded, but holds what is taught: {what}" for what in taught(tree)]
        return found
    subject = cell["metadata"].get("subject") is True
    if "subject" in cell["metadata"] and not (subject and any(
            isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)):
        found.append("it is no subject: it defines no function, or its entry is not true")
    most = LONGEST_SUBJECT if subject else LONGEST_CODE
    if len(lines_of(cell)) > most:
        found.append(f"it has {len(lines_of(cell))} lines of code; {most} are allowed")
    return found + [f"readers see {what}, which belongs to the evidence"
                    for what in machinery(tree)]


def has_picture(cell):
    """Tell whether a cell puts out a picture."""
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def texts(cell):
    """Return every text of a cell, its source and its outputs."""
    found = [cell["source"]]
    for output in cell.get("outputs", []):
        found += [output.get("text", ""), *(value for kind, value in output.get("data", {}).items()
                                            if kind.startswith("text/"))]
    return found


def cell_complaints(cell, following):
    """Return the faults of one cell of a lesson, a sentence each.

    Args:
        cell: of any type.
        following: the cell behind it, or None.
    """
    found, known = folding.complaints(cell), KNOWN_METADATA.union(folding.OTHER_ENTRIES)
    found += [f"its metadata entry {entry!r} is not known"
              for entry in sorted(set(cell["metadata"]) - known)]
    if any(ABOUT in text for text in texts(cell)):
        found.append(f"it holds the sign {ABOUT}; its metadata can carry a tolerance instead")
    if cell["cell_type"] == "code":
        found += code_complaints(cell)
        if any(WHAT_TO_SEE.search(text) for text in texts(cell)):
            found.append("it prints what to see; a sentence below it says that")
        if has_picture(cell) and (following is None or following["cell_type"] != "markdown"):
            found.append("no sentence follows its picture; the next cell must say what to see")
    return found


def complaints(notebook, moves):
    """Return what is wrong with a lesson as a whole, a sentence each.

    Args:
        notebook: NotebookNode of a lesson.
        moves: function of a stored PNG that tells whether it is an animation.
    """
    found, code = [], [cell for cell in notebook.cells if cell.cell_type == "code"]
    if len(notebook.cells) > MOST_CELLS:
        found.append(f"it has {len(notebook.cells)} cells; {MOST_CELLS} are allowed")
    visible = [len(lines_of(cell)) for cell in code if not folding.is_folded(cell)]
    if visible and statistics.median(visible) > MEDIAN_CODE:
        found.append(f"half of its visible code cells have more than {MEDIAN_CODE} lines")
    if not any(moves(output.data["image/png"]) for cell in code for output in cell.outputs
               if "image/png" in output.get("data", {})):
        found.append("no picture in it moves")
    return found
