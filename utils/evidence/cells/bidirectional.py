"""Two cells on one sequence: one reads it from left to right, the other from right to left."""

import numpy as np

from utils import validate
from utils.evidence.cells.base import Cell


class Bidirectional(Cell):
    """Bidirectional RNN (Schuster and Paliwal 1997), built from two cells of one kind.

        ahead(t) = state of the forward cell after x(1) ... x(t)
        back(t)  = state of the backward cell after x(T) ... x(t)
        output(t) = [ahead(t), back(t)]

    So every output depends on the whole sequence. Both cells see x(t) itself.

    Args:
        forward_cell: SimpleRNN, LSTM or GRU of ours.
        backward_cell: another cell of the same kind, input size and dtype, with weights of its own;
            its hidden size may differ.

    `weights` holds those of both cells, the arrays themselves, as "forward kernel",
    "backward kernel" and so on, in Keras's order. A state of it is a tuple: the parts of the
    forward cell's state, then those of the backward cell's. `hidden_size` is the sum of both.
    """

    def __init__(self, forward_cell, backward_cell):
        for name, cell in (("forward_cell", forward_cell), ("backward_cell", backward_cell)):
            if not isinstance(cell, Cell) or isinstance(cell, Bidirectional):
                raise validate.InputError(f"{name} must be a SimpleRNN, LSTM or GRU of this course;"
                                          f" got {type(cell).__name__}.")
        if forward_cell is backward_cell:
            raise validate.InputError("backward_cell must be a cell of its own, with weights of "
                                      "its own; got forward_cell again.")
        if forward_cell.blocks != backward_cell.blocks:
            raise validate.InputError("backward_cell must be a "
                                      f"{type(forward_cell).__name__}, as forward_cell is; got "
                                      f"{type(backward_cell).__name__}.")
        for name in ("input_size", "dtype"):
            first, second = getattr(forward_cell, name), getattr(backward_cell, name)
            if first != second:
                raise validate.InputError(f"backward_cell must have the {name} of forward_cell, "
                                          f"{first}; got {second}.")
        self.forward_cell, self.backward_cell = forward_cell, backward_cell
        self.input_size, self.dtype = forward_cell.input_size, forward_cell.dtype
        self.hidden_size = forward_cell.hidden_size + backward_cell.hidden_size
        self.state_names = tuple(f"{way} {name}" for way in ("forward", "backward")
                                 for name in forward_cell.state_names)
        self._cache = None

    @property
    def weights(self):
        """The weights of both cells, the arrays themselves, by name."""
        return {f"{way} {name}": weight for way, cell in self._cells()
                for name, weight in cell.weights.items()}

    @weights.setter
    def weights(self, new):
        for way, cell in self._cells():
            cell.weights = {name: new[f"{way} {name}"] for name in cell.weights}

    @property
    def state_sizes(self):
        """Numbers in each part of the state, as in `state_names`."""
        return self.forward_cell.state_sizes + self.backward_cell.state_sizes

    def forward(self, x, initial_state=None):
        """Run both cells over whole sequences and keep what backward needs.

        Args:
            x: (batch, sequence_length, input_size).
            initial_state: the forward cell's state before the first step and the backward cell's
                behind the last one, in one tuple; None is zero.

        Returns:
            [ahead(t), back(t)] for every t, (batch, sequence_length, hidden_size). `final_state` is
            the forward cell's state at the last step and the backward cell's at the first one:
            what Keras returns with `return_sequences=False`. It is not the last of these outputs.
        """
        x, state = self._enter(x, initial_state)
        self._cache = {"x": x}
        x = x.swapaxes(0, 1)
        first, last = self._halves(state)
        ahead = self.forward_cell.forward(x, first)
        back = self.backward_cell.forward(x[:, ::-1], last)      # reads from right to left
        back = back[:, ::-1]                                     # turned: back(t) stands at t
        self.final_state = self._joined(self.forward_cell.final_state,
                                        self.backward_cell.final_state)
        return np.concatenate([ahead, back], axis=2)

    def backward(self, d_states, truncate=None, d_final_state=None, by_step=False):
        """Backpropagation through time for both cells; arguments as for SimpleRNN.

        Args:
            d_states: gradient of the loss with respect to each output directly, (batch,
                sequence_length, hidden_size).
            truncate: window length k, counted by each cell in its own direction of reading.
            d_final_state: gradient with respect to `final_state`, a tuple alike.
            by_step: split each weight's gradient by the place in x at which it was used.

        Returns:
            Gradients with respect to x (the sum of both ways), to the weights (a dict) and to the
            initial state (a tuple).
        """
        d_states, d_final = self._enter_backward(d_states, d_final_state, truncate)
        d_ahead, d_back = np.split(d_states.swapaxes(0, 1), [self.forward_cell.hidden_size], axis=2)
        d_first, d_last = self._halves(d_final)
        d_x, ahead, d_first = self.forward_cell.backward(d_ahead, truncate, d_first, by_step)
        d_turned, back, d_last = self.backward_cell.backward(d_back[:, ::-1], truncate, d_last,
                                                             by_step)
        if by_step:
            back = {name: gradient[::-1] for name, gradient in back.items()}
        gradients = {f"forward {name}": gradient for name, gradient in ahead.items()}
        gradients |= {f"backward {name}": gradient for name, gradient in back.items()}
        return d_x + d_turned[:, ::-1], gradients, self._joined(d_first, d_last)

    def _cells(self):
        """Return both cells with the words that their weights' names start with."""
        return (("forward", self.forward_cell), ("backward", self.backward_cell))

    def _halves(self, parts):
        """Split a state into those of the two cells, each the way that its cell takes it."""
        half = len(parts) // 2
        halves = parts[:half], parts[half:]
        return [one[0] if half == 1 else tuple(one) for one in halves]

    def _joined(self, first, second):
        """Return the states of the two cells as one tuple."""
        return (first, second) if len(self.state_names) == 2 else (*first, *second)
