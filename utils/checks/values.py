"""Compare a student's answer with the right one, and say in one sentence how they differ."""

import inspect

import numpy as np

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
    if inspect.isroutine(value):
        return f"the function {value.__name__} itself"
    try:
        shape, kind = np.shape(value), np.asarray(value).dtype.kind
    except Exception:
        return f"a {type(value).__name__}"
    return f"a {type(value).__name__}" if kind == "O" else f"an array of shape {shape}"


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


def same_form(expected, got):
    """Tell whether an answer has the type and the shape of the right one, whatever it holds."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and set(got) == set(expected) and all(
            same_form(expected[key], got[key]) for key in expected)
    if isinstance(expected, str | bool | None):
        return type(got) is type(expected)
    try:
        wanted, given = np.asarray(expected), np.asarray(got)
    except ValueError:               # rows of unequal length
        return isinstance(got, list | tuple) and len(got) == len(expected) and all(
            map(same_form, expected, got))
    if wanted.dtype.kind not in "biuf":
        return wanted.shape == given.shape
    return given.dtype.kind in "biuf" and wanted.shape == given.shape
