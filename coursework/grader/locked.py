"""What of an assignment a student must leave as it is, and where the student writes."""

import functools
import re

from coursework.grader import exercises, notebooks

NO_ANSWER = "Write your answer here, in place of this line."
SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION.*?### END SOLUTION[ \t]*$",
                      re.DOTALL | re.MULTILINE)


def source_cells(assignment):
    """Return the cells of an assignment's notebook with solutions."""
    import nbformat
    return nbformat.read(exercises.source(assignment), as_version=4).cells


@functools.cache
def check_cells(assignment):
    """Return {exercise: text of the cell that checks it}."""
    return {mark["grade_id"]: notebooks.plain(cell.source) for cell in source_cells(assignment)
            if (mark := cell.metadata.get("nbgrader", {})).get("grade") and not mark["solution"]}


@functools.cache
def questions(assignment):
    """Return {question: (text of the cell above the answer, text that stands for no answer)}."""
    cells = source_cells(assignment)
    return {mark["grade_id"]: (notebooks.plain(cells[n - 1].source), released_text(cell.source))
            for n, cell in enumerate(cells)
            if (mark := cell.metadata.get("nbgrader", {})).get("grade") and mark["solution"]}




def released_text(source):
    """Return a cell of words as a student gets it."""
    return notebooks.plain(SOLUTION.sub(NO_ANSWER, source))


def answer(submission, assignment, question):
    """Return a student's answer in words, or "" if there is none."""
    above, blank = questions(assignment)[question]
    texts = [(kind, notebooks.plain(source), grade_id) for kind, source, grade_id
             in submission.cells]
    found = [text for kind, text, grade_id in texts if grade_id == question and kind == "markdown"]
    if not found:
        found = [texts[n + 1][1] for n, (_, text, _) in enumerate(texts[:-1]) if text == above]
    return "\n\n".join(text for text in found if text and text != blank)


def edited(submission, assignment):
    """Return the exercises whose check cell is not there as it was released."""
    there = {notebooks.plain(source) for source in submission.code()}
    return [name for name, text in check_cells(assignment).items() if text not in there]


def signs(assignment):
    """Return the texts by which a notebook shows that it is this assignment."""
    return [f"def {exercise.function}(" for exercise in exercises.coded(assignment)] \
        + list(check_cells(assignment).values())
