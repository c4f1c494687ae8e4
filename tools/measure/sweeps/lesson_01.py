"""Sweeps of lesson 01: how far back a simple RNN learns to reach, from several starts.

Two tasks with one question: which bit came first? In the one, noise of 0.3 follows the bit; in the
other every step brings a bit that looks like the first. Start, scale of the inputs, learning rate
and number of updates are varied, one at a time.
"""

import numpy as np

from tools.measure.sweeps import Sweep
from utils import tasks
from utils.evidence import cells, training

NOISE, UPDATES, RATE = 0.3, 600, 0.005
DRAW = {"one bit": lambda count, lag, rng: tasks.one_bit(count, lag, rng, NOISE),
        "marked recall": tasks.recall}
LAGS = (10, 40, 160)
SETTINGS = {"as Keras starts it": {},
            "recurrent weights times 0.9": {"gain": 0.9},
            "recurrent weights times 1.1": {"gain": 1.1},
            "recurrent weights times 1.25": {"gain": 1.25},
            "inputs times 0.3": {"scale": 0.3},
            "inputs times 0.1": {"scale": 0.1},
            "as Keras starts it, Adam 0.001": {"rate": 0.001},
            "as Keras starts it, Adam 0.02": {"rate": 0.02},
            "as Keras starts it, 2,400 updates": {"updates": 2400}}


def reach(task, lag, seed, gain=1.0, scale=1.0, rate=RATE, updates=UPDATES):
    """Train a tanh RNN of 16 units at one lag; return its right answers in % on new sequences."""
    rng = np.random.default_rng(seed)
    model = training.Model(cells.SimpleRNN(2, 16, rng=rng, dtype="float32", gain=gain), 2,
                           "cross_entropy", rng=rng)

    def draw(count, rng):
        x, bits = DRAW[task](count, lag, rng)
        return scale * x, bits

    training.fit(model, lambda step: draw(32, rng), updates, training.Adam(rate),
                 clip=("norm", 1.0))
    x, bits = draw(1000, 1000 + seed)
    return 100 * np.mean(model.predict(x).argmax(axis=-1) == bits)


SWEEPS = [Sweep((f"01 {task} at lag {lag}",), setting,
                lambda seed, run=(task, lag), options=options: (
                    (reach(*run, seed, **options), "%"),))
          for task in DRAW for lag in LAGS for setting, options in SETTINGS.items()]
