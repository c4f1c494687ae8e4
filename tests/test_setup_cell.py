"""The set-up cell, unchanged: alone in a folder, in the course, interrupted, with every cause.

The address that it clones from is redirected by git itself to a repository made from this working
tree, or to an address where nobody answers. What does not need Keras runs in a plain Python, with a
course of a few lines in the place of the real one.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

import old_pythons
import published
import strict_nbval
import tiny
from tools.notebooks import course, folding, lessons, setup_cell
from utils import installing

SHOW = "import utils\nprint('helpers in', Path(utils.__file__).parent.parent.name, keras.__name__)"
NOWHERE = "http://127.0.0.1:9/"
SMALL = {"utils/__init__.py": "", "utils/validate.py": "", "utils/corpora/__init__.py": "",
         "utils/figures.py": "",
         "utils/environment.py": "import types\n"
                                 "def set_up(seed): return types.ModuleType('keras')\n"}

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture(scope="module")
def cell():
    first = nbformat.read(lessons.every()[0], as_version=4)
    return tiny.code(first, 0).source


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Return a folder with the course as it is now: the repository that can be cloned."""
    folder = tmp_path_factory.mktemp("course") / "snapshot"
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in ("utils", "data", "notebooks"):
        shutil.copytree(lessons.ROOT / name, folder / name, ignore=ignored)
    shutil.copy(lessons.ROOT / "requirements.txt", folder)
    published.commit(folder)
    return folder


def bare_clone(source, folder):
    subprocess.run(["git", "clone", "--quiet", "--bare", str(source), str(folder)], check=True,
                   capture_output=True)
    return folder.as_uri()


@pytest.fixture(scope="module")
def remote(snapshot, tmp_path_factory):
    return bare_clone(snapshot, tmp_path_factory.mktemp("remote") / "course.git")


def small_course(folder):
    """Write a course of a few lines and return its folder."""
    for name, text in SMALL.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small_remote(tmp_path_factory):
    folder = small_course(tmp_path_factory.mktemp("small") / "snapshot")
    published.commit(folder)
    return bare_clone(folder, folder.parent / "course.git")


@pytest.fixture
def alone(tmp_path):
    """A folder that has nothing of the course in it nor above it."""
    (tmp_path / "a student's folder").mkdir()
    return tmp_path / "a student's folder"


def in_kernel(folder, cell, destination, **variables):
    """Run the set-up cell from a notebook in `folder`; return what the cell behind it shows."""
    path = tiny.write(tiny.notebook(cell, SHOW), folder / "lesson.ipynb")
    closed = strict_nbval.closed_environment() | published.redirection(destination) | variables
    notebook = lessons.execute(path, environment=closed)[0]
    return "".join(output.text for output in tiny.code(notebook, 1).outputs)


def plainly(folder, cell, destination=NOWHERE, python=sys.executable, before=(), first="",
            **variables):
    """Start the cell in a plain Python; an error of the cell is printed as a notebook shows it."""
    program = (f"{first}\ntry:\n    exec({cell!r})\nexcept Exception as error:\n"
               "    print(*getattr(error, '_render_traceback_', lambda: [repr(error)])())\n"
               f"else:\n    exec({SHOW!r})\n")
    kept = {name: value for name, value in os.environ.items()
            if name != "PYTHONPATH" and not name.lower().endswith("_proxy")}
    return subprocess.Popen([*before, python, "-c", program], cwd=folder, encoding="utf-8",
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=kept | published.redirection(destination) | variables)


def shown(process, status=0):
    """Return what a plain Python has printed, which must be all that it has said."""
    said, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (status, ""), complained
    return said


def sentence(process):
    """Return the one sentence with which the cell has ended."""
    line, = shown(process).splitlines()
    assert line.startswith("SetupError: ") and line.endswith("."), line
    return line


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


# --- the cell in the notebooks

def test_all_notebooks_begin_with_the_same_folded_cell(cell):
    for path in setup_cell.paths():
        found = setup_cell.cell_of(nbformat.read(path, as_version=4))
        assert found.source == cell and folding.folded_title(found) == "Set-up", path
    assert "claims" not in cell
    wanted = course.load()
    assert course.CLONE_LINE.findall(cell) == [(wanted["repository"], wanted["version"])]


