"""What a class can do and what it gets wrong, on one page: `make report`."""

import argparse
import base64
import io
import json
import re
import statistics
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np
from markupsafe import Markup

from coursework.grader import clean, exercises, feedback, locked, marking, pages
from coursework.term import alike, book, roster, settings, standing

BLUE = "#0072B2"
MOST_MISTAKES = 3                   # that are shown of an exercise
FEWEST = 5                          # students from whom a correlation is computed
PICTURE = Markup('<figure><img alt="{}" src="data:image/png;base64,{}"></figure>\n')
HEADING, SMALLER, SAID = Markup("<h2>{}</h2>\n"), Markup("<h3>{}</h3>\n"), Markup("<p>{}</p>\n")
LINE = Markup("<pre>{}</pre>\n")


def mistake(row):
    """Return what went wrong in a row in words that are the same for all who did the same."""
    if named := re.search(r"It looks as if (.+?)\.(\s|$)", row.note):
        return f"it looks as if {named[1]}"
    if row.status == "stopped":
        kind = re.search(r"\b(\w+(?:Error|Exception|Exit))\b|merge marker|Google Drive|input\(\)",
                         row.note)
        return f"stopped: {kind[0]}" if kind else "stopped"
    if row.status == "not yet right":
        said = row.note.partition(": ")[2] or row.note
        return re.sub(r"-?\d[\d.e+-]*", "#", said)[:120]
    return row.status


def telling_line(row, submission):
    """Return one line of a student's function: the one that the note names, or its last return."""
    if row.status == "missing":
        return ""
    if quoted := re.search(r"`([^`]+)`", row.note):
        return quoted[1]
    exercise = next(one for one in exercises.load(row.assignment) if one.name == row.exercise)
    lines = [line.strip() for line in feedback.code(exercise, submission).splitlines()] \
        if submission else []
    return next((line for line in reversed(lines) if line.startswith("return")),
                lines[-1] if lines else "")


def commonest(rows, works):
    """Return a list of (mistake, number of students, one line of code), the commonest first.

    Args:
        rows: of one exercise.
        works: {student: Submission or None}.
    """
    wrong = [row for row in rows if row.points == 0 and row.earned == 0]
    counts = Counter(map(mistake, wrong))
    found = []
    for what, number in counts.most_common(MOST_MISTAKES):
        first = next(row for row in wrong if mistake(row) == what)
        found.append((what, number, clean.line(telling_line(first, works.get(first.student)), 120)))
    return found


def discrimination(own, rest):
    """Return the correlation of the points for one exercise with those for all others, or None.

    Args:
        own: points for the exercise, in the order of the students.
        rest: points for all others, in the same order.
    """
    if len(own) < FEWEST or not np.std(own) or not np.std(rest):
        return None
    return float(np.corrcoef(own, rest)[0, 1])


def picture(shares, assignment):
    """Return a histogram of shares of the points as Markup.

    Args:
        shares: numbers from 0 to 1, one a student.
        assignment: its name.
    """
    from matplotlib.figure import Figure
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    axes = figure.subplots()
    counts, _, _ = axes.hist(np.multiply(shares, 100), bins=np.arange(0, 101, 10), color=BLUE,
                             edgecolor="white")
    axes.set_xlabel("per cent of the points", fontsize=14)
    axes.set_ylabel("students", fontsize=14)
    axes.tick_params(labelsize=12)
    axes.yaxis.get_major_locator().set_params(integer=True)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100)
    told = ", ".join(f"{10 * n} to {10 * n + 10} %: {int(count)}" for n, count in enumerate(counts)
                     if count)
    return PICTURE.format(f"Points for {assignment}: number of students by share of the points. "
                          f"{told}.", base64.b64encode(stream.getvalue()).decode())


