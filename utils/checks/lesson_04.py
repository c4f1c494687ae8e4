"""The exercises inside lesson 04, LSTM."""

import numpy as np

from utils.checks.declare import Choice, Function, Model, Number, Score, layer


def new_cell(c, f, i, g):
    """Return the new cell state: what is kept of the old, and what is written."""
    return f * c + i * g


def _kept_sequences(model, number):
    """Tell whether the LSTM layer with this number, from 0, gives its output at every step."""
    found = [one for one in model.layers if type(one).__name__ == "LSTM"]
    return len(found) > number and found[number].return_sequences


TURNS = [
    Function("4.1", new_cell,
             inputs=[(2.0, 0.9, 0.3, -1.0),
                     (np.array([1.0, -2.0, 0.5]), np.array([0.2, 0.7, 1.0]),
                      np.array([0.6, 0.0, 0.3]), np.array([-0.5, 0.9, 0.4]))],
             right="Notice that with f = 1 and i = 0 the cell keeps what it holds, exactly.",
             wrong={
                 "The forget gate multiplies the sum here; it belongs to the old cell alone.":
                     lambda c, f, i, g: f * (c + i * g),
                 "The input gate is not used here: 1 - f stands in its place.":
                     lambda c, f, i, g: f * c + (1 - f) * g,
                 "The gates are at each other's place: f belongs to the old cell c, i to the "
                 "candidate g.": lambda c, f, i, g: i * c + f * g,
                 "This cell cannot forget: the old cell must be multiplied by the forget gate.":
                     lambda c, f, i, g: c + i * g,
                 "The candidate is written whole here; the input gate must say how much of it.":
                     lambda c, f, i, g: f * c + g,
                 "The forget gate says how much stays, so 1 - f is not wanted: f itself "
                 "multiplies the old cell.": lambda c, f, i, g: (1 - f) * c + i * g,
                 "There is no tanh on the belt; the cell is the plain sum.":
                     lambda c, f, i, g: np.tanh(f * c + i * g),
                 "A product of the two parts cannot add: the belt needs a sum.":
                     lambda c, f, i, g: f * c * i * g}),
    Number("4.2", 8320, within=0,
           right="Notice that it is four times a SimpleRNN of the same size: four blocks.",
           wrong={2080: "That is one block, a SimpleRNN. An LSTM has four of them.",
                  6240: "That is three blocks. Three gates, but the candidate has weights too.",
                  8192: "The biases are missing: each block has one for each of its 32 units.",
                  8196: "Each block has one bias for each of its 32 units, not one in all.",
                  4224: "The weights on the last output h are missing: U, 32 times 32 a block.",
                  8448: "Keras's LSTM has one bias a gate, not two.",
                  10176: "That counts the embedding too; the LSTM alone is asked for.",
                  14976: "84 is the number of steps. A step has 32 numbers.",
                  5760: "That is for 12 numbers a step; the embedding gives 32."}),
    Choice("4.3", "b",
           right="Notice that each wrong version still trains without an error; only the numbers "
                 "tell.",
           wrong={"a": "In a the forget gate multiplies the sum, so it also erases what is "
                       "written in this very step.",
                  "c": "In c the output gate stands inside the tanh; it must multiply what comes "
                       "out of it.",
                  "d": "In d the input gate i is not used: 1 - f stands in its place."}),
    Number("4.4", 4.455, within=0.05,
           right="Notice that half of it stays over 60 words although the gate looks almost fully "
                 "open: 0.9885.",
           wrong={0.988514: "That is the gate. The bias is what sigma turns into it: "
                            "ln(f / (1 - f)).",
                  -4.455: "The fraction is upside down: ln(f / (1 - f)), with f above.",
                  (-0.001, 0.001): "Bias 0 keeps one half in one single word, not over 60.",
                  -0.011552: "That is ln(f); the bias is ln(f / (1 - f)).",
                  -4.7791: "0.5 ** 1 / 60 is 0.5 / 60 to Python; write 0.5 ** (1 / 60).",
                  30.0: "Half of 60 words is not it: the gate multiplies 60 times, so "
                        "f ** 60 = 0.5.",
                  4.7708: "That is the gate 1 - 0.5 / 60. It multiplies 60 times, so take the "
                          "60th root: 0.5 ** (1 / 60).",
                  1.9347: "That uses the logarithm to base 10; sigma goes with the natural one, "
                          "np.log."}),
    Score("4.5", at_least=0.95, at_most=1,
          right="Notice that one mean for each number, which did so well before, cannot tell this.",
          wrong={(0.0, 0.4): "Less than guessing: are labels and sequences in the same order?",
                 (0.4, 0.6): "That is guessing. Was `label` shuffled in the same order as "
                             "`x_both`, and was the model trained?",
                 (0.6, 0.9499): "On the way. Train a few more epochs, or check that the data was "
                              "shuffled before `validation_split`."}),
    Model("4.6", [layer("Masking"), layer("LSTM", units=24, return_sequences=True),
                  layer("LSTM", units=24, return_sequences=True),
                  layer("Dense", units=9, activation="softmax")],
          output_shape=(None, None, 9),
          right="Notice the output shape: for each recording and each step nine probabilities.",
          wrong={
              "There is only one LSTM layer; two are asked for.":
                  lambda model: sum(type(one).__name__ == "LSTM" for one in model.layers) == 1,
              "The second LSTM gives its last output alone; it must answer at every step too.":
                  lambda model: _kept_sequences(model, 0) and not _kept_sequences(model, 1)}),
]
