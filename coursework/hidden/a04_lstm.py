"""Assignment 4: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained


def sigmoid(a):
    """Return the logistic function of an array."""
    return 0.5 * (1 + np.tanh(a / 2))


# --- 4-1 -----------------------------------------------------------------------------------------

def what_is_left(forget_gates):
    """Divide out: the product of all gates, by the product up to t."""
    gates = np.asarray(forget_gates, float)
    after = np.cumprod(gates[::-1], axis=0)[::-1]
    return np.vstack([after[1:], np.ones((1, gates.shape[1]))])


def one_too_many(forget_gates):
    """Count the step's own gate as well."""
    return np.cumprod(forget_gates[::-1], axis=0)[::-1]


def from_the_start(forget_gates):
    """Go forward instead of back."""
    return np.cumprod(forget_gates, axis=0)


def gates_cases(rng):
    """Sequences of several lengths."""
    return [Case((rng.uniform(0, 1, (length, size)),), f"{length} steps of {size} units")
            for length, size in ((1, 3), (2, 1), (7, 4), (30, 2))]


# --- 4-2 -----------------------------------------------------------------------------------------

def coupled_step(x, h, c, kernel, recurrent_kernel, bias, order=(0, 1, 2), tie=True, squash=True,
                 candidate=np.tanh):
    """Return new h and c of the cell with tied gates; the options are common mistakes."""
    batch, size = h.shape
    blocks = (np.hstack([x, h]) @ np.vstack([kernel, recurrent_kernel]) + bias)
    blocks = blocks.reshape(batch, 3, size).swapaxes(0, 1)
    f, g, o = (blocks[n] for n in order)
    f, g, o = sigmoid(f), candidate(g), sigmoid(o)
    new_c = g + f * (c - g) if tie else f * g + (1 - f) * c
    return o * (np.tanh(new_c) if squash else new_c), new_c


def step_inputs(rng, batch, input_size, size, only=None):
    """Return the six arguments of `coupled_step`; `only` keeps one part and sets the rest to 0."""
    parts = {"x": rng.normal(size=(batch, input_size)), "h": rng.normal(size=(batch, size)),
             "c": rng.normal(size=(batch, size)),
             "kernel": rng.normal(size=(input_size, 3 * size)),
             "recurrent_kernel": rng.normal(size=(size, 3 * size)),
             "bias": rng.normal(size=3 * size)}
    kept = {"bias": ["bias"], "x": ["x", "kernel"], "h": ["h", "recurrent_kernel"],
            "c": ["c", "bias"]}.get(only, list(parts))
    return tuple(part if name in kept else 0 * part for name, part in parts.items())


def step_probes():
    """From one part to all."""
    rng = np.random.default_rng(4)
    wanted = (("bias", "only the bias is not zero"), ("x", "only x and its kernel are not zero"),
              ("h", "only h and its kernel are not zero"), ("c", "an old cell state and a bias"),
              (None, "everything"))
    return tuple(Case(step_inputs(rng, 2, 3, 4, only), what) for only, what in wanted)


def step_cases(rng):
    """Steps of several sizes."""
    return [Case(step_inputs(rng, *sizes), "batch {}, {} inputs, {} units".format(*sizes))
            for sizes in ((1, 1, 1), (3, 5, 2), (6, 2, 7))]


# --- 4-3 -----------------------------------------------------------------------------------------

def to_onnx(kernel, order=(0, 3, 1, 2), transpose=True):
    """Return a kernel with its blocks in another order; the options are common mistakes."""
    rows = kernel.shape[0]
    blocks = kernel.reshape(rows, 4, -1)[:, list(order)].reshape(rows, -1)
    return blocks.swapaxes(0, 1) if transpose else blocks


def kernel_cases(rng):
    """Kernels of several sizes."""
    return [Case((rng.normal(size=(rows, 4 * size)),), f"{rows} rows, {size} units")
            for rows, size in ((1, 1), (3, 2), (4, 5))]


# --- 4-4 -----------------------------------------------------------------------------------------

