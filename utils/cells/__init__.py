"""Recurrent cells in NumPy, forward and backward, with weights laid out as Keras lays them out."""

from utils.cells.base import Cell, sigmoid
from utils.cells.bidirectional import Bidirectional
from utils.cells.gru import GRU
from utils.cells.keras_layers import from_keras, to_keras
from utils.cells.lstm import LSTM
from utils.cells.output import Dense, cross_entropy, softmax, squared_error
from utils.cells.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "Bidirectional", "Cell", "Dense", "SimpleRNN", "cross_entropy",
           "from_keras", "sigmoid", "softmax", "squared_error", "to_keras"]
