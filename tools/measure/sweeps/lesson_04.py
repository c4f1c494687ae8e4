"""Sweeps of lesson 04: stories against distance, and the staircase of the forget bias."""

from functools import partial

import numpy as np

from tools.measure.sweeps import Sweep
from utils import tasks
from utils.evidence import cells, training

VOCABULARY_SIZE = len(tasks.stories.VOCABULARY)
DISTANCES = (0, 5, 10, 20, 40, 80)
LAGS = (5, 10, 20, 40, 80, 160)
BIASES = (0, 1, 3, 5)


def lstm(rng, forget_bias):
    """Return the LSTM of the stories, 13,401 weights with its output layer."""
    return cells.LSTM(VOCABULARY_SIZE, 32, forget_bias=forget_bias, kernel_std=1.0, rng=rng,
                      dtype="float32")


def simple_rnn(rng):
    """Return the tanh RNN of the stories, 13,521 weights with its output layer."""
    return cells.SimpleRNN(VOCABULARY_SIZE, 72, kernel_std=0.5, rng=rng, dtype="float32")


def stories(seed, make, learning_rate, distance, steps=500, rising=False):
    """Train on stories of one distance and test on others of it.

    Args:
        seed: of weights and stories.
        make: function of a generator that returns the cell.
        learning_rate: of Adam.
        distance: irrelevant words.
        steps: updates.
        rising: start with distance 0 and let the greatest one drawn grow to `distance` over 70 %
            of the steps.
    """
    rng = np.random.default_rng(seed)
    model = training.Model(make(rng), VOCABULARY_SIZE, "cross_entropy", rng=rng)
    words = np.eye(VOCABULARY_SIZE, dtype="float32")

    def draw(step):
        between = distance
        if rising:
            between = rng.integers(0, 1 + min(distance, 3 + step * distance // (0.7 * steps)))
            between = int(between) if between >= 3 else 0
        ids, names = tasks.stories.draw(64, between, rng)
        return words[ids], names

    training.fit(model, draw, steps, training.Adam(learning_rate), clip=("norm", 1.0))
    ids, names = tasks.stories.draw(500, distance, 1000 + seed)
    return [(100 * np.mean(model.predict(words[ids]).argmax(axis=1) == names), "%")]


def staircase(seed, forget_bias, lag):
    """Train an LSTM to recall one bit behind noise and test it on other bits."""
    rng = np.random.default_rng(seed)
    cell = cells.LSTM(2, 16, forget_bias=forget_bias, rng=rng, dtype="float32")
    model = training.Model(cell, 2, "cross_entropy", rng=rng)
    training.fit(model, lambda step: tasks.one_bit(32, lag, rng, noise=1.0), 400,
                 training.Adam(0.005), clip=("norm", 1.0), solved_below=0.05)
    x, bits = tasks.one_bit(400, lag, 1000 + seed, noise=1.0)
    return [(100 * np.mean(model.predict(x).argmax(axis=1) == bits), "%")]


SWEEPS = [
    *(Sweep((f"04 stories at distance {distance}",), setting,
            partial(stories, make=make, learning_rate=rate, distance=distance))
      for setting, make, rate in (
          ("tanh RNN, 72 units", simple_rnn, 1e-3),
          ("LSTM, 32 units, forget bias 1", partial(lstm, forget_bias=1), 5e-3),
          ("LSTM, 32 units, forget bias 5", partial(lstm, forget_bias=5), 5e-3))
      for distance in DISTANCES),
    *(Sweep(("04 stories at distance 20",), f"tanh RNN, 72 units, {setting}",
            partial(stories, make=simple_rnn, distance=20, **options))
      for setting, options in (
          ("learning rate 0.0003", {"learning_rate": 3e-4}),
          ("learning rate 0.003", {"learning_rate": 3e-3}),
          ("2,000 steps", {"learning_rate": 1e-3, "steps": 2000}),
          ("2,000 steps, rising distance",
           {"learning_rate": 1e-3, "steps": 2000, "rising": True}))),
    *(Sweep((f"04 one bit at lag {lag}",), f"LSTM, forget bias {bias}",
            partial(staircase, forget_bias=bias, lag=lag))
      for bias in BIASES for lag in LAGS),
]
