"""The release: what students get, and every way in which a solution could slip into it."""

import base64
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

import published
import strict_nbval
import submissions
from coursework.grader import exercises, leaks, locked, release
from tools.notebooks import lessons

ASSIGNMENT = submissions.ASSIGNMENT
SECRET = "left[t] = left[t + 1] * forget_gates[t + 1]"


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Return a function that changes a copy of one assignment, which is then the only one."""
    folder = tmp_path / "source"
    shutil.copytree(exercises.SOURCE / ASSIGNMENT, folder / ASSIGNMENT)
    monkeypatch.setattr(exercises, "SOURCE", folder)
    for cached in (locked.check_cells, locked.questions):
        cached.cache_clear()

    def change(edit):
        path = exercises.source(ASSIGNMENT)
        notebook = nbformat.read(path, as_version=4)
        edit(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    yield change
    for cached in (locked.check_cells, locked.questions):
        cached.cache_clear()


def answer(notebook, name="4-1"):
    return submissions.answer_cells(notebook)[name]


def replaced(old, new):
    def edit(notebook):
        cell = answer(notebook)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)
    return edit


def text_cell(source, kind="markdown"):
    def edit(notebook):
        made = nbformat.v4.new_markdown_cell(source) if kind == "markdown" \
            else nbformat.v4.new_code_cell(source)
        notebook.cells.insert(6, made)
    return edit


def in_metadata(notebook):
    notebook.cells[5].metadata["notes"] = f"solution: {SECRET}"


def in_nbgrader_metadata(notebook):
    notebook.cells[5].metadata["nbgrader"]["comment"] = SECRET


def as_tag(notebook):
    notebook.cells[5].metadata["tags"] = [base64.b64encode(SECRET.encode()).decode()]


def in_attachment(notebook):
    cell = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    cell["attachments"] = {"a.txt": {"text/plain": base64.b64encode(SECRET.encode()).decode()}}


def unmarked(notebook):
    answer(notebook).metadata.pop("nbgrader")


def words_unmarked(notebook):
    cell = next(cell for cell in notebook.cells
                if cell.metadata.get("nbgrader", {}).get("grade_id") == "4-7")
    cell.source = cell.source.replace("### BEGIN SOLUTION\n", "")


def other_points(notebook):
    submissions.check_cells(notebook)[0].metadata.nbgrader.points = 9


def same_names(notebook):
    cells = submissions.check_cells(notebook)
    cells[1].metadata.nbgrader.grade_id = cells[0].metadata.nbgrader.grade_id


def no_check(notebook):
    notebook.cells.remove(submissions.check_cells(notebook)[0])


MISTAKES = {
    "begin marker misspelt": replaced("### BEGIN SOLUTION", "### BEGIN SOLUTOIN"),
    "end marker misspelt": replaced("### END SOLUTION", "### END SOLUTIN"),
    "marker in small letters": replaced("### BEGIN SOLUTION", "### begin solution"),
    "marker with one sign less": replaced("### BEGIN SOLUTION", "## BEGIN SOLUTION"),
    "no end marker": replaced("    ### END SOLUTION", ""),
    "two begin markers": replaced("### BEGIN SOLUTION",
                                  "### BEGIN SOLUTION\n    ### BEGIN SOLUTION"),
    "helper after the end marker": replaced(
        "### END SOLUTION", "### END SOLUTION\n\n\ndef helper(gates):\n    return gates.prod()"),
    "code before the begin marker": replaced(
        "    ### BEGIN SOLUTION",
        f"    for t in range(3):\n        {SECRET}\n    ### BEGIN SOLUTION"),
    "the answer kept in a comment": replaced("    ### BEGIN SOLUTION",
                                            f"    # {SECRET}\n    ### BEGIN SOLUTION"),
    "no markers and no metadata": unmarked,
    "solution in a text cell": text_cell(f"Hint: `{SECRET}`"),
    "solution in a text cell, spaced otherwise": text_cell(SECRET.replace(" ", "")),
    "solution in a code cell": text_cell(f"# for the instructor: {SECRET}", "code"),
    "hidden case in a text cell": text_cell(
        "gates = np.asarray(forget_gates, float)\nafter = np.cumprod(gates[::-1], axis=0)[::-1]"),
    "mark scheme with a misspelt marker": text_cell("### BEGIN MARK SHCEME\nanything goes"),
    "function solved a second time": text_cell("def what_is_left(g):\n    return 1", "code"),
    "note in a cell's metadata": in_metadata,
    "note in nbgrader's metadata": in_nbgrader_metadata,
    "solution as a tag in base64": as_tag,
    "attachment": in_attachment,
    "answer in words without begin marker": words_unmarked,
    "points that differ": other_points,
    "one name twice": same_names,
    "exercise without its check": no_check,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_authoring_mistake_is_not_released(mistake, source, tmp_path, capsys):
    """Nothing appears under the bundle's name, the status is not 0, and a sentence says why."""
    source(MISTAKES[mistake])
    assert release.main(["--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Nothing was released:")
    assert len(said.splitlines()) >= 2
    assert list((tmp_path / "out").rglob("*.ipynb")) == []


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 15


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make the bundle of all assignments once."""
    return release.bundle(tmp_path_factory.mktemp("release"))


FOREIGN = {
    "a hidden module": ("utils/a04.py", exercises.ROOT / "coursework/hidden/a04_lstm.py"),
    "a solved notebook among the lessons": ("notebooks/backup.ipynb", exercises.source(ASSIGNMENT)),
    "a solved notebook under another name": ("data/x.json", exercises.source(ASSIGNMENT)),
    "the source folder": ("source/readme.txt", exercises.ROOT / "LICENSE"),
    "a gradebook": ("gradebook.db", exercises.ROOT / "LICENSE"),
    "an editor's copy": ("data/words.toml~", exercises.ROOT / "LICENSE"),
    "byte code": ("utils/__pycache__/a.pyc", exercises.ROOT / "LICENSE"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_file_in_the_bundle_is_found(what, made, tmp_path):
    shutil.copytree(made, tmp_path / "b")
    name, content = FOREIGN[what]
    (tmp_path / "b" / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(content, tmp_path / "b" / name)
    assert any(fault.startswith(name) for fault in leaks.scan(tmp_path / "b"))


def test_the_bundle_is_whole_and_clean(made):
    assert leaks.scan(made) == []
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert {"README.md", "requirements.txt", "LICENSE", "utils/checks/__init__.py", "VERDICTS.md",
            "data/checks/04.json", "notebooks/evidence/01_rnn_types.ipynb"} <= names
    assert {f"assignments/assignment_{name}.ipynb" for name in exercises.available()} <= names
    assert not any("coursework" in name or "hidden" in name for name in names)


def test_a_release_without_an_address_of_its_own_warns(monkeypatch, tmp_path, capsys):
    settings = tmp_path / "course" / "data" / "course.toml"
    settings.parent.mkdir(parents=True)
    monkeypatch.setattr(release, "bundle", lambda out: tmp_path / "course")
    for repository, warned in (("your-name/rnn-course", True), ("me/rnn-course", False)):
        settings.write_text(f'repository = "{repository}"\n', encoding="utf-8")
        assert release.main([]) == 0
        assert ("make colab REPO=owner/name" in capsys.readouterr().err) is warned


def test_what_a_lesson_saves_stays_behind():
    saved = {"names.keras", "names_alphabet.json", "speakers.npz"}
    assert release.LEFT_BEHIND("notebooks", ["04_lstm.ipynb", "04.json", *saved]) == saved
    patterns = (exercises.ROOT / ".gitignore").read_text(encoding="utf-8").split()
    for name in saved:
        assert any(fnmatch.fnmatch(f"notebooks/{name}", pattern) for pattern in patterns), name


def test_a_lesson_in_the_bundle_leads_to_its_assignment(made):
    for path in sorted((made / "notebooks").rglob("*.ipynb")):
        first = nbformat.read(path, as_version=4).cells[0].source
        link = re.search(r"\[assignment\]\(([^)]+)\)", first)[1]
        assert (path.parent / link).resolve() == (
            made / "assignments" / f"assignment_{path.stem}.ipynb").resolve()
        assert (path.parent / link).is_file()


def test_a_released_assignment_tells_the_student_what_to_do(made):
    notebook = nbformat.read(made / f"assignments/assignment_{ASSIGNMENT}.ipynb", as_version=4)
    cells = submissions.answer_cells(notebook)
    assert all(leaks.STUB in cell.source for cell in cells.values())
    assert sum(cell.source == locked.NO_ANSWER for cell in notebook.cells) == 2


def test_the_readme_starts_jupyter_where_lessons_and_assignments_are(made):
    readme = (made / "README.md").read_text(encoding="utf-8")
    command = re.search(r"`(\.venv/bin/python -m jupyterlab[^`]*)`", readme)[1]
    assert command.split()[3:] == []               # a folder behind it would hide the others
    for folder in re.findall(r"`(notebooks|assignments)/?`", readme):
        assert (made / folder).is_dir()
    assert {"notebooks", "assignments"} <= set(re.findall(r"`(notebooks|assignments)/?`", readme))


@pytest.fixture(scope="module")
def address(made, tmp_path_factory):
    """Return an environment in which the course's address leads to the bundle."""
    folder = tmp_path_factory.mktemp("published") / "course"
    shutil.copytree(made, folder)
    published.commit(folder)
    return strict_nbval.closed_environment() | published.redirection(folder.as_uri())


@pytest.mark.parametrize("assignment", exercises.available())
def test_an_assignment_runs_alone_in_an_empty_folder(assignment, made, address, tmp_path):
    """First as a student gets it, then with the solutions put in, in one kernel."""
    notebook = nbformat.read(made / f"assignments/assignment_{assignment}.ipynb", as_version=4)
    solved = submissions.solved(assignment)
    names = [exercise.name for exercise in exercises.coded(assignment)]
    again = [cell for cell in solved.cells if cell.cell_type == "code"
             and cell.metadata.nbgrader.grade_id.removesuffix("-answer") in names]
    first = len(notebook.cells)
    notebook.cells += again
    client = NotebookClient(notebook, km=lessons.kernel_manager(), timeout=120,
                            resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=lessons.kernel_environment(**address), stderr=subprocess.DEVNULL,
                   cleanup_kc=True)
    said = ["".join(output.get("text", "") for output in cell.outputs)
            for cell in notebook.cells if "checks.check(" in cell.source]
    assert len(said) == 2 * len(names)
    for before, after in zip(said[:len(names)], said[len(names):], strict=True):
        assert "not written yet. Put your code in place of this line." in before
        assert "probes agree." in after
    assert first > 10
    assert os.listdir(tmp_path) == ["rnn-course"]


def test_make_release_says_where_the_bundle_is(tmp_path):
    done = subprocess.run([sys.executable, str(exercises.ROOT / "coursework/grader/release.py"),
                           "--out", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "rnn-course") in done.stdout
