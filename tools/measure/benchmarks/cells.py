"""Our cells beside the Keras layers, and how their time grows with length and units.

Both sides of a comparison take turns, and the median over the turns counts, so a busy machine slows
both. Wall-clock milliseconds stand beside CPU milliseconds.
"""

import statistics
import time

import numpy as np

from tools.measure.benchmarks import Row
from utils.evidence import cells

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


def run():
    """Print our cells beside the Keras layers and their growth; return rows in CPU milliseconds."""
    print(f"Forward and backward (all weights and x), float32, batch {BATCH}, {LENGTH} steps, "
          f"{INPUT_SIZE} in, {HIDDEN_SIZE} units.\nCalled: the Keras layer as a notebook calls it, "
          "under a GradientTape. Graph: the same in one\ntf.function, warm, as model.fit runs it. "
          "Products: the matrix products of the step alone,\nthe floor. Milliseconds of CPU "
          "(wall-clock) time; then how many times ours is as fast.\n")
    jobs = ("ours", "called", "graph", "products")
    print(f"{'cell':18}" + "".join(f"{job:>16}" for job in jobs) + f"{'called':>13}{'graph':>13}")
    rows, usual = [], f"{LENGTH} steps, {HIDDEN_SIZE} units"
    for kind, found in against_keras().items():
        columns = "".join(f"{found[job][0]:8.2f} ({found[job][1]:5.1f})" for job in jobs)
        ratios = "".join(f"{cpu:6.1f} ({wall:4.1f})" for cpu, wall in
                         ([theirs / ours for theirs, ours in
                           zip(found[job], found["ours"], strict=True)]
                          for job in ("called", "graph")))
        print(f"{kind:18}{columns} {ratios}")
        rows += [Row(kind, usual, found["ours"][0], "CPU ms", beside, found[job][0])
                 for beside, job in (("Keras layer, called", "called"),
                                     ("Keras layer, compiled", "graph"))]
    for title, settings in (("steps", [{"length": n} for n in (25, 50, 100, 200)]),
                            ("units", [{"hidden_size": n} for n in (16, 32, 64, 128, 256)])):
        names = [f"{next(iter(setting.values()))} {title}" for setting in settings]
        print(f"\nCPU ms against {title}, ours / products alone\n{'cell':18}"
              + "".join(f"{name:>16}" for name in names))
        for kind in KINDS:
            line = []
            for name, setting in zip(names, settings, strict=True):
                found = milliseconds({"ours": our_step(*problem(kind, **setting)),
                                      "products": matrix_products(*problem(kind, **setting))}, 7)
                line.append(f"{found['ours'][0]:8.2f} /{found['products'][0]:6.2f}")
                rows.append(Row(kind, name, found["ours"][0], "CPU ms"))
            print(f"{kind:18}" + "".join(line))
    return rows
