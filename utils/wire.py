"""Values as JSON: numbers, text and arrays, plain data alone, nothing that can run."""

import base64
import math

import numpy as np

KINDS = "biuf"                       # numbers only: no objects, no text arrays, no dates
DEEPEST = 8
LARGEST = 2_000_000                  # numbers in one array


class WireError(ValueError):
    """A value is not plain data."""


def pack(value, depth=0):
    """Return a value as data for `json.dumps`.

    Args:
        value: None, a truth value, number, text, array (or what NumPy makes an array of, such as
            a Keras tensor), or a list, tuple or dict of such.
        depth: how deep inside other values it stands.

    Raises:
        WireError: anything else, or too large, or nested too deeply.
    """
    if depth > DEEPEST:
        raise WireError("it is nested too deeply")
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"float": value.hex() if math.isfinite(value) else str(value)}
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [pack(item, depth + 1) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[pack(key, depth + 1), pack(item, depth + 1)]
                         for key, item in value.items()]}
    if isinstance(value, set | frozenset):
        return {"list": sorted(pack(item, depth + 1) for item in value)}
    array = np.asarray(value)
    if array.dtype.kind == "U" and array.ndim == 0:
        return str(array)
    if array.dtype.kind == "b" and array.ndim == 0:      # NumPy's own truth value is one as well
        return bool(array)
    if array.dtype.kind not in KINDS or array.size > LARGEST:
        raise WireError(f"a {type(value).__name__} is not an array of numbers")
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).reshape(array.shape)
    return {"array": base64.b64encode(array.tobytes()).decode(), "dtype": array.dtype.str,
            "shape": list(array.shape)}


def unpack(data, depth=0):
    """Return the value that `pack` made `data` from; what a student's process wrote is safe here.

    Raises:
        WireError: `data` does not come from `pack`.
    """
    if depth > DEEPEST:
        raise WireError("it is nested too deeply")
    if data is None or type(data) in (bool, int, str):
        return data
    try:
        (kind, body), *_ = data.items()
        if kind == "float":
            return float.fromhex(body)
        if kind in ("tuple", "list"):
            items = [unpack(item, depth + 1) for item in body]
            return tuple(items) if kind == "tuple" else items
        if kind == "dict":
            return {unpack(key, depth + 1): unpack(item, depth + 1) for key, item in body}
        if kind == "array":
            dtype, shape = np.dtype(data["dtype"]), tuple(data["shape"])
            if dtype.kind not in KINDS or math.prod(shape) > LARGEST or len(shape) > 8:
                raise WireError("an array of another kind")
            array = np.frombuffer(base64.b64decode(body, validate=True), dtype)
            return array.reshape(shape).copy()
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"it cannot be read: {type(error).__name__}") from None
    raise WireError("it cannot be read")
