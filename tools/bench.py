"""Measure how fast the course's own code is, beside the library that does the same.

`python tools/bench.py` runs every part, `python tools/bench.py cells` one of them; addition, the
last, takes five minutes or more. Seconds are CPU seconds of this process over all its threads. In
the part on cells wall-clock seconds stand beside them, both sides of a comparison take turns, and
the median over the turns counts, so a busy machine slows both.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from tools.bench_word2vec import bench_word2vec  # noqa: E402  (the path above)
from utils import cells, corpora, environment, seq2seq  # noqa: E402

BATCH, LENGTH, INPUT_SIZE, HIDDEN_SIZE = 32, 50, 32, 64
KINDS = {
    "SimpleRNN": lambda i, h: cells.SimpleRNN(i, h, dtype="float32"),
    "LSTM": lambda i, h: cells.LSTM(i, h, dtype="float32"),
    "GRU": lambda i, h: cells.GRU(i, h, dtype="float32"),
    "GRU reset before": lambda i, h: cells.GRU(i, h, reset_after=False, dtype="float32"),
}


def milliseconds(jobs, turns=15, calls=10):
    """Return the median CPU and wall-clock milliseconds of one call of each job.

    Args:
        jobs: dict of functions without arguments.
        turns: how often each job has its turn.
        calls: calls per turn.

    Returns:
        {name: (CPU ms, wall-clock ms)}.
    """
    taken = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(turns):
        for name, job in jobs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(calls):
                job()
            taken[name].append((1e3 * (time.process_time() - cpu) / calls,
                                1e3 * (time.perf_counter() - wall) / calls))
    return {name: tuple(map(statistics.median, zip(*times, strict=True)))
            for name, times in taken.items()}


def our_step(cell, x, d_states):
    """Return a job: forward, and backward to all weights and to x, in our cell."""
    def step():
        cell.forward(x)
        cell.backward(d_states)
    return step


def keras_step(cell, x, d_states, compiled=True):
    """Return the same job for the Keras layer with the same weights.

    Args:
        cell: one of our cells.
        x: (batch, sequence_length, input_size).
        d_states: (batch, sequence_length, hidden_size).
        compiled: one graph, as `model.fit` builds it; otherwise step by step, as `layer(x)` runs
            in a cell of a notebook.
    """
    import tensorflow as tf
    layer = cells.to_keras(cell)
    variables = [weight.value for weight in layer.trainable_weights]

    def gradients(x, d_states):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) * d_states)
        return tape.gradient(loss, [*variables, x])

    if compiled:
        gradients = tf.function(gradients)
    x, d_states = tf.constant(x), tf.constant(d_states)
    return lambda: [part.numpy() for part in gradients(x, d_states)]


def matrix_products(cell, x, d_states):
    """Return a job with nothing but the matrix products of one step: the floor for any program."""
    batch, length, _ = x.shape
    kernel, recurrent_kernel = cell.weights["kernel"], cell.weights["recurrent_kernel"]
    inputs = x.reshape(batch * length, -1)
    states = d_states.reshape(batch * length, -1)
    d_all = np.ones((batch * length, kernel.shape[1]), x.dtype)
    h, d_a, transposed = states[:batch], d_all[:batch], recurrent_kernel.T.copy()

    def step():
        inputs @ kernel
        for _ in range(length):
            h @ recurrent_kernel
        for _ in range(length):
            d_a @ transposed
        inputs.T @ d_all
        states.T @ d_all
        d_all @ kernel.T
    return step


def problem(kind, length=LENGTH, hidden_size=HIDDEN_SIZE):
    """Return a cell with random float32 numbers to run through it."""
    rng = np.random.default_rng(0)
    return (KINDS[kind](INPUT_SIZE, hidden_size),
            rng.normal(size=(BATCH, length, INPUT_SIZE)).astype("float32"),
            rng.normal(size=(BATCH, length, hidden_size)).astype("float32"))


def against_keras(kinds=KINDS, turns=15):
    """Return {kind: {job: (CPU ms, wall-clock ms)}} at the usual size.

    The jobs are "ours", "graph" and "called" (the Keras layer compiled, and called step by step)
    and "products".
    """
    found = {}
    for kind in kinds:
        parts = problem(kind)
        found[kind] = milliseconds({"ours": our_step(*parts), "graph": keras_step(*parts),
                                    "products": matrix_products(*parts)}, turns)
        called = {"called": keras_step(*parts, compiled=False)}
        found[kind] |= milliseconds(called, turns=3, calls=2)
    return found


def bench_cells():
    """Print our cells beside the Keras layers, and how the time grows with length and units."""
    print(f"Forward and backward (all weights and x), float32, batch {BATCH}, {LENGTH} steps, "
          f"{INPUT_SIZE} in, {HIDDEN_SIZE} units.\nCalled: the Keras layer as a notebook calls it, "
          "under a GradientTape. Graph: the same in one\ntf.function, warm, as model.fit runs it. "
          "Products: the matrix products of the step alone,\nthe floor. Milliseconds of CPU "
          "(wall-clock) time; then how many times ours is as fast.\n")
    jobs = ("ours", "called", "graph", "products")
    print(f"{'cell':18}" + "".join(f"{job:>16}" for job in jobs) + f"{'called':>13}{'graph':>13}")
    for kind, found in against_keras().items():
        columns = "".join(f"{found[job][0]:8.2f} ({found[job][1]:5.1f})" for job in jobs)
        ratios = "".join(f"{cpu:6.1f} ({wall:4.1f})" for cpu, wall in
                         ([theirs / ours for theirs, ours in
                           zip(found[job], found["ours"], strict=True)]
                          for job in ("called", "graph")))
        print(f"{kind:18}{columns} {ratios}")
    for title, settings in (("steps", [{"length": n} for n in (25, 50, 100, 200)]),
                            ("units", [{"hidden_size": n} for n in (16, 32, 64, 128, 256)])):
        names = [str(next(iter(setting.values()))) for setting in settings]
        print(f"\nCPU ms against {title}, ours / products alone\n{'cell':18}"
              + "".join(f"{name:>16}" for name in names))
        for kind in KINDS:
            row = []
            for setting in settings:
                found = milliseconds({"ours": our_step(*problem(kind, **setting)),
                                      "products": matrix_products(*problem(kind, **setting))}, 7)
                row.append(f"{found['ours'][0]:8.2f} /{found['products'][0]:6.2f}")
            print(f"{kind:18}" + "".join(row))


def by_predict(translator, longest=14):
    """Return a job: translate one source as a well-known tutorial does, two predicts per token.

    Args:
        translator: a seq2seq.Translator without attention that reads in one direction.
        longest: tokens to write at most.

    Returns:
        Function of a token list that returns the translation.
    """
    import keras
    from keras import layers
    parts, target = translator.layers, translator.target
    units = parts["decoder"].units
    token, h, c = keras.Input((None,), dtype="int32"), keras.Input((units,)), keras.Input((units,))
    decoder = layers.LSTM(units, return_sequences=True, return_state=True)
    hidden, *state = decoder(parts["write"](token), initial_state=[h, c])
    decoder.set_weights(parts["decoder"].get_weights())
    one_step = keras.Model([token, h, c], [parts["scores"](hidden), *state])

    def translate(words):
        state = translator.encoder.predict(translator.source_ids([words]), verbose=0)
        token, written = np.array([[target.ids[corpora.START]]]), []
        while token[0, 0] != target.ids[corpora.END] and len(written) < longest:
            scores, *state = one_step.predict([token, *state], verbose=0)
            token = scores.argmax(-1)
            written.append(token[0, 0])
        return target.decode(written)
    return translate


def decoding_speed(one_by_one=20, at_once=1000):
    """Measure how many number words a CPU second translates in two ways.

    Args:
        one_by_one: sources that the loop over `predict` translates.
        at_once: sources that `Translator.translate` does together.

    Returns:
        Sources per CPU second with the loop, and together.

    Raises:
        AssertionError: the two ways translate differently.
    """
    train, test = corpora.sample_numbers(5000, at_once)
    english, french = (corpora.number_words(language, train) for language in ("en", "fr"))
    asked = corpora.number_words("en", test)
    environment.seed_everything(0)
    translator = seq2seq.Translator(corpora.Vocabulary.from_sequences(english),
                                    corpora.Vocabulary.from_sequences(french))
    translator.fit(english, french, 1)
    translate = by_predict(translator)
    answers = [translate(words) for words in asked[:3]]                  # warm
    with environment.Stopwatch() as slow:
        answers += [translate(words) for words in asked[3:3 + one_by_one]]
    with environment.Stopwatch() as fast:
        together = translator.translate(asked, 14)
    same = np.mean([a == b for a, b in zip(answers, together, strict=False)])
    assert same > 0.8, f"only {100 * same:.0f} % of the translations are the same"
    return one_by_one / slow.seconds, at_once / fast.seconds


def bench_decoding():
    """Print the translations per CPU second of a loop over `predict`, and of our decoder."""
    slow, fast = decoding_speed()
    print("English number words to French, LSTM 128, greedy, translations per CPU second:\n"
          f"model.predict for every token, one at a time {slow:10.1f}\n"
          f"our NumPy decoder, 1,000 at once             {fast:10.1f}   ({fast / slow:.0f} times)")


def bench_addition():
    """Print what it costs to learn to add to 99 % exact, in three ways; takes minutes."""
    from tools.sweeps import lesson_07
    print("Sums such as 535+61: 45,000 to train on, until 99 % of 5,000 others are exact.\n"
          "As published: the setting of the Keras example addition_rnn. CPU time of training.\n")
    taken = {}
    for way, learn in lesson_07.ADDITION.items():
        taken[way], epochs, exact = learn(0)
        print(f"{way:28} {taken[way]:8.1f} s, {epochs:5.1f} epochs, {exact:.1f} % exact, "
              f"{taken['as published'] / taken[way]:6.1f} times as fast", flush=True)


PARTS = {"cells": bench_cells, "decoding": bench_decoding, "addition": bench_addition,
         "word2vec": bench_word2vec}


def main(names):
    """Run the parts that are named, or all.

    Args:
        names: names of parts.
    """
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"Unknown part {unknown[0]!r}; there are: {', '.join(PARTS)}.")
    environment.load_keras()
    print(f"{os.cpu_count()} processors, NumPy {np.__version__}")
    for name in names or PARTS:
        print(f"\n== {name} ==")
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
