"""Put points into nbgrader's gradebook, so that its formgrader and its export work with them."""

import copy
import dataclasses
import functools
import hashlib
import json
import os
import shutil
import sys
import warnings
from pathlib import Path

from coursework.grader import clean, exercises, notebooks

CONFIG = """c = get_config()
c.CourseDirectory.course_id = "rnn-course"
c.CourseDirectory.root = {root!r}
"""


ENTERED = "entered.json"


def opened(folder):
    """Open nbgrader's gradebook of a class; it is made if needed."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    # What nbgrader does with its own tables is nothing that an instructor could mend.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    # nbgrader starts a program, alembic, that stands beside this Python.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ["PATH"]])
    course = folder / "course"
    course.mkdir(parents=True, exist_ok=True)
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id="rnn-course")


def with_hand_marks(rows, folder):
    """Return rows with the points and comments that somebody gave in Formgrader.

    Args:
        rows: list of Row.
        folder: of the class.
    """
    if not (folder / "course" / "gradebook.db").is_file():
        return rows
    from nbgrader.api import Comment, Grade
    with opened(folder) as book:
        scores = {(one.student.id, one.assignment.name, one.cell.name): one.manual_score
                  for one in book.db.query(Grade).filter(Grade.manual_score.isnot(None))}
        said = {(one.student.id, one.assignment.name, one.cell.name.removesuffix("-answer")):
                one.manual_comment
                for one in book.db.query(Comment).filter(Comment.manual_comment.isnot(None))}

    def marked(row):
        key = clean.identifier(row.student), row.assignment, row.exercise
        note = "Marked by hand." if row.points == "" and key in scores else row.note
        return dataclasses.replace(row, hand=scores.get(key, ""), comment=said.get(key, ""),
                                   note=note)
    return [marked(row) for row in rows]


def gradebook(rows, files, folder):
    """Write nbgrader's gradebook, and the folders that formgrader shows.

    Args:
        rows: the table of the term, with assignment and student.
        files: {(student, assignment): path of what was handed in}.
        folder: of the class; gradebook.db, source/, autograded/ and nbgrader_config.py go to its
            folder `course`.

    Points and comments that somebody gave by hand in formgrader are kept. What was entered before
    and is the same still is not entered again.
    """
    course, grouped = folder / "course", {}
    course.mkdir(parents=True, exist_ok=True)
    (course / "nbgrader_config.py").write_text(CONFIG.format(root=str(course)), encoding="utf-8")
    for row in rows:
        if row.assignment:
            grouped.setdefault((row.student, row.assignment), []).append(row)
    try:
        entered = json.loads((course / ENTERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entered = {}
    there = course / "gradebook.db"
    wanted = {f"{student}/{assignment}": digest(own, files.get((student, assignment)))
              for (student, assignment), own in grouped.items()}
    if there.is_file() and entered == wanted:
        return
    with opened(folder) as book:
        for assignment in sorted({assignment for _, assignment in grouped}):
            describe(book, assignment, course)
        for (student, assignment), own in grouped.items():
            name = f"{student}/{assignment}"
            if entered.get(name) != wanted[name]:
                enter(book, own, files.get((student, assignment)), course)
    (course / ENTERED).write_text(json.dumps(wanted), encoding="utf-8")


def digest(rows, path):
    """Return a text that changes when what is entered for one submission does."""
    return hashlib.sha256(repr((rows, path and path.name)).encode()).hexdigest()[:24]


def describe(book, assignment, course):
    """Add an assignment, its notebook and its cells."""
    notebook = f"assignment_{assignment}"
    book.update_or_create_assignment(assignment)
    book.update_or_create_notebook(notebook, assignment)
    for exercise in exercises.load(assignment):
        by_hand = isinstance(exercise, exercises.Explained)
        kind = "markdown" if by_hand else "code"
        # Without a place for a comment at every answer nbgrader makes no feedback.
        answer = exercise.name if by_hand else f"{exercise.name}-answer"
        book.update_or_create_solution_cell(answer, notebook, assignment)
        book.update_or_create_grade_cell(exercise.name, notebook, assignment,
                                         max_score=exercise.points, cell_type=kind)
        book.update_or_create_source_cell(exercise.name, notebook, assignment, cell_type=kind,
                                          source="", locked=not by_hand)
    target = course / "source" / assignment
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(exercises.source(assignment), target)


def enter(book, rows, path, course):
    """Add one student's submission with its points and notes."""
    student, assignment = clean.identifier(rows[0].student), rows[0].assignment
    notebook = f"assignment_{assignment}"
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(assignment, student)
    place = course / "autograded" / student / assignment
    before = words(place / f"{notebook}.ipynb")
    if path is not None:
        show(path, assignment, place)
    after = words(place / f"{notebook}.ipynb")
    for row in rows:
        score = book.find_grade(row.exercise, notebook, assignment, student)
        score.auto_score = row.points if isinstance(row.points, int) else None
        # An answer that was marked and then written anew is looked at once more.
        score.needs_manual_grade = row.points == "" and (
            score.manual_score is None or before.get(row.exercise) != after.get(row.exercise))
    submission.notebooks[0].failed_tests = any(row.points == 0 for row in rows)
    for comment in submission.notebooks[0].comments:
        note = next((row.note for row in rows if row.points != "" and row.exercise ==
                     comment.name.removesuffix("-answer")), "")
        comment.auto_comment = clean.spoken(note) or None
    book.db.commit()


def words(path):
    """Return {question: answer} of a notebook that is shown in formgrader; {} if there is none."""
    import nbformat
    if not path.is_file():
        return {}
    return {cell.metadata.nbgrader.grade_id: cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution")}


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
