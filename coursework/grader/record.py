"""Put points into nbgrader's gradebook, so that its formgrader and its export work with them."""

import copy
import functools
import os
import shutil
import sys
from pathlib import Path

from coursework.grader import clean, exercises, notebooks

CONFIG = """c = get_config()
c.CourseDirectory.course_id = "rnn-course"
c.CourseDirectory.root = {root!r}
"""


def gradebook(rows, submissions, out):
    """Write the gradebook, and the folders that formgrader shows.

    Args:
        rows: what `grade.grade` returned.
        submissions: the folder that was marked.
        out: gradebook.db, source/, autograded/ and nbgrader_config.py go to `out`/course.

    Points that somebody gave by hand in formgrader are kept.
    """
    from nbgrader.api import Gradebook

    from coursework.grader import grade
    # nbgrader starts a program, alembic, that stands beside this Python.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    course = out / "course"
    course.mkdir(parents=True, exist_ok=True)
    (course / "nbgrader_config.py").write_text(CONFIG.format(root=str(course)), encoding="utf-8")
    students = grade.discover(submissions)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id="rnn-course") as book:
        for assignment in sorted({row.assignment for row in rows if row.assignment}):
            describe(book, assignment, course)
        for student, assignment in sorted({(row.student, row.assignment)
                                           for row in rows if row.assignment}):
            own = [row for row in rows if (row.student, row.assignment) == (student, assignment)]
            enter(book, own, students.get(student), course)


def describe(book, assignment, course):
    """Add an assignment, its notebook and its cells."""
    notebook = f"assignment_{assignment}"
    book.update_or_create_assignment(assignment)
    book.update_or_create_notebook(notebook, assignment)
    for exercise in exercises.load(assignment):
        by_hand = isinstance(exercise, exercises.Explained)
        kind = "markdown" if by_hand else "code"
        if by_hand:
            book.update_or_create_solution_cell(exercise.name, notebook, assignment)
        book.update_or_create_grade_cell(exercise.name, notebook, assignment,
                                         max_score=exercise.points, cell_type=kind)
        book.update_or_create_source_cell(exercise.name, notebook, assignment, cell_type=kind,
                                          source="", locked=not by_hand)
    target = course / "source" / assignment
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(exercises.source(assignment), target)


def enter(book, rows, path, course):
    """Add one student's submission with its points."""
    student, assignment = clean.identifier(rows[0].student), rows[0].assignment
    notebook = f"assignment_{assignment}"
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(assignment, student)
    for row in rows:
        score = book.find_grade(row.exercise, notebook, assignment, student)
        score.auto_score = row.points if isinstance(row.points, int) else None
        score.needs_manual_grade = row.points == "" and score.manual_score is None
    submission.notebooks[0].failed_tests = any(row.points == 0 for row in rows)
    book.db.commit()
    if path is not None and rows[0].status != "unreadable":
        show(path, assignment, course / "autograded" / student / assignment)


@functools.cache
def blank(assignment):
    """Return an assignment as students get it; whoever changes it copies it first."""
    from coursework.grader import release
    return release.without_solutions(assignment)


def show(path, assignment, folder):
    """Write a submission where formgrader looks for it: the assignment's cells, with the answers.

    The notebook is ours, with our ids, our metadata and no outputs. All that is put into it are the
    texts of the answers, cleaned: Formgrader shows them in the page of somebody who is logged in.
    """
    import nbformat

    from coursework.grader import locked
    submission, made = notebooks.read(path), copy.deepcopy(blank(assignment))
    by_id = {grade_id: source for _, source, grade_id in submission.cells if grade_id}
    for cell in made.cells:
        mark = cell.metadata.get("nbgrader", {})
        if not mark.get("solution"):
            continue
        if cell.cell_type == "markdown":
            if written := locked.answer(submission, assignment, mark["grade_id"]):
                cell.source = clean.markdown(written)
        elif mark["grade_id"] in by_id:
            cell.source = clean.text(by_id[mark["grade_id"]])
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, folder / f"assignment_{assignment}.ipynb")
