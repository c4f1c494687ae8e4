"""Mark a folder of submissions: `make grade SUBMISSIONS=dir`.

Every file becomes rows of build/grades/grades.csv, one per exercise, and one page of feedback.
A submission is marked by what its functions answer to fresh random inputs; what its own check
cells say counts for nothing. A run that was interrupted goes on where it stopped.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import secrets
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np
from markupsafe import Markup

from coursework.grader import clean, exercises, locked, notebooks, pages, record, sandbox
from utils import checks, wire

OUT = exercises.ROOT / "build" / "grades"
FIELDS = ("student", "assignment", "exercise", "points", "possible", "status", "note")
STATUSES = ("ok", "timeout", "died", "unreadable", "missing", "tampered")
GIGABYTE = 2**30
LONGEST_NOTE = 1_000                # characters
ATTEMPTS = 6                        # a submission with more places that hang or die is given up


@dataclass
class Row:
    """One line of the table: what a student has for one exercise.

    A name and a note may hold what a student typed: they are cleaned here, where all rows begin.
    """

    student: str
    assignment: str
    exercise: str
    points: int | str
    possible: int | str
    status: str
    note: str = ""

    def __post_init__(self):
        self.student, self.note = clean.line(self.student), clean.line(self.note, LONGEST_NOTE)


def cases(exercise, seed):
    """Return the hidden cases of an exercise, the same for every student of a run."""
    words = [seed, *hashlib.sha256(exercise.name.encode()).digest()[:8]]
    return list(exercise.cases(np.random.default_rng(words)))


def execute(submission, coded, hidden, seconds, unsafe):
    """Run a submission until its steps that hang or die are known; return results and faults.

    Args:
        submission: the notebook.
        coded: its exercises.
        hidden: {exercise name: cases}.
        seconds: allowed for one step.
        unsafe: without the sandbox.

    Returns:
        The last run, and {step: "timeout" or "died"} for the steps that were left out of it.
    """
    keras = any(exercise.keras for exercise in coded)
    job = {"cells": notebooks.runnable(submission.code()),
           "calls": [[exercise.name, exercise.function,
                      [case.packed() for case in hidden[exercise.name]]] for exercise in coded],
           "memory": (24 if keras else 4) * GIGABYTE, "cpu": int(6 * seconds)}
    faults = {}
    for _ in range(ATTEMPTS):
        found = sandbox.run({**job, "skip": [list(step) for step in faults]}, seconds, unsafe)
        if found.end == "done":
            return found, faults
        step = found.step if len(found.step) == 2 and found.step[0] in ("cell", "call") else None
        end = "timeout" if found.end == "timeout" else "died"
        if step is None or step in faults:
            break
        faults[step] = end
    return sandbox.Run(), dict.fromkeys([("call", exercise.name) for exercise in coded], end)


def judge(exercise, hidden, found, faults):
    """Return (points, status, note) for one exercise of a submission that was run."""
    if ("call", exercise.name) in faults:
        status = faults["call", exercise.name]
        return 0, status, ("It did not end in the time allowed." if status == "timeout"
                           else "Its process ended before it answered.")
    answers = {}
    for event in found.events:
        if isinstance(case := event.get("case"), list) and case[:1] == [exercise.name]:
            answers[case[-1]] = event
    if not answers:
        cells = [status for (kind, _), status in faults.items() if kind == "cell"]
        if cells:
            return 0, cells[0], f"{exercise.function} is not there: a cell above it " + (
                "did not end in the time allowed." if cells[0] == "timeout" else "ended the run.")
        return 0, "missing", f"There is no function {exercise.function}."
    for number, case in enumerate(hidden):
        event = answers.get(number, {})
        if "error" in event or "value" not in event:
            error = str(event.get("error", "no answer"))[:200]
            if error.startswith("NotImplementedError"):
                return 0, "missing", "It is not written yet."
            return 0, "ok", f"{case.what}: it stops with {error}"
        try:
            answer = wire.unpack(event["value"])
        except wire.WireError as error:
            return 0, "ok", f"{case.what}: the answer is not plain data: {error}"
        if (problem := exercise.problem(case, answer)) is not None:
            return 0, "ok", f"{case.what}: {problem}{looks_like(exercise, case, answer)}"
    return exercise.points, "ok", ""


def looks_like(exercise, case, answer):
    """Return which known mistake gives this answer, as a sentence, or nothing."""
    for name, function in exercise.mistakes.items():
        try:
            wrong = case.ask(function)
        except Exception:  # a mistake may stop where the right function does not
            continue
        if checks.compare(wrong, answer) is None:
            return f". It looks as if {name}."
    return ""


def mark(path, student, assignment, seed, seconds=10.0, unsafe=False):
    """Return the rows of one file.

    Args:
        path: the file.
        student: its owner.
        assignment: what it must be, or None to find out.
        seed: of the hidden cases.
        seconds: allowed for a cell or for the calls of an exercise; six times that for a Keras one.
        unsafe: without the sandbox.
    """
    try:
        submission = notebooks.read(path)
        wanted = [assignment] if assignment else exercises.available()
        assignment = assignment or notebooks.which_assignment(
            submission, path, {name: locked.signs(name) for name in wanted})
    except notebooks.UnreadableError as error:
        listed = exercises.load(assignment) if assignment else []
        places = [(exercise.name, 0, exercise.points) for exercise in listed] or [("", "", "")]
        return [Row(student, assignment or "", *place, "unreadable", f"The file {error}.")
                for place in places]
    coded = exercises.coded(assignment)
    hidden = {exercise.name: cases(exercise, seed) for exercise in coded}
    if any(exercise.keras for exercise in coded):
        seconds *= 6
    found, faults = execute(submission, coded, hidden, seconds, unsafe)
    changed = locked.edited(submission, assignment)
    rows = []
    for exercise in exercises.load(assignment):
        if isinstance(exercise, exercises.Explained):
            written = locked.answer(submission, assignment, exercise.name)
            rows.append(Row(student, assignment, exercise.name, "" if written else 0,
                            exercise.points, "ok" if written else "missing",
                            "To be marked by hand." if written else "There is no answer."))
            continue
        points, status, note = judge(exercise, hidden[exercise.name], found, faults)
        if exercise.name in changed:
            said = "Its check cell was edited or deleted; the points come from the grader's own."
            status, note = ("tampered" if status == "ok" else status), f"{note} {said}".strip()
        rows.append(Row(student, assignment, exercise.name, points, exercise.points, status, note))
    return rows


def discover(folder):
    """Return {student: path} for every file below a folder; hidden files are left out.

    A file alone in a student's folder has the folder's name, whatever stands between (nbgrader's
    submitted/student/assignment/notebook); a file beside others has its own name too. Characters
    that nobody can see are replaced by their number.
    """
    files = sorted(path for path in folder.rglob("*")
                   if not path.is_dir() or path.is_symlink()
                   if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    found = {}
    for path in files:
        parts = path.relative_to(folder).parts
        alone = len(parts) > 1 and sum(
            other.relative_to(folder).parts[0] == parts[0] for other in files) == 1
        name = clean.line(parts[0] if alone else "/".join((*parts[:-1], path.stem)))
        while name in found:
            name += clean.line(path.suffix) or "+"
        found[name] = path
    return found


def write(path, text):
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with open(partial, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def fingerprint(path, *settings):
    """Return a name for what a file holds and how it is marked."""
    digest = hashlib.sha256(repr(settings).encode())
    try:
        if path.is_file() and not path.is_symlink() \
                and path.stat().st_size <= notebooks.LARGEST_FILE:
            digest.update(path.read_bytes())
        else:
            digest.update(f"{path.is_symlink()} {path.lstat().st_size}".encode())
    except OSError as error:
        digest.update(type(error).__name__.encode())
    return digest.hexdigest()[:24]


def rules():
    """Return a digest of the code and the exercises that decide about points."""
    digest = hashlib.sha256()
    files = [*(exercises.ROOT / "coursework").rglob("*.py"), *exercises.SOURCE.rglob("*.ipynb"),
             *Path(checks.__file__).parent.glob("*.py"), Path(wire.__file__)]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def table(rows):
    """Return rows as CSV text, in which a spreadsheet finds no formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: clean.cell(value) for name, value in asdict(row).items()})
    return text.getvalue()