def count_weights(input_size, hidden_size, layers, peepholes):
    """The first layer, and the others times their number."""
    one = 4 * ((input_size + hidden_size) * hidden_size + hidden_size)
    other = 4 * (2 * hidden_size ** 2 + hidden_size)
    return one + (layers - 1) * other + (3 * hidden_size * layers if peepholes else 0)


def count_cases(rng):
    """Stacks of several sizes."""
    sizes = [(*map(int, rng.integers(1, 60, 2)), int(layers), bool(peepholes))
             for layers in (1, 2, 5) for peepholes in (False, True)]
    return [Case(size, f"{size[2]} layers, {'with' if size[3] else 'no'} peepholes")
            for size in sizes]


# --- 4-5 -----------------------------------------------------------------------------------------

def coupled_step_back(d_h, d_c, c, f, g, o):
    """Central differences would do; this is the derivation, written another way."""
    new_c = g + f * (c - g)
    total = d_c + d_h * o / np.cosh(new_c) ** 2
    return (total * (c - g) * (f - f ** 2), total * (1 - f) * (1 + g) * (1 - g),
            d_h * np.tanh(new_c) * (o - o ** 2), total * f)


def one_side(d_h, d_c, c, f, g, o):
    """Forget that new_c also gets a gradient from new_h."""
    return coupled_step_back(0 * d_h, d_c, c, f, g, o)[:2] + (
        coupled_step_back(d_h, d_c, c, f, g, o)[2], d_c * f)


def no_slopes(d_h, d_c, c, f, g, o):
    """Stop after the activations instead of before them."""
    d_f, d_g, d_o, d_old = coupled_step_back(d_h, d_c, c, f, g, o)
    return d_f / (f * (1 - f)), d_g / (1 - g ** 2), d_o / (o * (1 - o)), d_old


def unsquashed(d_h, d_c, c, f, g, o):
    """Go back from new_h to new_c without the slope of the tanh between them."""
    new_c = g + f * (c - g)
    return coupled_step_back(0 * d_h, d_c + d_h * o, c, f, g, o)[:2] + (
        d_h * np.tanh(new_c) * (o - o ** 2), (d_c + d_h * o) * f)


def no_tanh(d_h, d_c, c, f, g, o):
    """Take new_c itself where its tanh belongs."""
    new_c = g + f * (c - g)
    total = d_c + d_h * o * (1 - new_c ** 2)
    return coupled_step_back(0 * d_h, total, c, f, g, o)[:2] + (
        d_h * new_c * (o - o ** 2), total * f)


def old_state(d_h, d_c, c, f, g, o):
    """Take tanh of the old cell state where the new one belongs."""
    total = d_c + d_h * o / np.cosh(c) ** 2
    return coupled_step_back(0 * d_h, total, c, f, g, o)[:2] + (
        d_h * np.tanh(c) * (o - o ** 2), total * f)


def untied(d_h, d_c, c, f, g, o):
    """Forget that f stands in front of g as well, as 1 - f."""
    d_f, *rest = coupled_step_back(d_h, d_c, c, f, g, o)
    return d_f / (c - g) * c, *rest


def back_inputs(rng, batch, size, only=None):
    """Return the arguments of `coupled_step_back`; `only` "d_h" or "d_c" sets the other to 0."""
    d_h, d_c, c = rng.normal(size=(3, batch, size))
    f, o = rng.uniform(0.1, 0.9, (2, batch, size))
    g = rng.uniform(-0.9, 0.9, (batch, size))
    return (d_h * (only != "d_c"), d_c * (only != "d_h"), c, f, g, o)


def back_probes():
    """The gradient from one side, from the other, and from both."""
    rng = np.random.default_rng(45)
    wanted = (("d_c", "only new_c gets a gradient"), ("d_h", "only new_h gets a gradient"),
              (None, "both get one"))
    return tuple(Case(back_inputs(rng, 2, 3, only), what) for only, what in wanted)


def back_cases(rng):
    """Batches of several sizes."""
    return [Case(back_inputs(rng, *sizes), "batch {}, {} units".format(*sizes))
            for sizes in ((1, 1), (4, 3), (2, 6))]


