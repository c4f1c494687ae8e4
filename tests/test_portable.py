"""What holds on a machine that nobody here has seen: line ends, encodings, imports, packages."""

import ast
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools.notebooks import lessons

ROOT = lessons.ROOT
SKIPPED = {".venv", "build", ".git", "__pycache__"}
SOURCES = sorted(path for path in ROOT.rglob("*.py") if not SKIPPED & set(path.parts))
NOTEBOOKS = [*lessons.every(), *sorted((ROOT / "coursework" / "source").glob("*/*.ipynb"))]
POSIX_ONLY = {"crypt", "curses", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline",
              "resource", "spwd", "syslog", "termios", "tty"}
# Their `open` gives no text.
BINARY = {"Image", "bz2", "gzip", "os", "tarfile", "wave", "zipfile"}
needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def code_of(path):
    """Return the Python of a source file or of all cells of a notebook."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    return "".join(TransformerManager().transform_cell(cell.source)
                   for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")


def shown(path):
    return path.relative_to(ROOT).as_posix()


# --- line ends

def git(*words, **settings):
    return subprocess.run(["git", *words], capture_output=True, check=True, **settings).stdout


def clone(source, target):
    """Commit a folder and clone it by a git that makes CRLF of LF."""
    git("init", "--quiet", source)
    git("-C", source, "add", ".")
    git("-C", source, "-c", "user.name=c", "-c", "user.email=c@localhost", "commit", "--quiet",
        "--message", "c")
    git("clone", "--quiet", "--config", "core.autocrlf=true", source, target)
    return target


@needs_git
def test_a_clone_with_windows_line_ends_is_the_same_to_the_byte(tmp_path):
    names = [".gitattributes", ".ci/run", "Makefile", "course.py", "data/course.toml",
             "data/pictures/01_rnn_types.png", "README.md", shown(lessons.every()[0])]
    for name in names:
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / name)
    cloned = clone(tmp_path / "source", tmp_path / "clone")
    for name in names:
        assert (cloned / name).read_bytes() == (ROOT / name).read_bytes(), name
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "text").write_bytes(b"one\ntwo\n")
    without = clone(tmp_path / "plain", tmp_path / "other")
    assert (without / "text").read_bytes() == b"one\r\ntwo\r\n", "this git makes no CRLF at all"


@needs_git
def test_no_file_is_stored_with_other_line_ends():
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the course is no repository of git")
    stored = git("-C", ROOT, "ls-files", "--eol").decode("utf-8").splitlines()
    assert [line for line in stored if re.match(r"i/(crlf|mixed)", line)] == []


# --- encodings

def without_encoding(code):
    """Return the lines of a source that open a text file and do not name its encoding."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if method else getattr(node.func, "id", None)
        modes = [word.value for word in node.keywords if word.arg == "mode"]
        if name in ("read_text", "write_text"):
            found += [node.lineno] if method else []
        elif name == "fdopen" or (name == "open" and not method):
            found += [node.lineno] if is_text(modes or node.args[1:2]) else []
        elif name == "open" and getattr(node.func.value, "id", "") not in BINARY:
            # A method: of a path if its first argument is a mode, otherwise of something else.
            found += [node.lineno] if is_text(modes or node.args[:1]) else []
    return found


def is_text(modes):
    """Tell whether a file is opened as text.

    Args:
        modes: the expression that gives the mode, in a list; an empty list is the default.
    """
    given = [getattr(mode, "value", None) for mode in modes] or ["r"]
    return isinstance(given[0], str) and bool(re.fullmatch("[rwax][t+]*", given[0]))


