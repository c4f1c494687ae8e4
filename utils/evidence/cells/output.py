"""What stands behind a cell: a dense layer, softmax cross-entropy and squared error."""

import numpy as np

from utils import tasks, validate
from utils.evidence.cells.base import glorot


class Dense:
    """Output layer y = h V + b on states of any number of axes.

    Args:
        input_size: numbers per state.
        output_size: numbers per output.
        rng: seed or NumPy generator for the start weights (Glorot uniform, as Keras).
        dtype: "float64" or "float32".

    `weights` holds kernel (input_size, output_size) and bias (output_size,).
    """

    def __init__(self, input_size, output_size, rng=0, dtype="float64"):
        self.input_size = validate.whole_number("input_size", input_size)
        self.output_size = validate.whole_number("output_size", output_size)
        self.dtype = np.dtype(validate.one_of("dtype", dtype, ("float64", "float32")))
        kernel = glorot(tasks.generator(rng), self.input_size, self.output_size)
        self.weights = {"kernel": kernel.astype(self.dtype),
                        "bias": np.zeros(self.output_size, self.dtype)}
        self._states = None

    def forward(self, states):
        """Return y = h V + b, (..., output_size), for states of shape (..., input_size)."""
        states = np.asarray(states, self.dtype)
        if states.ndim < 2 or states.shape[-1] != self.input_size:
            raise validate.InputError(f"states must have shape (..., {self.input_size}); got shape "
                                      f"{states.shape}.")
        self._states = states
        return states @ self.weights["kernel"] + self.weights["bias"]

    def backward(self, d_outputs):
        """Return the gradients with respect to the states and to the weights (a dict).

        Args:
            d_outputs: gradient of the loss with respect to y, (..., output_size).

        Raises:
            InputError: no forward pass yet, or the shape of another batch.
        """
        if self._states is None:
            raise validate.InputError("Dense.backward needs a forward pass first; got none: call "
                                      "forward(states) before backward(d_outputs).")
        d_outputs = validate.array("d_outputs", d_outputs,
                                   (*self._states.shape[:-1], self.output_size), self.dtype,
                                   finite=False)
        flat = d_outputs.reshape(-1, self.output_size)
        gradients = {"kernel": self._states.reshape(-1, self.input_size).T @ flat,
                     "bias": flat.sum(axis=0)}
        return d_outputs @ self.weights["kernel"].T, gradients


def softmax(scores):
    """Return exp(scores), scaled to sum to 1 over the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))   # the shift avoids overflow
    return shifted / shifted.sum(axis=-1, keepdims=True)


def cross_entropy(scores, targets, mask=None):
    """Return the mean of -ln softmax(scores)[target] in nats, and its gradient.

    Args:
        scores: (..., vocabulary_size), before the softmax.
        targets: the right class at each place, whole numbers of shape (...).
        mask: 1 where a place counts and 0 where not (padding), shape (...); None counts all.

    Returns:
        The loss, a float, and its gradient with respect to the scores, same shape.

    Raises:
        InputError: shapes that do not fit, a class outside the vocabulary, a mask of zeros.
    """
    scores = np.asarray(scores)
    places, classes = scores.shape[:-1], scores.shape[-1]
    targets = validate.token_ids("targets", targets, classes, axes=places)[..., None]
    weight = np.ones(places, scores.dtype) if mask is None else validate.array(
        "mask", mask, places, scores.dtype)
    if not weight.sum() > 0:
        raise validate.InputError("mask must count at least one place; got a sum of "
                                  f"{weight.sum():g}.")
    weight = (weight / weight.sum())[..., None]
    shifted = scores - scores.max(axis=-1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    loss = -(weight * np.take_along_axis(log_probabilities, targets, axis=-1)).sum()
    gradient = np.exp(log_probabilities)                     # softmax minus one-hot
    right = np.take_along_axis(gradient, targets, axis=-1)
    np.put_along_axis(gradient, targets, right - 1, axis=-1)
    return float(loss), gradient * weight


def squared_error(outputs, targets):
    """Return the mean squared error and its gradient with respect to the outputs.

    Args:
        outputs: any shape.
        targets: numbers of the same shape.

    Raises:
        InputError: the shapes differ.
    """
    outputs = np.asarray(outputs)
    difference = outputs - validate.array("targets", targets, outputs.shape, outputs.dtype)
    return float((difference * difference).mean()), 2 / difference.size * difference
