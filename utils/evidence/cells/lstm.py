"""The long short-term memory with a forget gate, forward and backward."""

import numpy as np

from utils import validate
from utils.evidence.cells.base import (
    Cell,
    bias_gradient,
    cut_here,
    input_gradient,
    split_blocks,
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
        # sigma(a) = 1/2 tanh(a / 2) + 1/2 and tanh(a) = 1 tanh(1 a) + 0: one tanh for all gates.
        scale = np.array([0.5, 0.5, 1, 0.5], self.dtype).reshape(4, 1, 1)
        shift = 1 - scale
        W, U, b = (scale * split_blocks(weight, 4) for weight in self.weights.values())

        length, batch, size = len(x), len(h), self.hidden_size
        gates = x.reshape(-1, self.input_size) @ W           # all steps and gates in one product
        gates += b
        gates = gates.reshape(4, length, batch, size)
        h_all, c_all = np.empty((2, length + 1, batch, size), self.dtype)
        tanh_c = np.empty((length, batch, size), self.dtype)
        h_all[0], c_all[0] = h, c
        for t in range(length):
            a = h_all[t] @ U                                 # the four gates in one product
            a += gates[:, t]
            np.tanh(a, out=a)
            a *= scale
            a += shift
            gates[:, t] = a
            i, f, g, o = a
            np.add(f * c_all[t], i * g, out=c_all[t + 1])    # c' = f c + i g
            np.tanh(c_all[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h_all[t + 1])      # h' = o tanh(c')

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
        i, f, g, o = gates = self._cache["gates"]
        U_T = split_blocks(self.weights["recurrent_kernel"], 4).swapaxes(1, 2).copy()

        # d_a becomes the gradient before each gate's activation. It starts as the gate's slope,
        # y (1 - y) for sigma and (1 + y) (1 - y) for tanh, times its partner in the product; the
        # loop multiplies in what only it knows: d_c or d_h.
        d_a = 1 - gates
        d_a[:2] *= gates[:2]
        d_a[2] *= 1 + g
        d_a[3] *= o
        d_a[0] *= g                                          # c' = f c + i g
        d_a[1] *= c[:-1]
        d_a[2] *= i
        d_a[3] *= tanh_c                                     # h' = o tanh(c')
        h_to_c = o * (1 - tanh_c * tanh_c)
        for t in reversed(range(len(x))):
            d_h += d_states[t]                               # from the loss at t and from t + 1
            d_c += d_h * h_to_c[t]
            d_a[:3, t] *= d_c
            d_a[3, t] *= d_h
            d_h = (d_a[:, t] @ U_T).sum(axis=0)              # on to h(t-1), through four gates
            d_c *= f[t]                                      # on to c(t-1), along the belt
            if cut_here(t, len(x), truncate):
                d_h, d_c = np.zeros_like(d_h), np.zeros_like(d_c)

        gradients = {"kernel": weight_gradient(x, d_a, by_step),
                     "recurrent_kernel": weight_gradient(self._cache["h"][:-1], d_a, by_step),
                     "bias": bias_gradient(d_a, by_step)}
        return input_gradient(d_a, self.weights["kernel"]), gradients, (d_h, d_c)

    @property
    def gates(self):
        """Activations of the last forward pass by name, and the cell state."""
        i, f, g, o = self._cached("gates").swapaxes(1, 2)
        return {"input": i, "forget": f, "candidate": g, "output": o,
                "cell": self._cache["c"][1:].swapaxes(0, 1)}