def feedback(rows):
    """Return a student's page: points, status and note per exercise; no hidden check."""
    total = sum(row.points for row in rows if isinstance(row.points, int))
    possible = sum(row.possible for row in rows if isinstance(row.possible, int))
    said = Markup("<p>{} of {} points so far.</p>\n").format(total, possible)
    listed = pages.table(("exercise", "points", "of", "status", "note"), (
        (row.exercise, row.points, row.possible, row.status, row.note) for row in rows))
    return pages.page(f"{rows[0].student}: {rows[0].assignment or 'unreadable file'}",
                      said + listed)


def grade(folder, out=OUT, assignment=None, seed=None, seconds=10.0, unsafe=False, say=print):
    """Mark every file below a folder.

    Args:
        folder: the submissions.
        out: where grades.csv, feedback/ and the state of the run go.
        assignment: what all files are, or None to find out for each.
        seed: of the hidden cases; None draws one at the first run and keeps it in `out`.
        seconds: allowed for one step of a submission.
        unsafe: without the sandbox.
        say: shows progress.

    Returns:
        List of Row.

    Raises:
        SandboxError: student code cannot be run safely here.
    """
    sandbox.require(unsafe)
    remembered = out / "seed.txt"
    if seed is None:
        if not remembered.is_file():
            write(remembered, f"{secrets.randbits(32)}\n")
        seed = int(remembered.read_text(encoding="utf-8"))
    else:
        write(remembered, f"{seed}\n")
    students, version, rows = discover(folder), rules(), []
    for number, (student, path) in enumerate(students.items(), 1):
        name = fingerprint(path, student, assignment, seed, seconds, version)
        kept = out / "state" / f"{name}.json"
        if kept.is_file():
            found = [Row(**row) for row in json.loads(kept.read_text(encoding="utf-8"))]
        else:
            found = mark(path, student, assignment, seed, seconds, unsafe)
            write(kept, json.dumps([asdict(row) for row in found]))
        rows += found
        points = sum(row.points for row in found if isinstance(row.points, int))
        say(f"{number} of {len(students)}: {student}, {points} points")
    shutil.rmtree(out / "feedback", ignore_errors=True)
    for student in students:
        page = out / "feedback" / f"{clean.identifier(student)}.html"
        write(page, feedback([row for row in rows if row.student == student]))
    write(out / "grades.csv", table(rows))
    return rows


def main(words=None):
    """Mark what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="grade", description=__doc__.splitlines()[0])
    parser.add_argument("submissions", type=Path)
    parser.add_argument("--assignment", choices=exercises.available())
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--unsafe", action="store_true")
    chosen = parser.parse_args(words)
    if not chosen.submissions.is_dir():
        print(f"{chosen.submissions} is not a folder; name the folder that holds what the students "
              "handed in: make grade SUBMISSIONS=folder.", file=sys.stderr)
        return 2
    try:
        rows = grade(chosen.submissions, chosen.out.resolve(), chosen.assignment, chosen.seed,
                     unsafe=chosen.unsafe)
        record.gradebook(rows, chosen.submissions, chosen.out.resolve())
    except sandbox.SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    seed = (chosen.out / "seed.txt").read_text(encoding="utf-8").strip()
    print(f"{len(rows)} rows in {chosen.out / 'grades.csv'}; a page per student in "
          f"{chosen.out / 'feedback'}; seed {seed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
