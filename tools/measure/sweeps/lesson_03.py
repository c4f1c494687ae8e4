"""Lesson 03: every remedy alone on the adding problem, five seeds each, and blow-ups counted."""

import numpy as np

from tools.measure.sweeps import Sweep
from utils import environment, tasks
from utils.evidence import cells, training

BATCH, SOLVED, CHECK_SIZE = 32, 0.01, 1000
IDENTITY = {"activation": "relu", "recurrent": "identity"}
# Clipped ReLU nets come back from losses of a million; gradient descent without clipping does not.
NO_NUMBER, BLOWN_UP = 1e30, 1e3


def adding_problem(seed, cell, length, optimiser, steps, clip, solved=SOLVED, truncate=None,
                   loss_limit=NO_NUMBER):
    """Train one cell on the adding problem as lesson 03 does; return the History."""
    rng = np.random.default_rng(seed)
    model = training.Model(cell(rng=rng, dtype="float32"), 1, rng=rng)
    x, y = tasks.adding(CHECK_SIZE, length, 10_000 + seed)
    return training.fit(model, lambda step: tasks.adding(BATCH, length, rng), steps, optimiser,
                        clip=clip, truncate=truncate, solved_below=solved, loss_limit=loss_limit,
                        check=lambda: float(np.mean((model.predict(x) - y) ** 2)))


def rnn(hidden_size=64, **options):
    """Return a maker of simple RNNs for the two channels of the adding problem."""
    return lambda **more: cells.SimpleRNN(2, hidden_size, **options, **more)


def to_solve(setting, cell, length, rate, steps=4000, clip=("norm", 1.0), truncate=None):
    """Sweep: steps until the error is below 0.01 (or the limit), and the error at the end."""
    def run(seed):
        history = adding_problem(seed, cell, length, training.Adam(rate), steps, clip,
                                 truncate=truncate)
        error = history.checks[-1][1] if history.checks and not history.blown_up else BLOWN_UP
        error = error if error < BLOWN_UP else BLOWN_UP          # also for what is no number
        return (history.solved_at or steps, "steps"), (error, "MSE")

    return Sweep((f"03 adding problem T {length}, steps", f"03 adding problem T {length}, MSE"),
                 setting, run)


def blow_ups(setting, cell, length, rate, clip, steps=400):
    """Sweep: does plain gradient descent blow up, after how many steps, and where does it end."""
    def run(seed):
        history = adding_problem(seed, cell, length, training.SGD(rate), steps, clip, solved=None,
                                 loss_limit=BLOWN_UP)
        error = BLOWN_UP if history.blown_up else history.checks[-1][1]
        return (int(history.blown_up), "blow-up"), (history.steps, "steps"), (error, "MSE")

    names = ("blow-ups", "steps survived", "MSE after 400 steps")
    return Sweep(tuple(f"03 SGD T {length}, {name}" for name in names), setting, run,
                 tuple(range(10)))


def long_descent(setting, cell, length, rate, clip, steps=4000):
    """Sweep: the error that plain gradient descent reaches when it has time."""
    def run(seed):
        history = adding_problem(seed, cell, length, training.SGD(rate), steps, clip)
        return ((BLOWN_UP if history.blown_up else history.checks[-1][1], "MSE"),)

    return Sweep((f"03 SGD T {length}, MSE after {steps} steps",), setting, run)


