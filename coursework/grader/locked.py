"""What of an assignment a student must leave as it is, and where the student writes."""

import functools
import json
import re

from coursework.grader import exercises, notebooks

NO_ANSWER = "Write your answer here, in place of this line."
STUB = 'raise NotImplementedError("Put your code in place of this line.")'
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


@functools.cache
def signs(assignment):
    """Return the texts by which a notebook shows that it is this assignment."""
    return [f"def {exercise.function}(" for exercise in exercises.coded(assignment)] \
        + list(check_cells(assignment).values())


def which(submission):
    """Return the assignment that a notebook holds.

    Raises:
        UnreadableError: none, or two of them about equally.
        LessonError: it is a lesson.
    """
    whole = "\n".join(notebooks.plain(source) for _, source, _ in submission.cells)
    counts = {}
    for name in exercises.available():
        listed = {exercise.name for exercise in exercises.load(name)}
        counts[name] = sum(text in whole for text in signs(name)) + sum(
            grade_id.removesuffix("-answer") in listed for _, _, grade_id in submission.cells)
    best, second = sorted(counts, key=counts.get, reverse=True)[:2]
    if not counts[best]:
        if lesson := which_lesson(submission):
            raise notebooks.LessonError(f"is {lesson}, and not an assignment")
        raise notebooks.UnreadableError("holds no exercise of this course")
    if 2 * counts[second] > counts[best]:
        raise notebooks.UnreadableError(f"holds exercises of both {best} and {second}")
    return best


@functools.cache
def lessons():
    """Return {lesson's name in words: texts of its code cells}."""
    found = {}
    for path in sorted((exercises.ROOT / "notebooks").rglob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        name = f"the evidence of lesson {path.stem}" if path.parent.name == "evidence" \
            else f"lesson {path.stem}"
        found[name] = {text for cell in cells if cell["cell_type"] == "code"
                       and len(text := notebooks.plain("".join(cell["source"]))) > 30}
    return found


def which_lesson(submission):
    """Return which lesson a notebook is, in words, or "": it has a third of its code cells."""
    own = {notebooks.plain(source) for source in submission.code()}
    shares = {name: len(own & texts) / max(len(texts), 1) for name, texts in lessons().items()}
    best = max(shares, key=shares.get, default="")
    return best if best and shares[best] > 1 / 3 else ""


@functools.cache
def released_answers(assignment):
    """Return {id of an answer cell: its text as students get it}."""
    found = {}
    for cell in source_cells(assignment):
        if (mark := cell.metadata.get("nbgrader", {})).get("solution"):
            stub = f"    {STUB}" if cell.cell_type == "code" else NO_ANSWER
            found[mark["grade_id"]] = notebooks.plain(SOLUTION.sub(lambda _, stub=stub: stub,
                                                                   cell.source))
    return found


def untouched(submission, assignment):
    """Tell whether a notebook still has all its answer cells, and nothing in any of them."""
    there = {grade_id: notebooks.plain(source) for _, source, grade_id in submission.cells}
    return all(there.get(grade_id) == text
               for grade_id, text in released_answers(assignment).items())
