"""Prove a gradient, and look at it: three-way certificate, split by time step, Jacobians.

The loss used here is L = sum over t of d_states(t) . h(t), a weighted sum of all states. Its
gradient with random weights tests every path through a cell, and any other loss only changes the
weights.
"""

from dataclasses import dataclass

import numpy as np

from utils import tasks, validate
from utils.evidence import cells

HAND_AUTODIFF = 1e-10
HAND_DIFFERENCES = 1e-6


def relative_error(first, second):
    """Return the largest difference of two arrays, relative to their largest entry.

    Args:
        first: array.
        second: array of the same shape.

    Returns:
        max |first - second| / max(|first|, |second|); 0 if both are all zeros.

    Raises:
        InputError: the shapes differ.
    """
    first = np.asarray(first)
    second = validate.array("second", second, first.shape, finite=False)
    scale = max(np.abs(first).max(), np.abs(second).max())
    return float(np.abs(first - second).max() / scale) if scale > 0 else 0.0


def finite_differences(loss, array, step=1e-5):
    """Return the central differences (loss(a + step) - loss(a - step)) / (2 step), entry by entry.

    The error is about step^2 from the curve and 1e-16 / step from rounding.

    Args:
        loss: function without arguments that returns a number and reads `array`.
        array: float64 array that is changed in place, one entry at a time, and put back.
        step: how far each entry is moved, above 0.

    Returns:
        Array like `array`.

    Raises:
        InputError: not a float64 array, or a step that is not above 0.
    """
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise validate.InputError("array must be a NumPy array of float64, because float32 has too "
                                  "few digits for differences; got "
                                  f"{getattr(array, 'dtype', type(array).__name__)}.")
    if validate.real_number("step", step, minimum=0) == 0:
        raise validate.InputError("step must be above 0; got 0.")
    gradient = np.empty_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + step
        above = loss()
        array[place] = kept - step
        below = loss()
        array[place] = kept
        gradient[place] = (above - below) / (2 * step)
    return gradient


def by_hand(cell, x, d_states, initial_state=None):
    """Return all gradients from the cell's own backward as one dict.

    Args:
        cell: one of our cells.
        x: (batch, sequence_length, input_size).
        d_states: weights of the loss, (batch, sequence_length, hidden_size).
        initial_state: as for the cell's `forward`.

    Returns:
        {"kernel": ..., "recurrent_kernel": ..., "bias": ..., "x": ..., "initial h": ...}.
    """
    cell.forward(x, initial_state)
    d_x, gradients, d_initial = cell.backward(d_states)
    return gradients | {"x": d_x} | _named(cell, d_initial)


def autodiff(cell, x, d_states, initial_state=None):
    """Return the same gradients from TensorFlow's tape through a Keras layer with these weights.

    Args:
        cell: SimpleRNN, LSTM, GRU or Bidirectional of ours.
        x: (batch, sequence_length, input_size).
        d_states: weights of the loss, (batch, sequence_length, hidden_size).
        initial_state: as for the cell's `forward`.

    Returns:
        Dict of arrays as from `by_hand`.
    """
    import tensorflow as tf
    layer = cells.to_keras(cell)
    x = tf.constant(np.asarray(x, cell.dtype))
    state = [tf.constant(part) for part in _state(cell, initial_state, len(x))]
    with tf.GradientTape() as tape:
        tape.watch([x, *state])
        states = layer(x, initial_state=state if len(state) > 1 else state[0])
        loss = tf.reduce_sum(states * tf.constant(np.asarray(d_states, cell.dtype)))
    variables = [weight.value for weight in layer.trainable_weights]
    found = [np.asarray(part) for part in tape.gradient(loss, [*variables, x, *state])]
    return dict(zip([*cell.weights, "x", *_named(cell, found[-len(state):])], found, strict=True))


def differences(cell, x, d_states, initial_state=None, step=1e-5):
    """Return the same gradients from central differences of our forward pass.

    Args:
        cell: one of our cells in float64.
        x: (batch, sequence_length, input_size).
        d_states: weights of the loss, (batch, sequence_length, hidden_size).
        initial_state: as for the cell's `forward`.
        step: how far each number is moved.

    Returns:
        Dict of arrays as from `by_hand`.
    """
    x = np.array(x, np.float64)
    d_states = np.asarray(d_states)
    state = [part.copy() for part in _state(cell, initial_state, len(x))]

    def loss():
        whole = state[0] if len(state) == 1 else tuple(state)
        return float((cell.forward(x, whole) * d_states).sum())

    moved = cell.weights | {"x": x} | _named(cell, state)
    return {name: finite_differences(loss, array, step) for name, array in moved.items()}


