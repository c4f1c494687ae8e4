"""Instant feedback on a student's function: where it first goes wrong, and what that looks like.

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

FOLDER = Path(__file__).resolve().parent.parent / "data" / "checks"
TOLERANCE = 1e-6
TOLERANCE_FLOAT32 = 1e-4


def described(value):
    """Return what a value is, in a few words."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, bool | np.bool_ | str | int | float):
        return repr(value) if len(repr(value)) < 60 else f"a text of {len(value)} characters"
    if isinstance(value, tuple | list | dict):
        return f"a {type(value).__name__} of length {len(value)}"
    try:
        return f"an array of shape {np.shape(value)}"
    except Exception:
        return f"a {type(value).__name__}"


def compare(expected, got, where="the result", tolerance=TOLERANCE):
    """Return None if `got` is the expected answer, or one sentence on how it differs.

    Numbers may come as lists, as another float type, or as a tensor. float32 may differ by 1e-4 of
    the largest number, float64 by `tolerance` of it.

    Args:
        expected: number, text, truth value, None, array, or a list, tuple or dict of these.
        got: the student's answer.
        where: what it is, for the sentence.
        tolerance: relative, for float64.
    """
    if isinstance(expected, str | bool | np.bool_ | None):
        kind = bool if isinstance(expected, np.bool_) else type(expected)
        if isinstance(got, np.bool_ | np.str_):
            got = got.item()
        same = type(got) is kind and got == expected
        return None if same else f"{where} should be {described(expected)}; got {described(got)}"
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return (f"{where} should be a dict with the keys {sorted(expected)}; "
                    f"got {described(got)}")
        pairs = [(expected[key], got[key], f"{where}[{key!r}]") for key in expected]
    elif isinstance(expected, tuple | list):
        sequence = isinstance(got, tuple | list) or (isinstance(got, np.ndarray) and got.ndim)
        if not sequence or len(got) != len(expected):
            return (f"{where} should be {len(expected)} results in a {type(expected).__name__}; "
                    f"got {described(got)}")
        names = [f"result {n + 1}" if where == "the result" else f"{where}[{n}]"
                 for n in range(len(expected))]
        pairs = list(zip(expected, got, names, strict=True))
    else:
        return compare_numbers(np.asarray(expected), got, where, tolerance)
    for wanted, given, name in pairs:
        if (problem := compare(wanted, given, name, tolerance)) is not None:
            return problem
    return None


def compare_numbers(expected, got, where, tolerance):
    """Return None if `got` is this array of numbers, or one sentence."""
    wanted = (f"an array of shape {expected.shape}" if expected.ndim else "a single number")
    if got is None or isinstance(got, str | dict):
        return f"{where} should be {wanted}; got {described(got)}"
    try:
        array = np.asarray(got)
    except Exception:
        return f"{where} should be {wanted}; got {described(got)}"
    if array.dtype.kind not in "biuf":
        return f"{where} should be {wanted}; got {described(got)} that holds no plain numbers"
    if array.shape != expected.shape:
        return f"{where} should be {wanted}; got shape {array.shape}"
    if not array.size:
        return None
    if array.dtype.itemsize <= 4 and array.dtype.kind == "f":
        tolerance = max(tolerance, TOLERANCE_FLOAT32)
    expected, array = expected.astype("float64"), array.astype("float64")
    odd = ~np.isfinite(expected)
    same_odd = np.array_equal(expected[odd], array[odd], equal_nan=True)
    if not same_odd or not np.isfinite(array[~odd]).all():
        return f"{where} has numbers that are not finite where it should not"
    largest = np.abs(expected[~odd]).max(initial=0)
    difference = np.zeros(expected.shape)
    difference[~odd] = np.abs(expected[~odd] - array[~odd])
    if difference.max() > tolerance * max(largest, 1e-3):
        place = np.unravel_index(np.argmax(difference), expected.shape)
        at = f" at {tuple(map(int, place))}" if expected.ndim else ""
        return f"{where} should be {expected[place]:.6g}{at}; got {array[place]:.6g}"
    return None


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