def test_every_text_file_is_opened_with_its_encoding():
    found = {shown(path): without_encoding(code_of(path)) for path in [*SOURCES, *NOTEBOOKS]}
    assert len(found) > 100 and {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(("code", "count"), [
    ("open('x')", 1), ("open('x', 'w')", 1), ("open('x', mode='a')", 1), ("path.open()", 1),
    ("path.open('w')", 1), ("Path('x').read_text()", 1), ("p.write_text('x')", 1),
    ("os.fdopen(3, 'w')", 1), ("open('x', 'rb')", 0), ("path.open('wb')", 0),
    ("open('x', encoding='utf-8')", 0), ("p.write_text('x', encoding='utf-8')", 0),
    ("os.open('x', 1)", 0), ("wave.open('x')", 0), ("os.fdopen(3, 'wb')", 0),
    ("browser.open(page)", 0), ("browser.open('page.html')", 0), ("open(x, mode='rb')", 0)])
def test_a_missing_encoding_is_seen(code, count):
    assert len(without_encoding(code)) == count


# --- imports

def imported(code, everywhere=False):
    """Return the modules that a source imports when it is loaded itself.

    Args:
        code: the source.
        everywhere: also those that functions import.
    """
    found, waiting = set(), list(ast.parse(code).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(node)
    return found


def reached(paths):
    """Return {module: who imports it} of all that is loaded with some files of the course."""
    found, waiting = {}, list(paths)
    while waiting:
        path = waiting.pop()
        for name in imported(code_of(path)) - set(found):
            found[name] = shown(path)
            place = ROOT.joinpath(*name.split("."))
            for own in (place.with_suffix(".py"), place / "__init__.py"):
                if own.is_file():
                    waiting.append(own)
    return found


def test_lessons_and_helpers_load_nothing_that_only_posix_has():
    found = reached([*(ROOT / "utils").rglob("*.py"), *lessons.every(), ROOT / "course.py"])
    assert {"numpy", "utils.figures", "utils.evidence.cells"} <= set(found)
    assert {name: by for name, by in found.items() if name.partition(".")[0] in POSIX_ONLY} == {}


def test_tools_and_tests_load_nothing_that_only_posix_has():
    """Marking alone needs Linux, and says so itself."""
    found = reached(path for name in ("tools", "tests") for path in (ROOT / name).rglob("*.py"))
    assert {name: by for name, by in found.items() if name.partition(".")[0] in POSIX_ONLY} == {}


@pytest.mark.parametrize(("code", "names"), [
    ("import pty", {"pty"}), ("from os import path, fork", {"os", "os.path", "os.fork"}),
    ("try:\n    import fcntl\nexcept ImportError: pass", {"fcntl"}),
    ("class A:\n    import pwd", {"pwd"}), ("def f():\n    import pty", set())])
def test_imports_are_seen_where_loading_a_module_meets_them(code, names):
    assert imported(code) == names


# --- times

def absolute_times(code):
    """Return the assertions of a source that hold seconds against a fixed number."""
    def is_time(node):
        names = {part.attr if isinstance(part, ast.Attribute) else part.id
                 for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name)}
        return any(re.search(r"seconds$|process_time|perf_counter|elapsed", name) for name in names)

    compared = [node for statement in ast.walk(ast.parse(code)) if isinstance(statement, ast.Assert)
                for node in ast.walk(statement) if isinstance(node, ast.Compare)]
    return [ast.unparse(node) for node in compared for side, other in (
                (node.left, node.comparators[-1]), (node.comparators[-1], node.left))
            if is_time(side) and isinstance(other, ast.Constant)]


@pytest.mark.parametrize("path", lessons.every(), ids=shown)
def test_no_notebook_asserts_how_long_something_takes(path):
    assert absolute_times(code_of(path)) == []


@pytest.mark.parametrize(("code", "count"), [
    ("assert watch.seconds < 40", 1), ("assert right and 15 > run.seconds", 1),
    ("assert all(run.seconds < 15 for run in runs)", 1), ("assert slow.seconds > fast.seconds", 0),
    ("assert back.seconds < 10 * there.seconds", 0), ("assert speed > 100", 0)])
def test_an_absolute_time_is_seen(code, count):
    assert len(absolute_times(code)) == count


# --- packages

CAN = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin", "aarch64-unknown-linux-gnu"]
CANNOT = ["aarch64-pc-windows-msvc", "x86_64-apple-darwin"]
# Written in Python alone, but published as a source package.
BUILT = ["--no-binary", "docopt"]


@pytest.mark.parametrize("system", [*CAN, *CANNOT])
def test_the_packages_can_be_had_where_the_readme_says_so(system):
    words = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python-platform", system,
             "--python-version", "3.12", "--only-binary", ":all:", *BUILT, "requirements.txt",
             "requirements-dev.txt"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
                          timeout=300, env=os.environ | {"UV_HTTP_TIMEOUT": "20"})
    if re.search("error sending request|dns error|timed out|Could not connect", done.stderr):
        pytest.skip("the package index does not answer")
    if system in CAN:
        assert done.returncode == 0 and "\ntensorflow==" in done.stdout, done.stderr
    else:
        assert done.returncode and "tensorflow" in done.stderr.partition("no wheels with a")[0], (
            f"{system} has TensorFlow now: README.md and utils/installing.py say it has not")
