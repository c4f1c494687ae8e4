"""The gated recurrent unit in both published conventions, forward and backward."""

import numpy as np

from utils import validate
from utils.evidence.cells.base import (
    Cell,
    bias_gradient,
    cut_here,
    input_gradient,
    sigmoid,
    split_blocks,
    weight_gradient,
)


class GRU(Cell):
    """GRU (Cho et al. 2014), with z keeping the old state, as in Keras.

        z = sigma(x W_z + h U_z + b_z)              update gate
        r = sigma(x W_r + h U_r + b_r)              reset gate
        g =  tanh(x W_h + (r h) U_h + b_h)          candidate, reset_after=False (Cho et al.)
        g =  tanh(x W_h + b_h + r (h U_h + b'_h))   candidate, reset_after=True (Keras's default)
        h' = z h + (1 - z) g                        hidden state

    Args:
        input_size: numbers per step in x.
        hidden_size: units.
        reset_after: which candidate; True also gives every block a second bias b' on the
            recurrent side.
        update_bias: start of b_z; above 0 the cell starts by keeping its state.
        rng, dtype, kernel_std, recurrent, gain: as for SimpleRNN.

    `weights` holds kernel (input_size, 3 hidden_size), recurrent_kernel (hidden_size,
    3 hidden_size) and bias ((3 hidden_size,), or (2, 3 hidden_size) with `reset_after`: input
    side, recurrent side), blocks in Keras's order z, r, h. After `forward`, `gates` holds update,
    reset and candidate, each (batch, sequence_length, hidden_size).
    """

    blocks = ("update", "reset", "candidate")

    def __init__(self, input_size, hidden_size, reset_after=True, update_bias=0.0, rng=0,
                 dtype="float64", kernel_std=None, recurrent="orthogonal", gain=1.0):
        self.reset_after = validate.one_of("reset_after", reset_after, (True, False))
        super().__init__(input_size, hidden_size, rng, dtype, kernel_std, recurrent, gain)
        bias = self.weights["bias"]
        bias[:self.hidden_size] = validate.real_number("update_bias", update_bias)
        if reset_after:
            self.weights["bias"] = np.stack([bias, np.zeros_like(bias)])

    def forward(self, x, initial_state=None):
        """Run the cell over whole sequences and keep what backward needs.

        Args:
            x: (batch, sequence_length, input_size).
            initial_state: h before the first step, (batch, hidden_size); None is zero.

        Returns:
            All states h(1) ... h(T), (batch, sequence_length, hidden_size).
        """
        x, (h,) = self._enter(x, initial_state)
        W, U = (split_blocks(self.weights[name], 3) for name in ("kernel", "recurrent_kernel"))
        biases = split_blocks(self.weights["bias"], 3)        # (3, 1 or 2, size)
        b, b_after = biases[:, :1], biases[:, -1:]

        length, batch, size = len(x), len(h), self.hidden_size
        gates = x.reshape(-1, self.input_size) @ W           # all steps and blocks in one product
        gates += b
        gates = gates.reshape(3, length, batch, size)
        # What the reset gate multiplies: h U_h + b'_h (reset_after) or h.
        h_all, inner = np.empty((length + 1, batch, size), self.dtype), []
        h_all[0] = h
        for t in range(length):
            h = h_all[t]
            if self.reset_after:
                from_h = h @ U + b_after                     # the three blocks in one product
                inner.append(from_h[2])
                z, r = gates[:2, t] = sigmoid(gates[:2, t] + from_h[:2])
                g = gates[2, t] = np.tanh(gates[2, t] + r * from_h[2])
            else:
                inner.append(h)
                z, r = gates[:2, t] = sigmoid(gates[:2, t] + h @ U[:2])
                g = gates[2, t] = np.tanh(gates[2, t] + (r * h) @ U[2])
            h_all[t + 1] = g + z * (h - g)                   # = z h + (1 - z) g

        self._cache = {"x": x, "gates": gates, "h": h_all, "inner": np.stack(inner)}
        self.final_state = h_all[-1]
        return h_all[1:].swapaxes(0, 1)

    def backward(self, d_states, truncate=None, d_final_state=None, by_step=False):
        """Backpropagation through time for the GRU; arguments as for SimpleRNN.

        Args:
            d_states: gradient of the loss with respect to each h(t) directly, (batch,
                sequence_length, hidden_size).
            truncate: window length k, or None for the full gradient.
            d_final_state: gradient with respect to `final_state`, (batch, hidden_size).
            by_step: split each weight's gradient by the step at which the weight was used.

        Returns:
            Gradients with respect to x, to the weights (a dict) and to the initial state.
        """
        d_states, (d_h,) = self._enter_backward(d_states, d_final_state, truncate)
        x, h, inner = self._cache["x"], self._cache["h"], self._cache["inner"]
        z, r, g = gates = self._cache["gates"]
        U_T = split_blocks(self.weights["recurrent_kernel"], 3).swapaxes(1, 2).copy()

        # As in the LSTM: slope times partner; the loop multiplies in d_h.
        d_a = 1 - gates
        d_a[:2] *= gates[:2]
        d_a[2] *= 1 + g
        d_a[0] *= h[:-1] - g                                 # h' = z h + (1 - z) g
        d_a[1] *= inner                                      # r inner
        d_a[2] *= 1 - z                                      # h' again
        d_from_h = np.empty_like(gates) if self.reset_after else d_a
        for t in reversed(range(len(x))):
            d_h += d_states[t]                               # from the loss at t and from t + 1
            d_a[0, t] *= d_h
            d_a[2, t] *= d_h
            d_h = d_h * z[t]                                 # straight on to h(t-1)
            if self.reset_after:                             # r (h U_h + b'_h)
                d_a[1, t] *= d_a[2, t]
                d_from_h[:2, t] = d_a[:2, t]
                d_from_h[2, t] = d_a[2, t] * r[t]
                d_h += (d_from_h[:, t] @ U_T).sum(axis=0)
            else:                                            # (r h) U_h
                d_rh = d_a[2, t] @ U_T[2]
                d_a[1, t] *= d_rh
                d_h += d_rh * r[t] + (d_a[:2, t] @ U_T[:2]).sum(axis=0)
            if cut_here(t, len(x), truncate):
                d_h = np.zeros_like(d_h)

        gradients = {"kernel": weight_gradient(x, d_a, by_step),
                     "recurrent_kernel": weight_gradient(h[:-1], d_from_h, by_step),
                     "bias": bias_gradient(d_a, by_step)}
        if self.reset_after:
            gradients["bias"] = np.stack([gradients["bias"], bias_gradient(d_from_h, by_step)],
                                         axis=-2)
        else:                                                # U_h was multiplied with r h, not h
            gradients["recurrent_kernel"][..., 2 * self.hidden_size:] = weight_gradient(
                r * h[:-1], d_a[2:], by_step)
        return input_gradient(d_a, self.weights["kernel"]), gradients, d_h

    @property
    def gates(self):
        """Activations of the last forward pass by name."""
        z, r, g = self._cached("gates").swapaxes(1, 2)
        return {"update": z, "reset": r, "candidate": g}
