"""Sweeps of lesson 04: stories of mixed distance in plain Keras, and the staircase.

The stories use public Keras alone, so they run on each of its backends, and the setting names it:
KERAS_BACKEND=jax takes about a fourth of the time of TensorFlow.
"""

import os
from functools import partial

import numpy as np

from tools.measure.sweeps import Sweep
from utils import environment, tasks
from utils.evidence import cells, training

LAYERS = {                                       # name: (kind, units, options)
    "SimpleRNN(32)": ("SimpleRNN", 32, {}),
    "SimpleRNN(76)": ("SimpleRNN", 76, {}),
    "SimpleRNN(32), identity start": ("SimpleRNN", 32, {"recurrent_initializer": "identity"}),
    "SimpleRNN(32), ReLU": ("SimpleRNN", 32, {"activation": "relu"}),
    "SimpleRNN(32), ReLU, identity start": (
        "SimpleRNN", 32, {"activation": "relu", "recurrent_initializer": "identity"}),
    "LSTM(32)": ("LSTM", 32, {}),
    "LSTM(32), forget bias 3": ("LSTM", 32, {"bias": 3}),
    "LSTM(32), forget bias 5": ("LSTM", 32, {"bias": 5}),
    "GRU(32)": ("GRU", 32, {}),
    "GRU(32), update bias 1": ("GRU", 32, {"bias": 1}),
    "GRU(32), update bias 3": ("GRU", 32, {"bias": 3}),
}
"""SimpleRNN(76) has as many weights as LSTM(32): 8,284 and 8,320."""

SCALES = {"uniform 0.05": None, "std 0.3": 0.3, "std 1": 1.0}
RATES = (0.005, 0.001, 0.02)                     # the middle one first
LOSERS = ("SimpleRNN(32)", "SimpleRNN(76)", "SimpleRNN(32), identity start", "SimpleRNN(32), ReLU",
          "LSTM(32)")
MIXED_TASKS = ("04 stories of mixed distance, accuracy",
               "04 stories of mixed distance, epochs to 95 % (0: never)")
BACKEND = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}[
    os.environ.get("KERAS_BACKEND", "tensorflow")]
LONGEST, EPOCHS, BATCH, TESTED = 60, 8, 64, 1000
LAGS = (5, 10, 20, 40, 80, 160)
BIASES = (0, 1, 3, 5)


def opened(kind, units, bias):
    """Return an initializer of the biases that holds the gate which keeps the old state open.

    Args:
        kind: "LSTM" (second of four blocks, the forget gate) or "GRU" (first of three, in the first
            of its two rows; in Keras the update gate z keeps the old state).
        units: of the layer.
        bias: start of that gate's bias; all others start at 0.
    """
    import keras
    start = np.zeros(4 * units) if kind == "LSTM" else np.zeros((2, 3 * units))
    if kind == "LSTM":
        start[units:2 * units] = bias
    else:
        start[0, :units] = bias
    return lambda shape, dtype=None: keras.ops.convert_to_tensor(start.reshape(shape), dtype=dtype)


