"""A student's page: points, notes, the student's own code and words, and what was said by hand."""

from markupsafe import Markup

from coursework.grader import causes, clean, exercises, locked, notebooks, pages

LONGEST_CODE = 10_000               # characters of code that a page shows
PART = Markup("<h2>{}</h2>\n{}")
SAID = Markup("<p>{}</p>\n")
CODE = Markup('<pre dir="auto">{}</pre>\n')
COMMENT = Markup("<h3>Comment</h3>\n<blockquote>{}</blockquote>\n")


def page(rows, submission=None, standing=None):
    """Return a student's page on one assignment; there is no hidden check in it.

    Args:
        rows: its rows.
        submission: the notebook, or None if it cannot be read.
        standing: Standing, or None.
    """
    total = sum(row.earned for row in rows if row.earned != "")
    possible = sum(row.possible for row in rows if isinstance(row.possible, int))
    waiting = sum(row.earned == "" and row.possible != "" for row in rows)
    said = f"{total:g} of {possible} points"
    if waiting:
        verb = "answers are" if waiting > 1 else "answer is"
        said += f" so far; {waiting} {verb} still to be marked"
    if standing is not None and standing.penalty:
        said += (f". Days late: {standing.days} ({standing.said}); {standing.penalty:g} less, "
                 f"so {standing.points:g}")
    body = SAID.format(f"{said}.")
    body += pages.table(("exercise", "points", "of", "status", "note"), (
        (row.exercise, "" if row.earned == "" else f"{row.earned:g}", row.possible, row.status,
         row.note) for row in rows)) + Markup("\n")
    for row in rows if rows[0].assignment else ():
        body += part(row, submission)
    return pages.page(f"{rows[0].student}: {rows[0].assignment or 'unreadable file'}", body)


def part(row, submission):
    """Return what a page says on one exercise, as Markup."""
    made = Markup()
    if submission is not None:
        made += own_work(row, submission)
    if row.comment:
        made += COMMENT.format(Markup(clean.markdown(row.comment)))
    return PART.format(f"Exercise {row.exercise}", made) + Markup("\n") if made else made


def own_work(row, submission):
    """Return what a student wrote for an exercise, as Markup."""
    exercise = next(one for one in exercises.load(row.assignment) if one.name == row.exercise)
    if isinstance(exercise, exercises.Explained):
        written = locked.answer(submission, row.assignment, row.exercise)
        return Markup(clean.markdown(written)) if written else Markup()
    source = code(exercise, submission)
    return CODE.format(clean.text(source, LONGEST_CODE)) if source else Markup()


def code(exercise, submission):
    """Return the cell in which a student wrote a function, or ""."""
    answer = f"{exercise.name}-answer"
    own = [source for kind, source, grade_id in submission.cells
           if kind == "code" and grade_id == answer]
    pattern = causes.makes(exercise.function)
    made = [source for source in submission.code() if pattern.search(source)]
    return (made or own or [""])[-1]


def read(path):
    """Return the Submission in a file, or None if it cannot be read."""
    try:
        return notebooks.read(path)
    except notebooks.UnreadableError:
        return None
