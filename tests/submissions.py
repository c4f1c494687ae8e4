"""Submissions for the grader's tests: an assignment solved, unsolved, and changed by a student."""

import copy
import json
import os

import nbformat
import pytest

from coursework.grader import exercises, leaks, locked, sandbox

ASSIGNMENT = "04_lstm"
CODED = exercises.coded(ASSIGNMENT)
FULL = sum(exercise.points for exercise in CODED)


def sandbox_works():
    """Tell whether student code can be run here as instructors run it."""
    try:
        sandbox.require()
    except sandbox.SandboxError:
        return False
    return True


NEEDED = os.environ.get("COURSE_NEEDS_SANDBOX") == "1"
in_sandbox = pytest.mark.skipif(not NEEDED and not sandbox_works(),
                                reason="bubblewrap is not installed or does not work here")


def solved(assignment=ASSIGNMENT):
    """Return an assignment as a student hands it in who solved everything."""
    return exercises.solved(assignment)


def unsolved(assignment=ASSIGNMENT):
    """Return an assignment as a student gets it."""
    notebook = nbformat.read(exercises.source(assignment), as_version=4)
    for cell in notebook.cells:
        stub = f"    {leaks.STUB}" if cell.cell_type == "code" else locked.NO_ANSWER
        cell.source = locked.SOLUTION.sub(lambda _, stub=stub: stub, cell.source)
    return notebook


def answer_cells(notebook):
    """Return {exercise name: answer cell} of the coded exercises."""
    return {cell.metadata.nbgrader.grade_id.removesuffix("-answer"): cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-answer")}


def check_cells(notebook):
    """Return the cells with the checks of the coded exercises."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"
            and cell.metadata.get("nbgrader", {}).get("grade")]


def code(source):
    """Return a new code cell."""
    return nbformat.v4.new_code_cell(source)


def with_first(source, notebook=None):
    """Return a solved notebook with one more cell in front of all others."""
    notebook = notebook or solved()
    notebook.cells.insert(0, code(source))
    return notebook


def with_answer(source, exercise="4-1"):
    """Return a solved notebook in which one answer cell holds something else."""
    notebook = solved()
    answer_cells(notebook)[exercise].source = source
    return notebook


def returning(expression, before="", notebook=None):
    """Return a notebook whose every function returns an expression, after a cell with code."""
    notebook = notebook or unsolved()
    for exercise in CODED:
        cell = answer_cells(notebook)[exercise.name]
        cell.source = f"def {exercise.function}(*args):\n    return {expression}"
    if before:
        notebook.cells.insert(3, code(before))
    return notebook


def save(notebook, path):
    """Write a notebook, text or bytes to a file, making folders as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, bytes):
        path.write_bytes(notebook)
    elif isinstance(notebook, str):
        path.write_text(notebook, encoding="utf-8")
    else:
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def stripped(notebook):
    """Return a notebook without any metadata and ids, as some editors leave it."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata = nbformat.from_dict({})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        cell.pop("id", None)
    return notebook