def plain_keras(setting, options, length, steps=1600):
    """Sweep: a SimpleRNN as Keras makes it, Adam with its own rate, error on new sequences."""
    def run(seed):
        keras = environment.set_up(seed)
        rng = np.random.default_rng(seed)
        model = keras.Sequential([keras.layers.SimpleRNN(64, **options), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(*tasks.adding(BATCH * steps, length, rng), batch_size=BATCH, verbose=0)
        new = tasks.adding(CHECK_SIZE, length, 10_000 + seed)
        return ((model.evaluate(*new, verbose=0), "MSE"),)

    return Sweep((f"03 adding problem T {length}, MSE after {steps} steps",), setting, run)


LSTM = lambda **more: cells.LSTM(2, 32, **more)                                  # noqa: E731
LSTM_NO_BIAS = lambda **more: cells.LSTM(2, 32, forget_bias=0.0, **more)         # noqa: E731
GRU = lambda **more: cells.GRU(2, 32, **more)                                    # noqa: E731

SWEEPS = [to_solve("tanh, orthogonal start", rnn(), length, 1e-3) for length in (5, 10, 20, 30)]
for _length in (50, 100):
    SWEEPS += [
        to_solve("tanh, Glorot start", rnn(recurrent="glorot"), _length, 1e-3),
        to_solve("tanh, orthogonal start", rnn(), _length, 1e-3),
        to_solve("tanh, orthogonal start, not clipped", rnn(), _length, 1e-3, clip=None),
        to_solve("tanh, identity start", rnn(recurrent="identity", kernel_std=0.01), _length, 1e-3),
        to_solve("ReLU, random start", rnn(activation="relu", recurrent="random", kernel_std=0.01),
                 _length, 1e-3),
        to_solve("ReLU, identity start", rnn(**IDENTITY, kernel_std=0.01), _length, 1e-3),
        to_solve("ReLU, identity start, not clipped", rnn(**IDENTITY, kernel_std=0.01), _length,
                 1e-3, clip=None),
        to_solve("ReLU, identity start, cut after 25 steps", rnn(**IDENTITY, kernel_std=0.01),
                 _length, 1e-3, truncate=25),
        to_solve("ReLU, identity start, Glorot input weights", rnn(**IDENTITY), _length, 1e-3),
        to_solve("LSTM, 32 units", LSTM, _length, 1e-2),
        to_solve("GRU, 32 units", GRU, _length, 1e-2),
    ]
SWEEPS += [
    to_solve("ReLU, identity start, Glorot input weights, not clipped", rnn(**IDENTITY), 100, 1e-3,
             clip=None),
    to_solve("tanh, orthogonal start, small input weights", rnn(kernel_std=0.01), 100, 1e-3),
    to_solve("ReLU, random start, Glorot input weights", rnn(activation="relu", recurrent="random"),
             100, 1e-3),
    to_solve("LSTM, 32 units, forget bias 0", LSTM_NO_BIAS, 100, 1e-2),
    to_solve("ReLU, identity start", rnn(**IDENTITY, kernel_std=0.01), 150, 1e-3),
    to_solve("LSTM, 32 units", LSTM, 150, 1e-2),
    to_solve("GRU, 32 units", GRU, 150, 1e-2),
]
for _rate in (1e-4, 1e-3, 3e-3, 1e-2):
    for _name, _clip in (("not clipped", None), ("clipped to norm 1", ("norm", 1.0))):
        SWEEPS.append(blow_ups(
            f"ReLU, identity start, input weights 0.001, rate {_rate:g}, {_name}",
            rnn(**IDENTITY, kernel_std=0.001), 100, _rate, _clip))
for _name, _clip in (("not clipped", None), ("clipped to norm 1", ("norm", 1.0))):
    SWEEPS += [
        blow_ups(f"ReLU, identity start, input weights 0.01, rate 0.001, {_name}",
                 rnn(**IDENTITY, kernel_std=0.01), 100, 1e-3, _clip),
        blow_ups(f"tanh, orthogonal start times 1.5, rate 0.1, {_name}", rnn(gain=1.5), 50, 0.1,
                 _clip),
    ]
SWEEPS += [
    long_descent(f"ReLU, identity start, input weights 0.001, rate {_rate:g}, clipped to norm 1",
                 rnn(**IDENTITY, kernel_std=0.001), 100, _rate, ("norm", 1.0))
    for _rate in (1e-3, 3e-3, 1e-2)]
# The rivals tuned as hard: other rates for tanh, a small rate instead of clipping, Keras's own
# start behind ReLU, and what a beginner writes.
for _length in (50, 100):
    SWEEPS.append(to_solve("ReLU, orthogonal start, Glorot input weights", rnn(activation="relu"),
                           _length, 1e-3))
for _rate in (3e-4, 3e-3, 1e-2):
    SWEEPS.append(to_solve(f"tanh, orthogonal start, rate {_rate:g}", rnn(), 50, _rate))
SWEEPS += [
    to_solve("ReLU, identity start, not clipped, rate 0.0003", rnn(**IDENTITY, kernel_std=0.01),
             100, 3e-4, clip=None),
    plain_keras("SimpleRNN(64) in Keras", {}, 50),
    plain_keras("SimpleRNN(64, activation='relu') in Keras", {"activation": "relu"}, 50)]
