"""What all recurrent cells share: activations, start weights, input checks."""

import numpy as np
import threadpoolctl

from utils import tasks, validate

# A step's product is too small to share: with two threads a training step costs twice the CPU
# time, and on a busy machine, where one thread waits for the other, more than ten times the time.
threadpoolctl.threadpool_limits(1, user_api="blas")

RECURRENT_STARTS = ("orthogonal", "identity", "glorot", "random")


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), written with tanh, which cannot overflow."""
    result = np.tanh(0.5 * a)
    result *= 0.5
    result += 0.5
    return result


# name: (f(a), f'(a) written with the output h = f(a), because the output is what is kept)
ACTIVATIONS = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "relu": (lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(h.dtype)),
    "linear": (lambda a: a, np.ones_like),
}


def glorot(rng, rows, columns):
    """Return uniform numbers in +-sqrt(6 / (rows + columns)) (Glorot and Bengio 2010, eq. 16)."""
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns))


def orthogonal(rng, rows, columns):
    """Return a random matrix whose rows (or columns, if they are fewer) are orthonormal."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


def recurrent_start(rng, kind, size, gates):
    """Return a (size, gates * size) start for the recurrent weights, before any gain.

    Args:
        rng: NumPy generator.
        kind: "orthogonal" and "glorot" as in Keras; "identity" (one identity matrix per gate);
            "random": normal numbers with standard deviation 1 / sqrt(size), so that the spectral
            radius of a square block is about 1.
        size: hidden size.
        gates: number of blocks side by side.
    """
    if kind == "orthogonal":
        return orthogonal(rng, size, gates * size)
    if kind == "identity":
        return np.tile(np.eye(size), gates)
    if kind == "glorot":
        return glorot(rng, size, gates * size)
    return rng.normal(0, 1 / np.sqrt(size), (size, gates * size))


class Cell:
    """Base of the recurrent cells: start weights, and checks of what goes in.

    Inside a cell, sequences are time-major, (sequence_length, batch, size), because one step is
    then one block of memory. At its doors they are batch-major, as in Keras.
    """

    blocks = ("state",)                # what the columns of the kernels belong to, in order
    state_names = ("h",)

    def __init__(self, input_size, hidden_size, rng=0, dtype="float64", kernel_std=None,
                 recurrent="orthogonal", gain=1.0):
        self.input_size = validate.whole_number("input_size", input_size)
        self.hidden_size = validate.whole_number("hidden_size", hidden_size)
        self.dtype = np.dtype(validate.one_of("dtype", dtype, ("float64", "float32")))
        validate.one_of("recurrent", recurrent, RECURRENT_STARTS)
        gain = validate.real_number("gain", gain, minimum=0)
        rng = tasks.generator(rng)
        width = len(self.blocks) * self.hidden_size
        if kernel_std is None:
            kernel = glorot(rng, self.input_size, width)
        else:
            std = validate.real_number("kernel_std", kernel_std, minimum=0)
            kernel = rng.normal(0, std, (self.input_size, width))
        recurrent_kernel = gain * recurrent_start(rng, recurrent, self.hidden_size,
                                                  len(self.blocks))
        self.weights = {"kernel": kernel.astype(self.dtype),
                        "recurrent_kernel": recurrent_kernel.astype(self.dtype),
                        "bias": np.zeros(width, self.dtype)}
        self._cache = None

    @property
    def state_sizes(self):
        """Numbers in each part of the state, as in `state_names`."""
        return (self.hidden_size,) * len(self.state_names)

    def parameter_count(self):
        """Return the number of weights, biases included."""
        return sum(weight.size for weight in self.weights.values())

    def _enter(self, x, initial_state):
        """Check x and the state; return x time-major and the state as a tuple of arrays."""
        x = validate.array("x", x, ("batch", "sequence_length", self.input_size), self.dtype)
        return np.ascontiguousarray(x.swapaxes(0, 1)), self._state("initial_state", initial_state,
                                                                   len(x))

    def _state(self, name, state, batch):
        """Return a state (None is all zeros) as a tuple of checked arrays, one per state name."""
        shapes = [(batch, size) for size in self.state_sizes]
        if state is None:
            return tuple(np.zeros(shape, self.dtype) for shape in shapes)
        if len(shapes) == 1:
            state = (state,)
        elif not isinstance(state, tuple | list) or len(state) != len(shapes):
            raise validate.InputError(
                f"{name} must be a {'pair' if len(shapes) == 2 else 'tuple'} "
                f"({', '.join(self.state_names)}) of arrays of shape "
                f"{' and '.join(str(shape) for shape in dict.fromkeys(shapes))}; got "
                f"{type(state).__name__}.")
        names = [name] if len(shapes) == 1 else [f"{name} {n}" for n in self.state_names]
        return tuple(validate.array(label, part, shape, self.dtype, finite=False)
                     for label, part, shape in zip(names, state, shapes, strict=True))

    def _enter_backward(self, d_states, d_final_state, truncate):
        """Check what backward gets; return d_states time-major and the later state's gradient."""
        if self._cache is None:
            raise validate.InputError(f"{type(self).__name__}.backward needs a forward pass first; "
                                      "got none: call forward(x) before backward(d_states).")
        x = self._cache["x"]
        if truncate is not None:
            validate.whole_number("truncate", truncate)
        shape = (x.shape[1], x.shape[0], self.hidden_size)
        d_states = validate.array("d_states", d_states, shape, self.dtype, finite=False)
        d_final = self._state("d_final_state", d_final_state, shape[0])
        return np.ascontiguousarray(d_states.swapaxes(0, 1)), [part.copy() for part in d_final]

    def _cached(self, name):
        """Return one part of what the last forward pass kept."""
        if self._cache is None:
            raise validate.InputError(f"{type(self).__name__} has not run yet, so it has no gates; "
                                      "call forward(x) first.")
        return self._cache[name]


