"""The set-up cell, unchanged, in a real kernel: alone in a folder, in the course, without network.

The address that it clones from is redirected by git itself to a repository made from this working
tree, or to an address where nobody answers.
"""

import shutil
import subprocess

import nbformat
import pytest

import published
import strict_nbval
import tiny
from tools.notebooks import lessons

SHOW = "import utils\nprint('helpers in', Path(utils.__file__).parent.parent.name, keras.__name__)"
NOWHERE = "http://127.0.0.1:9/"

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture(scope="module")
def setup_cell():
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


@pytest.fixture(scope="module")
def bare(snapshot, tmp_path_factory):
    folder = tmp_path_factory.mktemp("remote") / "course.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(snapshot), str(folder)], check=True,
                   capture_output=True)
    return folder


def run(folder, cell, destination, **variables):
    """Run the set-up cell from a notebook in `folder`; return the notebook."""
    path = tiny.write(tiny.notebook(cell, SHOW), folder / "lesson.ipynb")
    closed = strict_nbval.closed_environment() | published.redirection(destination) | variables
    return lessons.execute(path, environment=closed)[0]


def shown(notebook):
    return "".join(output.text for output in tiny.code(notebook, 1).outputs)


def failing_sentence(folder, cell, **variables):
    with pytest.raises(lessons.LessonError) as caught:
        run(folder, cell, NOWHERE, **variables)
    head, *lines = str(caught.value).splitlines()
    assert head.startswith("lesson failed in the cell") and len(lines) == 1, str(caught.value)
    assert not (folder / "rnn-course").exists()
    return lines[0].strip()


def test_alone_in_a_folder_it_fetches_the_helpers_once(setup_cell, bare, tmp_path):
    assert shown(run(tmp_path, setup_cell, bare.as_uri())) == "helpers in rnn-course keras\n"
    assert (tmp_path / "rnn-course" / "utils" / "environment.py").is_file()
    assert shown(run(tmp_path, setup_cell, NOWHERE)) == "helpers in rnn-course keras\n"


@pytest.mark.parametrize("place", ["notebooks", "notebooks/evidence", "."])
def test_inside_the_course_it_needs_no_network(setup_cell, snapshot, place):
    before = set(snapshot.iterdir())
    assert shown(run(snapshot / place, setup_cell, NOWHERE)) == "helpers in snapshot keras\n"
    assert set(snapshot.iterdir()) - before <= {snapshot / "lesson.ipynb"}


def test_without_a_network_it_says_one_sentence(setup_cell, tmp_path):
    sentence = failing_sentence(tmp_path, setup_cell)
    assert sentence.startswith("SetupError: The course's helpers could not be fetched from https://")
    assert sentence.endswith(".") and "connect to a network" in sentence


def test_without_git_it_says_the_same_sentence(setup_cell, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    sentence = failing_sentence(tmp_path, setup_cell, PATH=str(empty))
    assert sentence.startswith("SetupError:") and "git must be installed" in sentence
