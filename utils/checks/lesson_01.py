"""The exercises inside lesson 01, what a recurrent network is."""

import numpy as np

from utils.checks.declare import Array, Choice, Function, Model, Number, Score, layer


def rnn_step(x_t, h, W, U, b):
    """Return the new state: the input and the old state, mixed and squeezed."""
    return np.tanh(x_t @ W + h @ U + b)


def _numbers(seed, *shape):
    """Return random numbers, no two of them alike, so that no weight can be left out unseen."""
    return np.random.default_rng(seed).normal(size=shape)


def _answers_once(model):
    """Tell whether the recurrent layer gives its last state alone."""
    return not any(getattr(one, "return_sequences", False) for one in model.layers)


TURNS = [
    Array("1.1", [3, 1, 2, 0, 0],
          right="Notice that 0 is no letter: it stands for the padding alone.",
          wrong={"The zeros stand in front here; with padding=\"post\" they stand behind the word.":
                 [0, 0, 3, 1, 2],
                 "Here a is 0. But 0 is kept for the padding, so a is 1, b is 2, c is 3.":
                 [2, 0, 1, 0, 0],
                 "The row is as long as the word; with longest=5 it has five places.": [3, 1, 2],
                 "The row is filled up to 12; with longest=5 it has five places.":
                 [3, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                 "Drop the outer brackets: `encode` gives a row for each word; give one row.":
                 [[3, 1, 2, 0, 0]],
                 "The letters are in the order of the alphabet; the word is c, a, b.":
                 [1, 2, 3, 0, 0]}),
    Function("1.2", rnn_step,
             inputs=[(_numbers(0, 3), _numbers(1, 3), _numbers(2, 3, 3), _numbers(3, 3, 3),
                      _numbers(4, 3)),
                     (_numbers(5, 3), _numbers(6, 3), _numbers(7, 3, 3), _numbers(8, 3, 3),
                      _numbers(9, 3))],
             right="Notice that the same W, U and b are used at every step.",
             wrong={
                 "The tanh is missing: without it the state may grow at every step.":
                     lambda x_t, h, W, U, b: x_t @ W + h @ U + b,
                 "W and U are at each other's place: W belongs to the input, U to the state.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ U + h @ W + b),
                 "The old state h is not used, so nothing is remembered.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ W + b),
                 "The bias b is missing.": lambda x_t, h, W, U, b: np.tanh(x_t @ W + h @ U),
                 "Multiply by the matrix with `@`; `*` multiplies number by number.":
                     lambda x_t, h, W, U, b: np.tanh(x_t * W + h * U + b),
                 "The matrix stands in front; here vectors are rows, so write `x_t @ W`.":
                     lambda x_t, h, W, U, b: np.tanh(W @ x_t + U @ h + b),
                 "The old state stands outside the tanh; it belongs inside.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ W + b) + h @ U,
                 "The bias stands outside the tanh; it belongs inside.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ W + h @ U) + b,
                 "There are two tanh, one for each product; add first, then take one tanh.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ W) + np.tanh(h @ U + b),
                 "Here each product has its own tanh; one tanh of the whole sum is asked for.":
                     lambda x_t, h, W, U, b: np.tanh(x_t @ W + b) + np.tanh(h @ U),
                 "One tanh stands inside another; a single tanh of the whole sum is asked for.":
                     lambda x_t, h, W, U, b: np.tanh(np.tanh(x_t @ W) + np.tanh(h @ U) + b),
                 "The old state is added once more; tanh of the sum is already the new state.":
                     lambda x_t, h, W, U, b: h + np.tanh(x_t @ W + h @ U + b)}),
    Choice("1.3", "c",
           right="Notice that the order of the three terms does not matter; what is inside the "
                 "tanh does.",
           wrong={"a": "In a the old state is not used: the network knows the last letter alone.",
                  "b": "In b the old state is kept whole and something is added at every step; "
                       "that is another network.",
                  "d": "In d the old state stands outside the tanh, so it can grow without end."}),
    Number("1.4", 5184, within=0,
           right="Notice that the length does not occur: for 12 letters the weights are the same.",
           wrong={518400: "The weights are not copied for each step: all 100 steps share them.",
                  106560: "W does not grow with the length: it meets one letter of 16 numbers at a "
                          "time.",
                  10560: "W is 16 by 64, not 100 by 64: it meets 16 numbers at a time.",
                  62208: "That is 12 times too many: all steps share the same weights.",
                  43200: "The number of weights does not grow with the length.",
                  1024: "That is W alone; U and b are missing.",
                  4096: "That is U alone; W and b are missing.",
                  5120: "The bias is missing: one number for each of the 64 units.",
                  5704: "That includes the Dense layer, V and c; leave it out.",
                  5616: "That includes the embedding; only the SimpleRNN is asked for.",
                  6136: "That is the whole model; only the SimpleRNN is asked for."}),
    Model("1.5", [layer("Embedding", input_dim=27, output_dim=16, mask_zero=True),
                  layer("SimpleRNN", units=64, return_sequences=True),
                  layer("Dense", units=8, activation="softmax")],
          input_shape=(None, 12), output_shape=(None, 12, 8),
          right="Notice the output shape: for each word and each letter eight probabilities.",
          wrong={"The SimpleRNN gives its last state alone, so the model answers once a word.":
                 _answers_once,
                 "Flatten makes one long row of all steps; Dense answers at each step without it.":
                 lambda model: any(type(one).__name__ == "Flatten" for one in model.layers)}),
    Score("1.6", at_least=0.8, at_most=1, metric="val_accuracy",
          right="Notice that a count of letters has 0.5 here, whatever it learns: order is all "
                "there is.",
          wrong={(0.0, 0.4): "Less than guessing. Is it the loss? `evaluate` returns it first, "
                             "then the accuracy. Or are words and labels in another order?",
                 (0.4, 0.6): "That is guessing. Was the model trained, and with `mask_zero=True`?",
                 (0.6, 0.7999): "On the way. Try a larger learning rate, such as 0.005, or a few "
                                "more epochs."}),
]
