"""Mark one submission: run its functions on fresh random inputs and judge what they answer.

What its own check cells say counts for nothing.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursework.grader import clean, exercises, locked, notebooks, sandbox
from utils import checks, wire

STATUSES = ("ok", "timeout", "died", "unreadable", "missing", "tampered")
GIGABYTE = 2**30
LONGEST_NOTE = 1_000                # characters
ATTEMPTS = 6                        # a submission with more places that hang or die is given up


@dataclass
class Row:
    """One line of the table: what a student has for one exercise.

    A name and a note may hold what a student typed: they are cleaned here, where all rows begin.
    `hand` are points that somebody gave in Formgrader, and `comment` what was written there.
    """

    student: str
    assignment: str
    exercise: str
    points: int | str
    possible: int | str
    status: str
    note: str = ""
    hand: float | str = ""
    comment: str = ""

    def __post_init__(self):
        self.student, self.note = clean.line(self.student), clean.line(self.note, LONGEST_NOTE)
        self.comment = clean.text(self.comment, LONGEST_NOTE)

    @property
    def earned(self):
        """What counts: the points given by hand, or the grader's; "" if neither is there."""
        return self.points if self.hand == "" else self.hand


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


def mark(path, student, seed, seconds=10.0, unsafe=False):
    """Return the rows of one file.

    Args:
        path: the file.
        student: its owner.
        seed: of the hidden cases.
        seconds: allowed for a cell or for the calls of an exercise; six times that for a Keras one.
        unsafe: without the sandbox.
    """
    try:
        submission = notebooks.read(path)
        assignment = locked.which(submission)
    except notebooks.UnreadableError as error:
        return [Row(student, "", "", "", "", "unreadable", f"The file {error}.")]
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
