"""Feedback on a function of an assignment: where it first goes wrong, and what that looks like.

Each exercise has probes, inputs for which the right answer is stored in data/checks: only the
bias is not zero, then only x, then only h, and so on. So the first probe that fails names the
part that is wrong. Beside the right answer stand the answers of common mistakes.
"""

import copy
import functools
import json
from pathlib import Path

import numpy as np

from utils import validate, wire
from utils.checks.values import compare, described

FOLDER = Path(__file__).resolve().parents[2] / "data" / "checks"


@functools.cache
def stored(number, folder=FOLDER):
    """Return the probes of one assignment by exercise.

    Args:
        number: "01" to "08".
        folder: where the files are.

    Raises:
        InputError: there is no such assignment.
    """
    path = Path(folder) / f"{number}.json"
    if not path.is_file():
        raise validate.InputError(f"There are no checks for assignment {number}; get the whole "
                                  "course again, with its folder data/checks.")
    return json.loads(path.read_text(encoding="utf-8"))


def ask(function, probe):
    """Call a function with a probe; return its result and the arguments after the call."""
    given = {name: eval(text, {"np": np}) for name, text in probe["given"].items()}
    args = [given.get(item, item) if isinstance(item, str) else item
            for item in wire.unpack(probe["args"])]
    before = copy.deepcopy([item for item in args if not callable(item)])
    result = function(*args)
    after = [item for item in args if not callable(item)]
    changed = compare(before, after, "the input") is not None
    return result, changed


def check(exercise, function, folder=FOLDER):
    """Tell how a function does on an exercise: print one line, or two where a mistake is known.

    Args:
        exercise: its number, such as "4-1".
        function: the student's function.
        folder: where the stored probes are.

    Raises:
        InputError: there is no such exercise.
    """
    validate.text("exercise", exercise)
    found = stored(exercise.partition("-")[0].zfill(2), folder)
    if exercise not in found:
        raise validate.InputError(f"exercise must be one of {', '.join(found)}; got {exercise!r}.")
    probes, name = found[exercise]["probes"], found[exercise]["function"]
    print(f"Exercise {exercise}, {name}: {verdict(probes, name, function)}")


def verdict(probes, name, function):
    """Return what `check` prints about a function."""
    if not callable(function):
        return f"{name} should be a function; got {described(function)}."
    answers = []
    for number, probe in enumerate(probes, 1):
        where = f"probe {number} of {len(probes)} ({probe['what']})"
        try:
            result, changed = ask(function, probe)
        except NotImplementedError as error:
            return f"not written yet. {error}".strip()
        except Exception as error:
            return f"{where} stops with {type(error).__name__}: {error}"
        answers.append(result)
        if changed:
            return f"{where}: the function changes its input; work on a copy."
    for number, (probe, answer) in enumerate(zip(probes, answers, strict=True), 1):
        problem = compare(wire.unpack(probe["expected"]), answer)
        if problem is not None:
            likely = suspects(probes, answers)
            hint = f"\n  It looks as if {' or '.join(likely)}." if likely else ""
            return (f"probe {number} of {len(probes)} ({probe['what']}) fails: "
                    f"{problem}.{hint}")
    return f"{len(probes)} of {len(probes)} probes agree."


def suspects(probes, answers):
    """Return the known mistakes that give exactly these answers to every probe."""
    names = probes[0]["mistakes"] if probes else {}
    return [name for name in names
            if all(name in probe["mistakes"]
                   and compare(wire.unpack(probe["mistakes"][name]), answer) is None
                   for probe, answer in zip(probes, answers, strict=True))]