@dataclass
class Certificate:
    """Three gradients of one loss, compared pair by pair.

    errors is {name: (hand-autodiff, hand-differences, autodiff-differences)}, each the largest
    difference relative to the largest entry; shapes is {name: shape}.
    """

    errors: dict
    shapes: dict

    def worst(self):
        """Return the largest error of each pair over all names."""
        return tuple(max(column) for column in zip(*self.errors.values(), strict=True))

    def holds(self):
        """Tell whether hand and autodiff agree to 1e-10, and both with differences to 1e-6."""
        hand_autodiff, *with_differences = self.worst()
        return hand_autodiff <= HAND_AUTODIFF and max(with_differences) <= HAND_DIFFERENCES

    def __str__(self):
        width = max(17, *(len(name) for name in self.errors))
        lines = [f"{'gradient of':{width}} {'shape':12} {'hand-autodiff':15} "
                 f"{'hand-differences':18} autodiff-differences"]
        for name, errors in self.errors.items():
            first, second, third = (f"\u2248 {error:.0e}" for error in errors)
            lines.append(f"{name:{width}} {self.shapes[name]!s:12} {first:15} {second:18} {third}")
        verdict = "holds" if self.holds() else "DOES NOT HOLD"
        limits = (f"at most {HAND_AUTODIFF:.0e} between hand and autodiff, "
                  f"{HAND_DIFFERENCES:.0e} to differences")
        return "\n".join([*lines, f"certificate {verdict}: {limits}"])


def certificate(cell, x, initial_state=None, rng=0, step=1e-5):
    """Compare the hand-written gradient with autodiff and with central differences.

    Args:
        cell: one of our cells (or a subclass with a derivation to test), float64.
            Its weights should be random and different everywhere: zeros and equal gates hide
            errors.
        x: (batch, sequence_length, input_size); keep it small, differences run the cell twice
            for every number.
        initial_state: as for the cell's `forward`; None draws a random one.
        rng: seed or generator for the weights of the loss and the initial state.
        step: how far each number is moved for the differences.

    Returns:
        A Certificate; print it.

    Raises:
        InputError: not one of our cells, not float64, or a wrong shape.
    """
    x = _checked(cell, x)
    if cell.dtype != np.float64:
        raise validate.InputError("cell must have dtype float64 for a certificate; got "
                                  f"{cell.dtype}.")
    rng = tasks.generator(rng)
    d_states = rng.normal(size=(*x.shape[:2], cell.hidden_size))
    if initial_state is None:
        parts = [rng.normal(size=(len(x), size)) for size in cell.state_sizes]
        initial_state = parts[0] if len(parts) == 1 else tuple(parts)
    hand = by_hand(cell, x, d_states, initial_state)
    tape = autodiff(cell, x, d_states, initial_state)
    steps = differences(cell, x, d_states, initial_state, step)
    errors = {name: (relative_error(hand[name], tape[name]),
                     relative_error(hand[name], steps[name]),
                     relative_error(tape[name], steps[name])) for name in hand}
    return Certificate(errors, {name: np.shape(array) for name, array in hand.items()})


def by_time_step(cell, x, d_states, initial_state=None, truncate=None):
    """Split the gradient of every weight by the step at which the weight was used.

    Args:
        cell: one of our cells.
        x: (batch, sequence_length, input_size).
        d_states: weights of the loss; zeros but for the last step give the loss at T alone.
        initial_state: as for the cell's `forward`.
        truncate: window of truncated BPTT, or None.

    Returns:
        Dict of arrays like `cell.weights` with a leading axis for the steps; their sum over this
        axis is the gradient.
    """
    x = _checked(cell, x)
    cell.forward(x, initial_state)
    return cell.backward(d_states, truncate, by_step=True)[1]


