"""Recurrent cells in NumPy, forward and backward, with weights laid out as Keras lays them out."""

from utils.cells.base import Cell
from utils.cells.gru import GRU
from utils.cells.lstm import LSTM
from utils.cells.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "Cell", "SimpleRNN"]
