"""Dependencies point one way: lessons and utils, then the evidence, then coursework and tools."""

import ast

import nbformat
import pytest

from tools.notebooks import lesson_rules, lessons

ROOT = lessons.ROOT
EVIDENCE = "utils.evidence"
# Folder: what no module below it may import. A longer name comes before a shorter one.
CLOSED = {
    "utils/evidence": ("tools", "tests", "coursework"),
    "utils": (EVIDENCE, "tools", "tests", "coursework"),
    "coursework": ("tests",),
    "tools": ("tests",),
}
MODULES = sorted(path.relative_to(ROOT).as_posix() for folder in ("utils", "coursework", "tools")
                 for path in (ROOT / folder).rglob("*.py"))


def imported(tree, package=""):
    """Return the full names of everything that a piece of code imports, wherever it stands.

    Args:
        tree: of the code.
        package: in which the code stands, such as "utils.tasks", for relative imports.
    """
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) + 1 - node.level]
            module = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and lesson_rules.name(node.func) in (
                "import_module", "__import__"):
            found |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    return found


def crossings(path, source):
    """Return what the module `path` imports from beyond its border."""
    closed = next(names for folder, names in CLOSED.items() if path.startswith(f"{folder}/"))
    package = path.rpartition("/")[0].replace("/", ".")
    return sorted(module for module in imported(ast.parse(source), package)
                  if any(f"{module}.".startswith(f"{name}.") for name in closed))


@pytest.mark.parametrize("path", MODULES)
def test_no_module_imports_from_beyond_its_border(path):
    assert crossings(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("path", "source", "found"), [
    ("utils/figures.py", "from utils import evidence", ["utils.evidence"]),
    ("utils/figures.py", "from utils.evidence import claims", ["utils.evidence.claims"]),
    ("utils/figures.py", "def f():\n import utils.evidence.cells", ["utils.evidence.cells"]),
    ("utils/figures.py", "from . import evidence", ["utils.evidence"]),
    ("utils/tasks/words.py", "from ..evidence import claims", ["utils.evidence.claims"]),
    ("utils/figures.py", "import importlib\nimportlib.import_module('utils.evidence.claims')",
     ["utils.evidence.claims"]),
    ("utils/figures.py", "from tools.notebooks import lessons", ["tools.notebooks.lessons"]),
    ("utils/evidence/claims.py", "from tools import notebooks", ["tools.notebooks"]),
    ("utils/evidence/claims.py", "from utils.evidence import cells\nfrom utils import tasks", []),
    ("utils/evidence/cells/base.py", "from . import gru\nfrom .. import claims", []),
    ("coursework/grader/grade.py", "import tests.tiny\nfrom utils.evidence import cells",
     ["tests.tiny"]),
    ("tools/notebooks/lessons.py", "from utils.evidence import claims", []),
    ("utils/figures.py", "from utils import validate\nimport toolsmith, evidence", [])])
def test_a_crossing_is_seen(path, source, found):
    assert crossings(path, source) == found


@pytest.mark.parametrize("path", lessons.every(),
                         ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_notebook_imports_from_its_side_of_the_border(path):
    """A lesson takes data, drawings and answers from utils; the evidence may take all of it."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            if path.parent == lessons.NOTEBOOKS:
                assert lesson_rules.foreign_imports(tree) == []
            assert not [module for module in imported(tree)
                        if module.partition(".")[0] in ("tests", "coursework")]
