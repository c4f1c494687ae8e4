"""Mark one submission: run its functions on fresh random inputs and judge what they answer.

What its own check cells say counts for nothing.
"""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from coursework.grader import causes, clean, exercises, locked, notebooks, sandbox
from utils import checks, wire

STATUSES = ("ok", "not yet right", "stopped", "timeout", "died", "unreadable", "lesson", "missing",
            "tampered")
GIGABYTE = 2**30
LONGEST_NOTE = 1_000                # characters
ATTEMPTS = 8                        # runs of a submission that hangs or dies at several places
USES_KERAS = re.compile(r"\bkeras\s*\.|^\s*(import|from)\s+(keras|tensorflow)\b", re.MULTILINE)


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


def execute(cells, coded, hidden, seconds, unsafe):
    """Run a submission until its steps that hang or die are known; return results and faults.

    Args:
        cells: its code cells, as Python.
        coded: its exercises.
        hidden: {exercise name: cases}.
        seconds: of the processor, allowed for one step.
        unsafe: without the sandbox.

    Returns:
        The last run, and {step: "timeout" or "died"} for the steps that were left out of it. A
        step is left out when it failed twice, so that a moment's trouble costs nobody points. A
        run that lasts too long as a whole is not tried again.
    """
    keras = any(exercise.keras for exercise in coded) or bool(USES_KERAS.search("\n".join(cells)))
    job = {"cells": cells,
           "calls": [[exercise.name, exercise.function,
                      [case.packed() for case in hidden[exercise.name]]] for exercise in coded],
           "keras": keras, "seconds": seconds,
           "memory": (24 if keras else 4) * GIGABYTE, "cpu": int(60 * seconds)}
    faults, seen = {}, set()
    for _ in range(ATTEMPTS):
        found = sandbox.run({**job, "skip": [list(step) for step in faults]}, seconds, unsafe)
        if found.end == "done":
            return found, faults
        step = found.step if len(found.step) == 2 and found.step[0] in ("cell", "call") else None
        end = "died" if found.end in ("died", "flood") else "timeout"
        if found.end == "too long" or step in faults:
            break
        if found.end == "waits" or step in seen:
            if step is None:
                break
            faults[step] = end
        seen.add(step)
    return sandbox.Run(), dict.fromkeys([("call", exercise.name) for exercise in coded], end)


def judge(exercise, hidden, found, faults, cells):
    """Return (points, status, note) for one exercise of a submission that was run."""
    late = ["call", exercise.name] in [event.get("slow") for event in found.events]
    if late or ("call", exercise.name) in faults:
        status = "timeout" if late else faults["call", exercise.name]
        return 0, status, ("It did not end in the time allowed." if status == "timeout"
                           else "Its process ended before it answered.")
    answers = {}
    for event in found.events:
        if isinstance(case := event.get("case"), list) and case[:1] == [exercise.name]:
            answers[case[-1]] = event
    if not answers:
        return 0, *causes.absent(exercise.function, found, faults, cells)
    for number, case in enumerate(hidden):
        event = answers.get(number, {})
        if "error" in event or "value" not in event:
            error = str(event.get("error", "no answer"))[:200]
            if error.startswith("NotImplementedError"):
                return 0, "missing", "It is not written yet."
            return 0, "stopped", f"{case.what}: {causes.stopped(event, found, cells)}"
        try:
            answer = wire.unpack(event["value"])
        except wire.WireError as error:
            return 0, "not yet right", f"{case.what}: the answer is not plain data: {error}"
        if (problem := exercise.problem(case, answer)) is not None:
            return 0, "not yet right", (f"{case.what}: {problem}"
                                        f"{looks_like(exercise, case, answer)}")
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
    except notebooks.LessonError as error:
        return [Row(student, "", "", "", "", "lesson", f"The file {error}.")]
    except notebooks.UnreadableError as error:
        return [Row(student, "", "", "", "", "unreadable", f"The file {error}.")]
    coded = exercises.coded(assignment)
    hidden = {exercise.name: cases(exercise, seed) for exercise in coded}
    if any(exercise.keras for exercise in coded):
        seconds *= 6
    cells = [source.replace("\r\n", "\n") for source in submission.code()]
    found, faults = execute(notebooks.runnable(cells), coded, hidden, seconds, unsafe)
    changed = locked.edited(submission, assignment)
    rows = []
    for exercise in exercises.load(assignment):
        if isinstance(exercise, exercises.Explained):
            written = locked.answer(submission, assignment, exercise.name)
            rows.append(Row(student, assignment, exercise.name, "" if written else 0,
                            exercise.points, "ok" if written else "missing",
                            "To be marked by hand." if written else "There is no answer."))
            continue
        points, status, note = judge(exercise, hidden[exercise.name], found, faults, cells)
        if exercise.name in changed:
            said = "Its check cell was edited or deleted; the points come from the grader's own."
            status = "tampered" if status in ("ok", "not yet right") else status
            note = f"{note} {said}".strip()
        rows.append(Row(student, assignment, exercise.name, points, exercise.points, status, note))
    return rows
