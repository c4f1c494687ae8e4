"""Carry weights between our cells and Keras layers."""

import numpy as np

from utils import validate
from utils.evidence.cells.bidirectional import Bidirectional
from utils.evidence.cells.gru import GRU
from utils.evidence.cells.lstm import LSTM
from utils.evidence.cells.simple_rnn import SimpleRNN

CELLS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


def from_keras(layer):
    """Return our cell with the weights of a built Keras layer.

    Args:
        layer: keras.layers.SimpleRNN, LSTM or GRU with its default gate activations, or a
            Bidirectional of two of them with its default merge_mode.

    Returns:
        A SimpleRNN, LSTM, GRU or Bidirectional in the layer's dtype.

    Raises:
        InputError: another kind of layer, one without weights yet, or options that our cells do
            not have.
    """
    if type(layer).__name__ != "Bidirectional":
        return _from_one(layer, go_backwards=False)
    if layer.merge_mode != "concat":
        raise validate.InputError("layer must have merge_mode='concat', as our Bidirectional has; "
                                  f"got {layer.merge_mode!r}.")
    return Bidirectional(_from_one(layer.forward_layer, go_backwards=False),
                         _from_one(layer.backward_layer, go_backwards=True))


def _from_one(layer, go_backwards):
    """Return the cell of a layer that reads in the given direction."""
    kind = type(layer).__name__
    if kind not in CELLS:
        raise validate.InputError("layer must be keras.layers.Bidirectional, SimpleRNN, LSTM or "
                                  f"GRU; got {kind}.")
    if not layer.built:
        raise validate.InputError(f"layer must have weights; this {kind} has not seen an input "
                                  "yet: call it on one first.")
    config = layer.get_config()
    allowed = {"use_bias": True, "go_backwards": go_backwards, "dropout": 0.0,
               "recurrent_dropout": 0.0}
    options = {}
    if kind == "SimpleRNN":
        options["activation"] = config["activation"]
    else:
        allowed |= {"activation": "tanh", "recurrent_activation": "sigmoid"}
    if kind == "GRU":
        options["reset_after"] = config["reset_after"]
    for name, value in allowed.items():
        if config[name] != value:
            raise validate.InputError(f"layer must have {name}={value!r}, as our cells have; got "
                                      f"{config[name]!r}.")
    weights = layer.get_weights()
    cell = CELLS[kind](len(weights[0]), layer.units, dtype=str(weights[0].dtype), **options)
    cell.weights = dict(zip(("kernel", "recurrent_kernel", "bias"), weights, strict=True))
    return cell


def to_keras(cell, **options):
    """Return a Keras layer with the weights of one of our cells.

    Args:
        cell: a SimpleRNN, LSTM, GRU or Bidirectional.
        options: passed on to the layer (to both inside a Bidirectional), such as
            `return_state=True`; `return_sequences` is True unless given.

    Returns:
        A built layer in the cell's dtype.

    Raises:
        InputError: not one of our cells.
    """
    import keras
    if isinstance(cell, Bidirectional):
        backward_layer = to_keras(cell.backward_cell, go_backwards=True, **options)
        layer = keras.layers.Bidirectional(to_keras(cell.forward_cell, **options),
                                           backward_layer=backward_layer, dtype=str(cell.dtype))
        layer.build((None, None, cell.input_size))
        layer.set_weights([np.asarray(weight) for weight in cell.weights.values()])
        return layer
    kind = type(cell).__name__
    if not isinstance(cell, tuple(CELLS.values())):
        raise validate.InputError(f"cell must be a SimpleRNN, LSTM, GRU or Bidirectional of this "
                                  f"course; got {kind}.")
    kind = next(name for name, ours in CELLS.items() if isinstance(cell, ours))
    options = {"return_sequences": True, "dtype": str(cell.dtype)} | options
    if kind == "SimpleRNN":
        options["activation"] = cell.activation
    if kind == "GRU":
        options["reset_after"] = cell.reset_after
    layer = getattr(keras.layers, kind)(cell.hidden_size, **options)
    layer.build((None, None, cell.input_size))
    layer.set_weights([np.asarray(weight) for weight in cell.weights.values()])
    return layer