def split_blocks(weight, blocks):
    """Return a kernel (rows, blocks * size) as (blocks, rows, size); a bias as (blocks, 1, size).

    One product with the result gives every gate its own block of memory.
    """
    weight = np.atleast_2d(weight)
    return weight.reshape(len(weight), blocks, -1).swapaxes(0, 1).copy()


def merge_blocks(weight):
    """Return (blocks, ..., rows, size) as (..., rows, blocks * size), the inverse of the split."""
    weight = np.moveaxis(weight, 0, -2)
    return weight.reshape(*weight.shape[:-2], -1)


def weight_gradient(inputs, d_a, by_step):
    """Return inputs^T d_a, summed over the batch and, unless `by_step`, over time.

    Args:
        inputs: what the weight was multiplied with, (sequence_length, batch, rows).
        d_a: gradient of the product, one block per gate, (blocks, sequence_length, batch, size).
        by_step: keep the steps apart.

    Returns:
        (rows, blocks * size), or (sequence_length, rows, blocks * size) if `by_step`.
    """
    if by_step:
        return merge_blocks(inputs.swapaxes(1, 2) @ d_a)
    return merge_blocks(inputs.reshape(-1, inputs.shape[2]).T
                        @ d_a.reshape(len(d_a), -1, d_a.shape[3]))


def bias_gradient(d_a, by_step):
    """Return d_a summed over the batch and, unless `by_step`, over time: (blocks * size,).

    The bias is a weight whose input is always 1, and a product sums faster than `sum`.
    """
    return weight_gradient(np.ones((*d_a.shape[1:3], 1), d_a.dtype), d_a, by_step)[..., 0, :]


def input_gradient(d_a, kernel):
    """Return the gradient with respect to x, batch-major: the sum of d_a W^T over the gates."""
    blocks, length, batch, size = d_a.shape
    d_x = d_a.reshape(blocks, -1, size) @ split_blocks(kernel, blocks).swapaxes(1, 2)
    return d_x.sum(axis=0).reshape(length, batch, -1).swapaxes(0, 1)


def cut_here(t, length, truncate):
    """Tell whether truncated BPTT cuts the gradient between step t - 1 and step t."""
    return truncate is not None and t > 0 and (length - t) % truncate == 0
