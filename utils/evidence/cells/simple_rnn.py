"""The simple (Elman) recurrent cell, forward and backward."""

import numpy as np

from utils import validate
from utils.evidence.cells.base import (
    ACTIVATIONS,
    Cell,
    bias_gradient,
    cut_here,
    input_gradient,
    weight_gradient,
)


class SimpleRNN(Cell):
    """The recurrence h(t) = f(x(t) W + h(t-1) U + b) (Elman 1990).

    Args:
        input_size: numbers per step in x.
        hidden_size: units.
        activation: f, one of "tanh", "relu", "linear", "sigmoid".
        rng: seed or NumPy generator for the start weights.
        dtype: "float64" or "float32".
        kernel_std: standard deviation of normal input weights; None is Glorot uniform, as Keras.
        recurrent: start of U: "orthogonal" (as Keras), "identity", "glorot" or "random".
        gain: factor on the start of U.

    `weights` holds kernel W (input_size, hidden_size), recurrent_kernel U (hidden_size,
    hidden_size) and bias b (hidden_size,), as Keras lays them out.
    """

    def __init__(self, input_size, hidden_size, activation="tanh", rng=0, dtype="float64",
                 kernel_std=None, recurrent="orthogonal", gain=1.0):
        self.activation = validate.one_of("activation", activation, ACTIVATIONS)
        super().__init__(input_size, hidden_size, rng, dtype, kernel_std, recurrent, gain)

    def forward(self, x, initial_state=None):
        """Run the cell over whole sequences and keep what backward needs.

        Args:
            x: (batch, sequence_length, input_size).
            initial_state: h before the first step, (batch, hidden_size); None is zero.

        Returns:
            All states h(1) ... h(T), (batch, sequence_length, hidden_size).
        """
        x, (h,) = self._enter(x, initial_state)
        U, f = self.weights["recurrent_kernel"], ACTIVATIONS[self.activation][0]

        # x(t) W + b does not depend on the state: one product for all steps at once.
        drive = x.reshape(-1, self.input_size) @ self.weights["kernel"] + self.weights["bias"]
        drive = drive.reshape(len(x), len(h), self.hidden_size)
        states = np.empty((len(x) + 1, *h.shape), self.dtype)
        states[0] = h
        for t in range(len(x)):
            states[t + 1] = f(drive[t] + states[t] @ U)      # h(t) = f(x(t) W + h(t-1) U + b)

        self._cache = {"x": x, "states": states}
        self.final_state = states[-1]
        return states[1:].swapaxes(0, 1)

    def backward(self, d_states, truncate=None, d_final_state=None, by_step=False):
        """Backpropagation through time (Werbos 1990): from the last step back to the first.

        Args:
            d_states: gradient of the loss with respect to each h(t) directly, without the way
                through later states, (batch, sequence_length, hidden_size).
            truncate: None for the full gradient. With k, time is cut into windows of k steps,
                counted from the last step; states pass a cut, gradients do not. So the loss at
                the last step reaches exactly the last k uses of the weights.
            d_final_state: gradient with respect to `final_state` on top, (batch, hidden_size).
            by_step: split each weight's gradient by the step at which the weight was used.

        Returns:
            Gradients with respect to x, (batch, sequence_length, input_size); to the weights, a
            dict like `weights` (with a leading axis for the steps if `by_step`); and to the
            initial state, (batch, hidden_size).
        """
        d_states, (d_h,) = self._enter_backward(d_states, d_final_state, truncate)
        x, states = self._cache["x"], self._cache["states"]
        U = self.weights["recurrent_kernel"]

        # d_a becomes the gradient at a(t) = x(t) W + h(t-1) U + b; it starts as the slope f'(a(t)).
        d_a = ACTIVATIONS[self.activation][1](states[1:])
        for t in reversed(range(len(x))):
            d_h += d_states[t]                               # from the loss at t and from t + 1
            d_a[t] *= d_h                                    # through f
            d_h = d_a[t] @ U.T                               # on to h(t-1)
            if cut_here(t, len(x), truncate):
                d_h = np.zeros_like(d_h)

        d_a = d_a[None]                                      # one block; gated cells have more
        gradients = {"kernel": weight_gradient(x, d_a, by_step),
                     "recurrent_kernel": weight_gradient(states[:-1], d_a, by_step),
                     "bias": bias_gradient(d_a, by_step)}
        return input_gradient(d_a, self.weights["kernel"]), gradients, d_h