def step_jacobians(cell, x, initial_state=None):
    """Return d state(t) / d state(t-1) for every step of one sequence.

    Args:
        cell: one of our cells.
        x: one sequence, (1, sequence_length, input_size).
        initial_state: as for the cell's `forward`, batch 1.

    Returns:
        (sequence_length, size, size); row: later state, column: earlier one. size is hidden_size,
        or 2 hidden_size for the pair (h, c) of an LSTM.

    Raises:
        InputError: not one of our cells, or not one sequence.
    """
    x = _checked(cell, x)
    if isinstance(cell, cells.Bidirectional):
        raise validate.InputError("cell must read in one direction, because a Bidirectional has no "
                                  "single step from t - 1 to t; got Bidirectional: pass its "
                                  "forward_cell or backward_cell.")
    validate.array("x", x, (1, "sequence_length", cell.input_size))
    length, parts = x.shape[1], len(cell.state_names)
    size = parts * cell.hidden_size
    states = [_state(cell, initial_state, 1)]
    for t in range(length - 1):
        cell.forward(x[:, t:t + 1], _whole(states[-1]))
        states.append(cell.final_state if parts > 1 else (cell.final_state,))
    # One row of the Jacobian per example: `size` copies of every step, all run at once.
    before = [np.repeat(np.concatenate(part), size, axis=0) for part in zip(*states, strict=True)]
    cell.forward(np.repeat(x[0][:, None], size, axis=0), _whole(before))
    unit = np.tile(np.eye(size, dtype=cell.dtype), (length, 1))
    d_after = np.split(unit, parts, axis=1)
    nothing = np.zeros((length * size, 1, cell.hidden_size), cell.dtype)
    d_before = cell.backward(nothing, d_final_state=_whole(d_after))[2]
    d_before = d_before if parts > 1 else (d_before,)
    return np.concatenate(d_before, axis=1).reshape(length, size, size)


def jacobian_norms(cell, x, initial_state=None, part=None):
    """Return the norm of d state(T) / d state(T - lag) for lag 0, 1, ... T.

    The norm is the largest singular value: how much a small change can have grown.

    Args:
        cell: one of our cells.
        x: one sequence, (1, sequence_length, input_size).
        initial_state: as for the cell's `forward`, batch 1.
        part: None for the whole state, or "h" or "c" for this part of the state of an LSTM, both
            at T and at T - lag.

    Returns:
        (sequence_length + 1,), entry 0 is 1.

    Raises:
        InputError: wrong arguments.
    """
    jacobians = step_jacobians(cell, x, initial_state)
    rows = slice(None)
    if part is not None:
        start = cell.state_names.index(validate.one_of("part", part, cell.state_names))
        rows = slice(start * cell.hidden_size, (start + 1) * cell.hidden_size)
    product, norms = np.eye(jacobians.shape[1], dtype=cell.dtype), [1.0]
    for jacobian in jacobians[::-1]:
        product = product @ jacobian                         # d state(T) / d state(t-1)
        norms.append(float(np.linalg.norm(product[rows, rows], 2)))
    return np.array(norms)


def state_jacobian(cell, x, initial_state=None):
    """Return how each state depends on each input, d h(t) / d x(s), for one sequence.

    Args:
        cell: anything with `forward` and `backward` like our cells.
        x: one sequence, (1, sequence_length, input_size); keep it short, the cell runs for
            sequence_length times hidden_size copies at once.
        initial_state: as for the cell's `forward`, batch 1.

    Returns:
        (sequence_length, sequence_length, outputs, input_size), indexed [t, s]; outputs is the
        last axis of what `forward` returns.
    """
    x = validate.array("x", x, (1, "sequence_length", "input_size"))
    length, outputs = x.shape[1], cell.forward(x, initial_state).shape[-1]
    copies = length * outputs
    if initial_state is not None:
        initial_state = _whole([np.repeat(part, copies, axis=0)
                                for part in _state(cell, initial_state, 1)])
    cell.forward(np.repeat(x, copies, axis=0), initial_state)
    d_x = cell.backward(np.eye(copies).reshape(copies, length, outputs))[0]
    return d_x.reshape(length, outputs, length, -1).swapaxes(1, 2)


def _checked(cell, x):
    """Check that `cell` is one of ours and x fits it; return x as an array."""
    if not isinstance(cell, cells.Cell):
        raise validate.InputError("cell must be one of the course's cells, such as "
                                  f"cells.SimpleRNN(3, 5); got {type(cell).__name__}.")
    return validate.array("x", x, ("batch", "sequence_length", cell.input_size), cell.dtype)


def _state(cell, state, batch):
    """Return a state as a tuple of arrays, zeros for None."""
    if state is None:
        return tuple(np.zeros((batch, size), cell.dtype) for size in cell.state_sizes)
    return tuple(state) if len(cell.state_names) > 1 else (state,)


def _whole(parts):
    """Return the parts of a state the way a cell's `forward` takes them."""
    return parts[0] if len(parts) == 1 else tuple(parts)


def _named(cell, state):
    """Return a state, or its gradient, as {"initial h": ...}."""
    parts = state if isinstance(state, tuple | list) else (state,)
    return {f"initial {name}": part for name, part in zip(cell.state_names, parts, strict=True)}