def network(layer, scale, rate, clip=1.0):
    """Return a compiled network that reads a story and names who belongs in the blank.

    Args:
        layer: key of LAYERS.
        scale: key of SCALES, the start of the embeddings.
        rate: of Adam.
        clip: greatest global norm of the gradient, or None.
    """
    import keras
    kind, units, options = LAYERS[layer]
    options = dict(options)
    if "bias" in options:
        options["bias_initializer"] = opened(kind, units, options.pop("bias"))
        if kind == "LSTM":
            options["unit_forget_bias"] = False
    std, words = SCALES[scale], len(tasks.stories.WORDS)
    start = "uniform" if std is None else keras.initializers.RandomNormal(stddev=std)
    model = keras.Sequential([
        keras.layers.Embedding(words, 32, mask_zero=True, embeddings_initializer=start),
        getattr(keras.layers, kind)(units, **options),
        keras.layers.Dense(words, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=clip),
                  "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def learn(model, draw, seed, count, epochs):
    """Fit on `count` stories, check after each epoch on new ones; return these accuracies in %."""
    x, y = draw(count, seed)
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0,
                        validation_data=draw(TESTED, 1000 + seed))
    return 100 * np.array(history.history["val_accuracy"])


def mixed(seed, layer, scale, rate, count):
    """Train on stories of distance 0 to 60; return last accuracy, epochs to 95 % (0: never)."""
    environment.load_keras()
    environment.seed_everything(seed)
    accuracies = learn(network(layer, scale, rate), draw_mixed, seed, count, EPOCHS)
    passed = np.flatnonzero(accuracies >= 95)
    return [(accuracies[-1], "%"), (int(passed[0]) + 1 if passed.size else 0, "epochs")]


def draw_mixed(count, rng):
    """Return stories whose distance is drawn anew for each."""
    return tasks.stories.mixed(count, LONGEST, rng)


def draw_fixed(distance, count, rng):
    """Return stories of one distance, with the word numbers of `draw_mixed`."""
    ids, names = tasks.stories.draw(count, distance, rng)
    return ids + 1, names + 1


def fixed(seed, layer, rate, clip, trained, tested, epochs):
    """Train on stories of the distance `trained`; return the accuracy at each of `tested`."""
    environment.load_keras()
    environment.seed_everything(seed)
    model = network(layer, "uniform 0.05", rate, clip)
    learn(model, partial(draw_fixed, trained), seed, 5000, epochs)
    return [(100 * model.evaluate(*draw_fixed(distance, TESTED, 2000 + seed), verbose=0)[1], "%")
            for distance in tested]


def grid(layers, count, seeds=None):
    """Return the sweeps over all scales of the embeddings and rates for some layers."""
    return [Sweep(MIXED_TASKS, f"{layer} | embeddings {scale} | Adam {rate} | {count:,} stories | "
                  f"{BACKEND}",
                  partial(mixed, layer=layer, scale=scale, rate=rate, count=count), seeds)
            for rate in RATES for scale in SCALES for layer in layers]


def at_distance(layer, setting, trained, tested, rate=0.001, clip=None, epochs=EPOCHS):
    """Return the sweep of one layer on stories of one distance."""
    return Sweep(tuple(f"04 stories of distance {trained} alone, accuracy at {distance}"
                       for distance in tested), f"{layer} | {setting} | {BACKEND}",
                 partial(fixed, layer=layer, rate=rate, clip=clip, trained=trained, tested=tested,
                         epochs=epochs))


def staircase(seed, forget_bias, lag, updates=400, rate=0.005):
    """Train an LSTM to recall one bit behind noise and test it on other bits."""
    rng = np.random.default_rng(seed)
    cell = cells.LSTM(2, 16, forget_bias=forget_bias, rng=rng, dtype="float32")
    model = training.Model(cell, 2, "cross_entropy", rng=rng)
    training.fit(model, lambda step: tasks.one_bit(32, lag, rng, noise=1.0), updates,
                 training.Adam(rate), clip=("norm", 1.0), solved_below=0.05)
    x, bits = tasks.one_bit(400, lag, 1000 + seed, noise=1.0)
    return [(100 * np.mean(model.predict(x).argmax(axis=1) == bits), "%")]


SWEEPS = [
    *grid(LAYERS, 5000),
    *grid(LOSERS, 20_000, (0, 1, 2)),
    at_distance("SimpleRNN(32)", "all defaults", 80, (80, 79, 77, 70, 40)),
    at_distance("SimpleRNN(32)", "all defaults", 0, (0,)),
    at_distance("LSTM(32)", "all defaults", 0, (0,)),
    at_distance("LSTM(32)", "Adam 0.005, norm clipped to 1, 30 epochs", 0, (0,), 0.005, 1.0, 30),
    *(Sweep((f"04 one bit at lag {lag}",), f"LSTM, forget bias {bias}",
            partial(staircase, forget_bias=bias, lag=lag))
      for bias in BIASES for lag in LAGS),
    *(Sweep((f"04 one bit at lag {lag}",),
            f"LSTM, forget bias {bias}, {updates:,} updates, Adam {rate}",
            partial(staircase, forget_bias=bias, lag=lag, updates=updates, rate=rate))
      for bias, lag in ((0, 20), (1, 40)) for updates, rate in (
          (1600, 0.001), (1600, 0.005), (1600, 0.02), (6400, 0.001))),
]