def section(assignment, rows, works, missing):
    """Return what the page says about one assignment, as Markup.

    Args:
        assignment: its name.
        rows: its rows.
        works: {student: Submission or None}.
        missing: students who handed in nothing.
    """
    students = sorted({row.student for row in rows})
    earned = {(row.student, row.exercise): 0 if row.earned == "" else row.earned for row in rows}
    listed = [one for one in exercises.load(assignment)
              if any((student, one.name) in earned for student in students)]
    marked = [one for one in listed if all(row.earned != "" for row in rows
                                           if row.exercise == one.name)]
    totals = {student: sum(earned.get((student, one.name), 0) for one in marked)
              for student in students}
    possible = sum(one.points for one in marked)
    made = HEADING.format(assignment)
    made += SAID.format(f"{len(students)} handed in; median {statistics.median(totals.values()):g}"
                        f" of {possible} points that are marked so far.")
    if missing:
        made += SAID.format(f"Nothing from {len(missing)}: {', '.join(missing)}.")
    made += picture([total / max(possible, 1) for total in totals.values()], assignment)
    lines = []
    for one in marked:
        own = [earned.get((student, one.name), 0) for student in students]
        rest = [totals[student] - points for student, points in zip(students, own, strict=True)]
        apart = discrimination(own, rest)
        lines.append((one.name, getattr(one, "function", "in words"), one.points,
                      f"{100 * np.mean(own) / one.points:.0f} %",
                      "" if apart is None else f"{apart:.2f}"))
    made += pages.table(("exercise", "what", "points", "mean", "tells apart"), lines) + "\n"
    for one in marked:
        found = commonest([row for row in rows if row.exercise == one.name], works)
        if found and isinstance(one, exercises.Exercise):
            made += SMALLER.format(f"Wrong in {one.name}, {one.function}")
            for what, number, line in found:
                made += SAID.format(f"{number} × {what}") + (LINE.format(line) if line else "")
    return made + likeness(assignment, works)


def likeness(assignment, works):
    """Return the pairs that are alike, as Markup."""
    code = {student: [feedback.code(one, work) for one in exercises.coded(assignment)]
            for student, work in works.items() if work}
    given = [*locked.released_answers(assignment).values(), *locked.landmarks(assignment)[1]]
    found = alike.pairs(code, given)
    if not found:
        return SAID.format("No two submissions are alike beyond what the exercises ask for.")
    return SMALLER.format("Alike") + SAID.format(
        "Look at both before you conclude anything: this counts what two have and hardly anybody "
        "else has, whatever the names are.") + pages.table(
        ("students", "alike", "pieces", "a line that both have"),
        [(f"{pair.one}, {pair.other}", f"{100 * pair.share:.0f} %", pair.grams,
          clean.line(pair.line, 120)) for pair in found[:20]]) + "\n"


def page(rows, files, path_of, register):
    """Return the report on a class, a whole page.

    Args:
        rows: the table of the term.
        files: the files that count, dicts.
        path_of: function of a digest that returns where the file stands.
        register: Roster, or None.
    """
    works = {(one["student"], one["assignment"]): feedback.read(path_of(one["digest"]))
             for one in files}
    named = sorted({row.assignment for row in rows if row.assignment})
    body = SAID.format("“Tells apart” is the correlation of an exercise with the rest of its "
                       "assignment: near 0 it says nothing about who is good at the others, "
                       "below 0 something is wrong with it.")
    for assignment in named:
        own = [row for row in rows if row.assignment == assignment]
        there = {row.student for row in own}
        missing = [one.id for one in (register.students if register else ())
                   if one.id not in there]
        body += section(assignment, own, {student: work for (student, name), work in works.items()
                                          if name == assignment}, missing)
    unread = sorted({(row.student, row.note) for row in rows if not row.assignment})
    if unread:
        body += HEADING.format("Handed in, and no assignment") + pages.table(
            ("student", "note"), unread)
    return pages.page("Report on the class", body)


def main(words=None):
    """Write the report on a class; return the exit status."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__.splitlines()[0])
    parser.add_argument("--class", dest="folder", type=Path, default=settings.FOLDER)
    folder = parser.parse_args(words).folder.resolve()
    if not (folder / "book.db").is_file():
        print("Nothing is graded yet; run make grade SUBMISSIONS=folder first.", file=sys.stderr)
        return 2
    try:
        given, register = settings.read(folder), settings.students(folder)
        standing.rules(given)
    except (roster.RosterError, settings.SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    with book.Book(folder) as kept:
        last, files = kept.table(), kept.current(given.attempts)
        if last is None:
            print("Nothing is graded yet; run make grade first.", file=sys.stderr)
            return 2
        rows = [marking.Row(**row) for row in json.loads(last["grades"])]
        made = page(rows, files, kept.path, register)
    book.write(folder / "report.html", made)
    print(f"The report stands in {folder / 'report.html'}; it is for you alone, with names.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
