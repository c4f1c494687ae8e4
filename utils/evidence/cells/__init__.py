"""Recurrent cells in NumPy, forward and backward, with weights laid out as Keras lays them out."""

from utils.evidence.cells.base import Cell, sigmoid
from utils.evidence.cells.bidirectional import Bidirectional
from utils.evidence.cells.gru import GRU
from utils.evidence.cells.keras_layers import from_keras, to_keras
from utils.evidence.cells.lstm import LSTM
from utils.evidence.cells.output import Dense, cross_entropy, softmax, squared_error
from utils.evidence.cells.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "Bidirectional", "Cell", "Dense", "SimpleRNN", "cross_entropy",
           "from_keras", "sigmoid", "softmax", "squared_error", "to_keras"]