def test_the_cell_can_be_read_by_python_3_6_and_asks_for_the_versions_of_the_course(cell):
    tree = ast.parse(cell, feature_version=(3, 6))
    check = next(node for node in tree.body if isinstance(node, ast.If))
    low, high = installing.SUPPORTED_PYTHON
    assert ast.unparse(check.test) == f"not {low} <= sys.version_info[:2] <= {high}"
    assert installing.WANTED in ast.unparse(check)


def test_the_cell_of_the_first_notebook_can_be_given_to_all(monkeypatch, tmp_path, capsys, cell):
    names = ["01_rnn_types.ipynb", "02_bptt.ipynb"]
    old = tiny.notebook("print(1)", "print(2)")
    tiny.code(old, 0).metadata["nbgrader"] = {"grade": False}
    tiny.write(tiny.notebook(cell), tmp_path / names[0])
    tiny.write(old, tmp_path / names[1])
    monkeypatch.setattr(lessons, "EVIDENCE", tmp_path)
    monkeypatch.setattr(setup_cell, "ROOT", tmp_path)
    monkeypatch.setattr(setup_cell, "paths", lambda: [tmp_path / name for name in names])
    assert setup_cell.main() == 0
    assert capsys.readouterr().out == "".join(f"{name} has the set-up cell now\n" for name in names)
    new = nbformat.read(tmp_path / names[1], as_version=4)
    assert tiny.code(new, 0).source == cell and tiny.code(new, 1).source == "print(2)"
    assert tiny.code(new, 0).metadata["nbgrader"] == {"grade": False}
    assert folding.is_folded(tiny.code(new, 0))
    setup_cell.main()
    assert capsys.readouterr().out == ""


# --- in a real kernel, with the real course

def test_alone_in_a_folder_it_fetches_the_helpers_once(cell, remote, alone):
    assert in_kernel(alone, cell, remote) == "helpers in rnn-course keras\n"
    assert entries(alone) == ["lesson.ipynb", "rnn-course"]
    assert in_kernel(alone, cell, NOWHERE) == "helpers in rnn-course keras\n"


@pytest.mark.parametrize("place", ["notebooks", "notebooks/evidence"])
def test_inside_the_course_it_needs_no_network(cell, snapshot, place):
    before = set(snapshot.rglob("*.ipynb"))
    assert in_kernel(snapshot / place, cell, NOWHERE) == "helpers in snapshot keras\n"
    assert set(snapshot.rglob("*.ipynb")) - before <= {snapshot / place / "lesson.ipynb"}


def test_a_cause_is_all_that_a_notebook_shows(cell, alone):
    with pytest.raises(lessons.LessonError) as caught:
        in_kernel(alone, cell, NOWHERE)
    head, *lines = str(caught.value).splitlines()
    assert head.startswith("lesson failed in the cell") and len(lines) == 1, str(caught.value)
    assert lines[0].strip().startswith("SetupError: The course's helpers could not be fetched")


# --- where the course is found

@pytest.mark.parametrize("place", [".", "notebooks", "notebooks/evidence",
                                   "coursework/source/04_lstm", ".."])
def test_the_course_is_found_from_its_folders_and_from_the_one_above(cell, alone, place):
    root = small_course(alone / "my copy")
    (root / place).mkdir(parents=True, exist_ok=True)
    assert shown(plainly(root / place, cell)) == "helpers in my copy keras\n"


# --- interrupted

SLOW_GIT = """#!/bin/sh
for last; do :; done
mkdir -p "$last/.git" "$last/utils"
echo > "$last/utils/environment.py"
touch "{started}"
sleep 60
"""


