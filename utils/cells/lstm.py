"""The long short-term memory with a forget gate, forward and backward."""

import numpy as np

from utils import validate
from utils.cells.base import (
    Cell,
    cut_here,
    gate_scale,
    merge_gates,
    project,
    split_gates,
    weight_gradient,
)


class LSTM(Cell):
    """LSTM (Hochreiter and Schmidhuber 1997) with the forget gate of Gers et al. (2000).

        i = sigma(x W_i + h U_i + b_i)        input gate
        f = sigma(x W_f + h U_f + b_f)        forget gate
        g =  tanh(x W_c + h U_c + b_c)        candidate
        o = sigma(x W_o + h U_o + b_o)        output gate
        c' = f c + i g                        cell state, the conveyor belt
        h' = o tanh(c')                       hidden state, the output

    Args:
        input_size: numbers per step in x.
        hidden_size: units.
        forget_bias: start of b_f; 1 is Keras's `unit_forget_bias=True` (Jozefowicz et al. 2015).
        rng, dtype, kernel_std, recurrent, gain: as for SimpleRNN.

    `weights` holds kernel (input_size, 4 hidden_size), recurrent_kernel (hidden_size,
    4 hidden_size) and bias (4 hidden_size,), blocks in Keras's order i, f, c, o. After `forward`,
    `gates` holds input, forget, candidate, output and the cell state, each (batch,
    sequence_length, hidden_size).
    """

    blocks = ("input", "forget", "candidate", "output")
    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size, forget_bias=1.0, rng=0, dtype="float64",
                 kernel_std=None, recurrent="orthogonal", gain=1.0):
        super().__init__(input_size, hidden_size, rng, dtype, kernel_std, recurrent, gain)
        start = validate.real_number("forget_bias", forget_bias)
        self.weights["bias"][self.hidden_size:2 * self.hidden_size] = start

    def forward(self, x, initial_state=None):
        """Run the cell over whole sequences and keep what backward needs.

        Args:
            x: (batch, sequence_length, input_size).
            initial_state: pair (h, c) before the first step, each (batch, hidden_size); None is
                zero.

        Returns:
            All hidden states h(1) ... h(T), (batch, sequence_length, hidden_size).
        """
        x, (h, c) = self._enter(x, initial_state)
        W, U, b = (split_gates(self.weights[name], 4)
                   for name in ("kernel", "recurrent_kernel", "bias"))
        scale = gate_scale("sigmoid sigmoid tanh sigmoid", self.dtype)

        length, batch, size = len(x), len(h), self.hidden_size
        gates = (x.reshape(-1, self.input_size) @ W + b).reshape(4, length, batch, size)
        h_all, c_all = np.empty((2, length + 1, batch, size), self.dtype)
        tanh_c = np.empty((length, batch, size), self.dtype)
        h_all[0], c_all[0] = h, c
        for t in range(length):
            a = gates[:, t] + h_all[t] @ U                   # the four gates in one product
            i, f, g, o = gates[:, t] = scale * np.tanh(scale * a) + (1 - scale)
            c_all[t + 1] = f * c_all[t] + i * g
            tanh_c[t] = np.tanh(c_all[t + 1])
            h_all[t + 1] = o * tanh_c[t]

        self._cache = {"x": x, "gates": gates, "h": h_all, "c": c_all, "tanh_c": tanh_c}
        self.final_state = h_all[-1], c_all[-1]
        return h_all[1:].swapaxes(0, 1)

    def backward(self, d_states, truncate=None, d_final_state=None, by_step=False):
        """Backpropagation through time for the LSTM; arguments as for SimpleRNN.

        Args:
            d_states: gradient of the loss with respect to each h(t) directly, (batch,
                sequence_length, hidden_size).
            truncate: window length k, or None for the full gradient.
            d_final_state: pair of gradients with respect to `final_state`.
            by_step: split each weight's gradient by the step at which the weight was used.

        Returns:
            Gradients with respect to x, to the weights (a dict) and to the initial state (a pair).
        """
        d_states, (d_h, d_c) = self._enter_backward(d_states, d_final_state, truncate)
        x, c, tanh_c = self._cache["x"], self._cache["c"], self._cache["tanh_c"]
        i, f, g, o = self._cache["gates"]
        U_T = split_gates(self.weights["recurrent_kernel"], 4).swapaxes(1, 2).copy()

        # Each line is (partner in the product) times (slope of the gate); only d_c or d_h at
        # that step is missing, and the loop multiplies it in.
        d_a = np.empty_like(self._cache["gates"])
        d_a[0] = g * (i * (1 - i))                           # c' = f c + i g
        d_a[1] = c[:-1] * (f * (1 - f))
        d_a[2] = i * (1 - g * g)
        d_a[3] = tanh_c * (o * (1 - o))                      # h' = o tanh(c')
        h_to_c = o * (1 - tanh_c * tanh_c)
        for t in reversed(range(len(x))):
            d_h += d_states[t]
            d_c += d_h * h_to_c[t]
            d_a[:3, t] *= d_c
            d_a[3, t] *= d_h
            d_h = (d_a[:, t] @ U_T).sum(axis=0)              # on to h(t-1), through four gates
            d_c *= f[t]                                      # on to c(t-1), along the belt
            if cut_here(t, len(x), truncate):
                d_h, d_c = np.zeros_like(d_h), np.zeros_like(d_c)

        d_a = merge_gates(d_a)
        gradients = {"kernel": weight_gradient(x, d_a, by_step),
                     "recurrent_kernel": weight_gradient(self._cache["h"][:-1], d_a, by_step),
                     "bias": d_a.sum(axis=1 if by_step else (0, 1))}
        return project(d_a, self.weights["kernel"].T).swapaxes(0, 1), gradients, (d_h, d_c)

    @property
    def gates(self):
        """Activations of the last forward pass by name, and the cell state."""
        i, f, g, o = self._cached("gates").swapaxes(1, 2)
        return {"input": i, "forget": f, "candidate": g, "output": o,
                "cell": self._cache["c"][1:].swapaxes(0, 1)}
