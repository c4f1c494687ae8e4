"""What of an assignment a student must leave as it is, and where the student writes."""

import ast
import functools
import json
import re

from coursework.grader import exercises, notebooks

NO_ANSWER = "Write your answer here, in place of this line."
STUB = 'raise NotImplementedError("Put your code in place of this line.")'
SIGNS_OF_AN_ASSIGNMENT = 4
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


@functools.cache
def landmarks(assignment):
    """Return ({id: text}, set of texts) of the cells of an assignment that no student writes in."""
    cells = [cell for cell in source_cells(assignment)
             if not cell.metadata.get("nbgrader", {}).get("solution")]
    by_id = {cell.metadata.nbgrader.grade_id: notebooks.plain(cell.source) for cell in cells
             if "nbgrader" in cell.metadata}
    return by_id, set(by_id.values())


def answer(submission, assignment, question):
    """Return a student's answer in words, or "" if there is none, wherever it was written.

    It may stand in its own cell, in other cells between the question and the next text of ours,
    behind or in the question itself, in a cell of another kind, or elsewhere under its number.
    """
    above, blank = questions(assignment)[question]
    by_id, texts = landmarks(assignment)
    cells = [(kind, notebooks.plain(source), grade_id)
             for kind, source, grade_id in submission.cells]

    def asks(text, grade_id):
        return above in text or by_id.get(grade_id) == above

    def ours(text, grade_id):
        return text in texts or grade_id in by_id
    found, inside = [], False
    for kind, text, grade_id in cells:
        if asks(text, grade_id):
            inside = True
            found.append(without(text, above, blank))
        elif ours(text, grade_id):
            inside = False
        elif grade_id == question or inside and not of_another(grade_id, assignment, question) \
                or kind != "code" and re.search(rf"(?<![\d-]){question}(?![\d-])", text[:100]):
            rest = without(text, "", blank)
            found.append(f"```\n{rest}\n```" if rest and kind == "code" else rest)
    return "\n\n".join(filter(None, found))


def of_another(grade_id, assignment, question):
    """Tell whether a cell is the answer to another exercise."""
    return grade_id != question and grade_id in released_answers(assignment)


def without(text, above, blank):
    """Return what a student wrote into a cell that held the question or the line to replace."""
    if above and above in text:
        text = text.replace(above, "", 1)
    elif above:
        lines = set(above.splitlines())
        text = "\n".join(line for line in text.splitlines() if line.strip() not in lines)
    return notebooks.plain(text.replace(blank, ""))


def statements(source):
    """Return the statements of Python code without what changes nothing, comments and blanks."""
    try:
        return [ast.dump(node) for node in ast.parse(source).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def edited(submission, assignment):
    """Return the exercises whose check is not there as it was released, or claims other points."""
    cells = [set(statements(source)) for source in submission.code()]
    right = {exercise.name: exercise.points for exercise in exercises.load(assignment)}
    return [name for name, text in check_cells(assignment).items()
            if not any(there.issuperset(statements(text)) for there in cells)
            or submission.points.get(name, right[name]) != right[name]]


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
    # A lesson may define a function that an exercise asks for as well.
    if counts[best] < SIGNS_OF_AN_ASSIGNMENT and (lesson := which_lesson(submission)):
        raise notebooks.LessonError(f"is {lesson}, and not an assignment")
    if not counts[best]:
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