@pytest.mark.skipif(os.name != "posix", reason="a program written in sh stands for git")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL] if os.name == "posix" else [None])
def test_an_interrupted_clone_is_begun_again(cell, alone, small_remote, tmp_path, how):
    (tmp_path / "bin").mkdir()
    git, started = tmp_path / "bin" / "git", tmp_path / "started"
    git.write_text(SLOW_GIT.format(started=started), encoding="utf-8")
    git.chmod(0o755)
    process = plainly(alone, cell, small_remote,
                      PATH=f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    end = time.monotonic() + 30
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode and not (alone / "rnn-course").exists()
    if how == signal.SIGINT:
        assert entries(alone) == []
    assert shown(plainly(alone, cell, small_remote)) == "helpers in rnn-course keras\n"


@pytest.mark.parametrize("left", ["nothing", "half a clone"])
def test_what_an_interruption_has_left_is_replaced(cell, alone, small_remote, left):
    folder = alone / "rnn-course"
    folder.mkdir()
    if left == "half a clone":
        address = f"https://github.com/{course.load()['repository']}.git"
        (folder / ".git").mkdir()
        (folder / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {address}\n',
                                                encoding="utf-8")
        (folder / "utils").mkdir()
        (folder / "utils" / "environment.py").write_text("", encoding="utf-8")
    assert shown(plainly(alone, cell, small_remote)) == "helpers in rnn-course keras\n"
    assert entries(alone) == ["rnn-course"] and not (folder / ".git" / "config.lock").exists()


def test_a_folder_of_somebody_else_is_named_and_left_alone(cell, alone, small_remote):
    (alone / "rnn-course").mkdir()
    (alone / "rnn-course" / "thesis.txt").write_text("all of it", encoding="utf-8")
    said = sentence(plainly(alone, cell, small_remote))
    assert f"{alone / 'rnn-course'} is in the way and is not the course" in said
    assert entries(alone / "rnn-course") == ["thesis.txt"] and entries(alone) == ["rnn-course"]


# --- the true cause

def test_without_a_network_it_is_the_address_that_cannot_be_reached(cell, alone):
    said = sentence(plainly(alone, cell))
    assert "could not be fetched from https://github.com/" in said and "connect to" in said
    assert "git is not installed" not in said and entries(alone) == []


def test_without_git_it_is_git(cell, alone):
    said = sentence(plainly(alone, cell, PATH=str(alone)))
    assert "git is not installed" in said and "connect" not in said


def test_a_missing_branch_is_named(cell, alone, small_remote):
    wanted = course.load()["version"]
    said = sentence(plainly(alone, cell.replace(f'.git", "{wanted}"', '.git", "no-such"'),
                            small_remote))
    assert "Remote branch no-such not found" in said and "connect" not in said


def test_a_folder_that_cannot_be_written_is_named(cell, alone, small_remote):
    before = ()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if not shutil.which("bwrap"):
            pytest.skip("the superuser may write everywhere, and bubblewrap is not installed")
        before = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", alone, alone, "--chdir", alone]
    alone.chmod(0o555)
    try:
        said = sentence(plainly(alone, cell, small_remote, before=before))
    finally:
        alone.chmod(0o755)
    assert "Read-only file system" in said or "Permission denied" in said
    assert str(alone) in said and "connect" not in said


@pytest.mark.parametrize("python", old_pythons.PATHS or [None], ids=str)
def test_python_is_checked_before_anything_else(cell, alone, python):
    if python is None:
        pytest.skip("this machine has no older Python")
    said = sentence(plainly(alone, cell, python=python, PATH=str(alone)))
    assert said.startswith("SetupError: This course needs Python 3.11, 3.12 or 3.13, and this is ")


def test_a_newer_python_is_named_too(cell, alone):
    said = sentence(plainly(alone, cell, first="import sys; sys.version_info = (3, 14, 0)"))
    assert "this is Python 3.14: choose another kernel" in said


# --- another utils

@pytest.mark.parametrize("name", ["utils.py", "utils/__init__.py", "utils/other.py"])
@pytest.mark.parametrize("imported", [True, False])
def test_a_utils_of_somebody_else_is_named_and_set_aside(cell, alone, tmp_path, name, imported):
    """As a module, as a package, and as a folder that Python takes for one."""
    root = small_course(alone / "my copy")
    (root / "notebooks").mkdir()
    (tmp_path / "other" / name).parent.mkdir(parents=True)
    (tmp_path / "other" / name).write_text("", encoding="utf-8")
    first = f"import sys; sys.path.insert(0, {str(tmp_path / 'other')!r})"
    lines = shown(plainly(root / "notebooks", cell,
                          first=first + "\nimport utils" * imported)).splitlines()
    assert lines[-1] == "helpers in my copy keras" and len(lines) == 1 + imported
    if imported:
        assert str(tmp_path / "other") in lines[0] and "was imported before" in lines[0]


def test_the_cell_can_be_run_again(cell, alone):
    small_course(alone)
    assert shown(plainly(alone, f"{cell}\nexec({cell!r})")) == (
        f"helpers in {alone.name} keras\n")
