"""Check what a caller passed, and say in one sentence what was wrong and what was expected."""

from collections.abc import Collection

import numpy as np


class InputError(ValueError):
    """A helper was called with something that it cannot use; the message says what to pass."""


def whole_number(name, value, minimum=1, maximum=None):
    """Return `value` as an int if it is a whole number in [minimum, maximum].

    Args:
        name: the parameter's name, for the message.
        value: what the caller passed.
        minimum: smallest value allowed.
        maximum: largest value allowed, or None.

    Raises:
        InputError: not a whole number, or out of range.
    """
    upper = f" and at most {maximum}" if maximum is not None else ""
    wanted = f"{name} must be a whole number, at least {minimum}{upper}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise InputError(f"{wanted}; got {value!r} ({type(value).__name__}).")
    if value < minimum or (maximum is not None and value > maximum):
        raise InputError(f"{wanted}; got {value}.")
    return int(value)


def real_number(name, value, minimum=-np.inf, maximum=np.inf):
    """Return `value` as a float if it is a finite number in [minimum, maximum].

    Raises:
        InputError: not a number, not finite, or out of range.
    """
    wanted = f"{name} must be a number from {minimum:g} to {maximum:g}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InputError(f"{wanted}; got {value!r} ({type(value).__name__}).")
    if not np.isfinite(value) or not minimum <= value <= maximum:
        raise InputError(f"{wanted}; got {value}.")
    return float(value)


def one_of(name, value, allowed: Collection):
    """Return `value` if it is one of `allowed`.

    Raises:
        InputError: any other value; the message lists the allowed ones.
    """
    if not isinstance(value, str | int | float | type(None)) or value not in allowed:
        listed = ", ".join(repr(item) for item in allowed)
        raise InputError(f"{name} must be one of {listed}; got {value!r}.")
    return value


def text(name, value, empty=False):
    """Return `value` if it is a string (not empty, unless `empty`).

    Raises:
        InputError: not a string, or nothing but white space.
    """
    if not isinstance(value, str):
        raise InputError(f"{name} must be a string; got {value!r} ({type(value).__name__}).")
    if not empty and not value.strip():
        raise InputError(f"{name} must not be empty; got {value!r}.")
    return value


def array(name, value, axes, dtype=None, finite=True):
    """Return `value` as a NumPy array whose shape fits the named axes.

    Args:
        name: the parameter's name, for the message.
        value: array, nested list or tensor.
        axes: tuple with one entry per axis: an int is the size wanted, a string names an axis of
            any size of at least one, e.g. `("batch", "sequence_length", 3)`.
        dtype: convert to this dtype, or None to keep the array's own.
        finite: refuse NaN and infinity.

    Raises:
        InputError: wrong rank, wrong size, empty, not numeric, NaN or infinity. A shape error
            names both shapes.
    """
    wanted = "(" + ", ".join(str(axis) for axis in axes) + ("," if len(axes) == 1 else "") + ")"
    try:
        result = np.asarray(value, dtype=dtype)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be an array of shape {wanted}; got {type(value).__name__} "
                         "that cannot be read as one (rows of unequal length, or text?).") from None
    if result.dtype.kind not in "fiub":
        raise InputError(f"{name} must hold numbers; got an array of {result.dtype}.")
    fits = result.ndim == len(axes) and all(
        size == axis if isinstance(axis, int | np.integer) else size > 0
        for size, axis in zip(result.shape, axes, strict=True))
    if not fits:
        raise InputError(f"{name} must have shape {wanted}; got shape {result.shape}.")
    if finite and result.dtype.kind == "f" and not np.isfinite(result).all():
        bad = int(np.count_nonzero(~np.isfinite(result)))
        raise InputError(f"{name} must be finite; {bad} of its {result.size} values are NaN or "
                         "infinite.")
    return result


def token_ids(name, value, vocabulary_size, axes=("batch", "sequence_length")):
    """Return `value` as an integer array with entries from 0 to vocabulary_size - 1.

    Raises:
        InputError: wrong shape, not whole numbers, or an id outside the vocabulary.
    """
    result = array(name, value, axes)
    if result.dtype.kind not in "iu":
        raise InputError(f"{name} must hold whole numbers (token ids); got {result.dtype}.")
    if result.min() < 0 or result.max() >= vocabulary_size:
        raise InputError(f"{name} must hold ids from 0 to {vocabulary_size - 1}; got values from "
                         f"{result.min()} to {result.max()}.")
    return result