EXERCISES = (
    Explained("4-6", 1),
    Exercise(
        "4-1", "what_is_left", 2, what_is_left,
        (Case((np.array([[0.5], [0.5], [0.5]]),), "three gates of one half"),
         Case((np.array([[0.2, 1.0], [0.5, 0.9], [0.1, 0.8], [0.4, 0.7]]),), "two units"),
         Case((np.array([[0.3, 0.6]]),), "a single step")),
        gates_cases,
        {"row t also holds the gate of step t itself": one_too_many,
         "the product runs from the first step up to t, not over the later steps": from_the_start,
         "the rows stand in the order of the last step first":
            lambda gates: what_is_left(gates)[::-1],
         "the gates are added, not multiplied":
            lambda gates: np.cumsum(gates[::-1], axis=0)[::-1] - gates},
    ),
    Exercise(
        "4-2", "coupled_step", 4, coupled_step, step_probes(), step_cases,
        {"the blocks are taken in the order candidate, forget, output":
            lambda *args: coupled_step(*args, order=(1, 0, 2)),
         "the blocks are taken in the order output, candidate, forget":
            lambda *args: coupled_step(*args, order=(2, 1, 0)),
         "the blocks are taken in the order forget, output, candidate":
            lambda *args: coupled_step(*args, order=(0, 2, 1)),
         "f and 1 - f have changed places": lambda *args: coupled_step(*args, tie=False),
         "the tanh in h' = o tanh(c') is missing": lambda *args: coupled_step(*args, squash=False),
         "the tanh of the candidate is missing":
            lambda *args: coupled_step(*args, candidate=lambda a: a),
         "both tanh are missing, that of the candidate and that of c'":
            lambda *args: coupled_step(*args, squash=False, candidate=lambda a: a),
         "the candidate has a sigmoid in place of its tanh":
            lambda *args: coupled_step(*args, candidate=sigmoid),
         "new_c and new_h have changed places": lambda *args: coupled_step(*args)[::-1]},
    ),
    Exercise(
        "4-3", "to_onnx", 2, to_onnx,
        (Case((np.arange(4.0)[None],), "one row, one unit"),
         Case((np.arange(24.0).reshape(3, 8),), "three rows, two units")),
        kernel_cases,
        {"the matrix is not transposed": lambda kernel: to_onnx(kernel, transpose=False),
         "the order is still Keras's": lambda kernel: to_onnx(kernel, (0, 1, 2, 3)),
         "the order is turned the wrong way round": lambda kernel: to_onnx(kernel, (0, 2, 3, 1)),
         "the matrix has the right shape by reshape, which mixes rows and units":
            lambda kernel: to_onnx(kernel, transpose=False).reshape(-1, len(kernel))},
    ),
    Exercise(
        "4-4", "count_weights", 2, count_weights,
        (Case((3, 2, 1, False), "one layer"), Case((3, 2, 1, True), "one layer with peepholes"),
         Case((3, 2, 2, False), "two layers"),
         Case((3, 2, 2, True), "two layers with peepholes")),
        count_cases,
        {"the biases are missing": lambda n, h, k, p: count_weights(n, h, k, p) - 4 * h * k,
         "every layer reads input_size numbers": lambda n, h, k, p: k * count_weights(n, h, 1, p),
         "peepholes are counted for four blocks, not for three gates":
            lambda n, h, k, p: count_weights(n, h, k, p) + p * h * k,
         "peepholes are counted in the first layer alone":
            lambda n, h, k, p: count_weights(n, h, k, False) + 3 * h * p,
         "every layer has two biases": lambda n, h, k, p: count_weights(n, h, k, p) + 4 * h * k},
        {"line 4: the value is halved": "half of 0 is 0",
         "line 4: the value gets a minus": "-0 is 0"},
    ),
    Exercise(
        "4-5", "coupled_step_back", 5, coupled_step_back, back_probes(), back_cases,
        {"new_c lacks the gradient that comes through new_h": one_side,
         "the slopes of the activations are missing": no_slopes,
         "the forget gate lacks what it does to the candidate through 1 - f": untied,
         "the slope of the tanh between new_c and new_h is missing": unsquashed,
         "new_c itself stands where its tanh belongs": no_tanh,
         "the tanh is taken of the old cell state, not of the new one": old_state},
    ),
    Explained("4-7", 3),
)
