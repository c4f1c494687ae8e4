"""Assignment 5: exercises, reference answers and hidden cases."""

import math

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained


def sigmoid(a):
    """Return the logistic function of an array."""
    return 0.5 * (1 + np.tanh(a / 2))


# --- 5-1 -----------------------------------------------------------------------------------------

def minimal_step(x, h, kernel, recurrent_kernel, bias, order=(0, 1), reset=True, after=False,
                 keeps=False, squash=np.tanh):
    """Go through the batch row by row; the options are common mistakes."""
    gate, fresh = (np.split(np.vstack([kernel, recurrent_kernel, bias]), 2, axis=1)[k]
                   for k in order)
    inputs, rows = np.shape(kernel)[0], []
    for x_row, h_row in zip(np.asarray(x, float), np.asarray(h, float), strict=True):
        f = sigmoid(np.concatenate([x_row, h_row, [1]]) @ gate)
        seen = h_row * f if reset and not after else h_row
        past = seen @ fresh[inputs:-1]
        g = squash(np.concatenate([x_row, [1]]) @ np.delete(fresh, np.s_[inputs:-1], axis=0)
                   + (f * past if after else past))
        rows.append(g + f * (h_row - g) if keeps else h_row + f * (g - h_row))
    return np.array(rows)


def step_inputs(rng, batch, inputs, size, only=None):
    """Return the arguments of `minimal_step`; `only` keeps one part and sets the rest to 0."""
    parts = {"x": rng.normal(size=(batch, inputs)), "h": rng.normal(size=(batch, size)),
             "kernel": rng.normal(size=(inputs, 2 * size)),
             "recurrent_kernel": rng.normal(size=(size, 2 * size)),
             "bias": rng.normal(size=2 * size)}
    kept = {"bias": ["bias"], "x": ["x", "kernel"], "h": ["h", "recurrent_kernel"],
            "mix": ["h", "bias"]}.get(only, list(parts))
    return tuple(part if name in kept else 0 * part for name, part in parts.items())


def step_probes():
    """From one part to all."""
    rng = np.random.default_rng(51)
    wanted = (("bias", "only the bias is not zero"), ("x", "only x and its kernel are not zero"),
              ("mix", "an old state and a bias"), ("h", "only h and its kernel are not zero"),
              (None, "everything"))
    return tuple(Case(step_inputs(rng, 2, 2, 3, only), what) for only, what in wanted)


def step_cases(rng):
    """Steps of several sizes."""
    return [Case(step_inputs(rng, *sizes), "batch {}, {} inputs, {} units".format(*sizes))
            for sizes in ((1, 1, 2), (3, 5, 2), (6, 2, 5))]


# --- 5-2 -----------------------------------------------------------------------------------------

def candidates(a, h, r, U, c):
    """Unit by unit: scale the rows of U, or its columns."""
    before, after = (np.array(a, float) for _ in range(2))
    for row in range(len(a)):
        before[row] += h[row] @ (r[row][:, None] * U)
        after[row] += h[row] @ (U * r[row]) + r[row] * c
    return np.tanh(before), np.tanh(after)


def one_form(which):
    """Return a function that gives one form twice."""
    return lambda *args: (candidates(*args)[which],) * 2


def outer_bias(a, h, r, U, c):
    """Add the second bias behind the reset gate."""
    return candidates(a, h, r, U, c)[0], candidates(a + c, h, r, U, 0 * c)[1]


def bias_in_both(a, h, r, U, c):
    """Use the second bias in the form before as well."""
    return candidates(a + c, h, r, U, c)[0], candidates(a, h, r, U, c)[1]


def candidate_inputs(rng, batch, size, biased=True):
    """Return the arguments of `candidates`."""
    return (*rng.normal(size=(2, batch, size)), rng.uniform(0, 1, (batch, size)),
            rng.normal(size=(size, size)), rng.normal(size=size) * biased)


def candidate_probes():
    """Gates at their ends, then a diagonal U, then everything."""
    rng = np.random.default_rng(52)
    a, h, r, U, c = candidate_inputs(rng, 1, 3)
    return (Case((a, h, 0 * r, U, c), "r is 0"),
            Case((a, h, 0 * r + 1, U, 0 * c), "r is 1, c is 0: both forms agree"),
            Case((a, h, 0 * r + 1, U, c), "r is 1"), Case((a, h, r, U, 0 * c), "c is 0"),
            Case((a, h, r, U, c), "everything"))


def candidate_cases(rng):
    """Batches of several sizes."""
    return [Case(candidate_inputs(rng, *sizes), "batch {}, {} units".format(*sizes))
            for sizes in ((1, 2), (4, 3), (3, 6))]


# --- 5-3 -----------------------------------------------------------------------------------------

def to_keras(w_x, w_h, b_x, b_h, order=(1, 0, 2), sign=-1):
    """Take rows by number; the options are common mistakes."""
    size = len(b_x) // 3
    rows = np.concatenate([np.arange(size) + size * block for block in order])
    turn = np.ones(3 * size)
    turn[np.flatnonzero(np.asarray(order) == 1)[0] * size + np.arange(size)] = sign
    return ((w_x[rows].T * turn), (w_h[rows].T * turn), np.stack([b_x[rows], b_h[rows]]) * turn)


def only_matrices(w_x, w_h, b_x, b_h):
    """Turn the sign of the matrices, and not that of the biases."""
    return *to_keras(w_x, w_h, b_x, b_h)[:2], to_keras(w_x, w_h, b_x, b_h, sign=1)[2]


def summed(*weights):
    """Add the two biases up."""
    kernel, recurrent_kernel, bias = to_keras(*weights)
    return kernel, recurrent_kernel, bias.sum(axis=0)


def biases_swapped(*weights):
    """Put the bias of the state into row 0."""
    kernel, recurrent_kernel, bias = to_keras(*weights)
    return kernel, recurrent_kernel, bias[::-1]


def library_inputs(rng, inputs, size):
    """Return random weights as the other library stores them."""
    return (rng.normal(size=(3 * size, inputs)), rng.normal(size=(3 * size, size)),
            rng.normal(size=3 * size), rng.normal(size=3 * size))


def library_probes():
    """Numbers that show where they came from, then random ones."""
    one = (np.array([[1.0], [2.0], [3.0]]), np.array([[4.0], [5.0], [6.0]]),
           np.array([7.0, 8.0, 9.0]), np.array([10.0, 11.0, 12.0]))
    two = (np.arange(1.0, 19.0).reshape(6, 3), np.arange(1.0, 13.0).reshape(6, 2),
           np.arange(1.0, 7.0), np.arange(7.0, 13.0))
    return (Case(one, "one unit, one input"), Case(two, "two units, three inputs"))


def library_cases(rng):
    """Layers of several sizes."""
    return [Case(library_inputs(rng, *sizes), "{} inputs, {} units".format(*sizes))
            for sizes in ((2, 1), (4, 3), (1, 5))]


# --- 5-4 -----------------------------------------------------------------------------------------

KINDS = {"tanh": (1, 1), "LSTM": (4, 1), "GRU before": (3, 1), "GRU after": (3, 2)}


def units_within(budget, input_size, cell, second=0, more=0, biased=1):
    """Solve the quadratic equation; the options are common mistakes."""
    blocks, biases = KINDS[cell]
    half = (input_size + biased * biases + second) / 2
    units = int(math.sqrt(half ** 2 + budget / blocks) - half + 1e-9)
    return units + more


def one_bias_only(budget, input_size, cell):
    """Forget the second bias of Keras's default form."""
    return units_within(budget, input_size, "GRU before" if cell == "GRU after" else cell)


def without_state(budget, input_size, cell):
    """Forget the recurrent weights."""
    blocks, biases = KINDS[cell]
    return budget // (blocks * (input_size + biases))


def two_blocks(budget, input_size, cell):
    """Count two blocks for a GRU, the gates without the candidate."""
    biases = KINDS[cell][1]
    if not cell.startswith("GRU"):
        return units_within(budget, input_size, cell)
    half = (input_size + biases) / 2
    return int(math.sqrt(half ** 2 + budget / 2) - half + 1e-9)


def exact_budget(units, input_size, cell):
    """Return the number of weights of a layer."""
    blocks, biases = KINDS[cell]
    return blocks * units * (input_size + units + biases)


def unit_cases(rng):
    """Every cell: a budget that is just reached, one that is missed by one, one between."""
    found = []
    for cell in KINDS:
        for missing in (0, 1, int(rng.integers(5, 12))):
            units, inputs = int(rng.integers(12, 60)), int(rng.integers(1, 9))
            found.append(Case((exact_budget(units, inputs, cell) - missing, inputs, cell),
                              f"{cell}, a budget of {units} units less {missing}"))
    return [*found, Case((int(rng.integers(5, 9)), 3, "LSTM"), "not even one unit")]


def unit_probes():
    """Budgets that can be checked by hand."""
    return (Case((12, 1, "tanh"), "tanh, one input, 12 weights"),
            Case((27, 1, "GRU before"), "GRU before, one input, 27 weights"),
            Case((30, 1, "GRU after"), "GRU after, one input, 30 weights"),
            Case((29, 1, "GRU after"), "GRU after, one weight less"),
            Case((450, 4, "GRU before"), "GRU before, four inputs, 450 weights"),
            Case((5504, 10, "LSTM"), "LSTM, ten inputs, 5,504 weights"),
            Case((5504, 10, "GRU after"), "GRU after, as many weights"),
            Case((7, 10, "LSTM"), "not even one unit"))


# --- 5-5 -----------------------------------------------------------------------------------------

def update_bias(lag, share):
    """Invert the logistic function through logarithms alone."""
    kept = math.log(share) / lag
    return kept - math.log(-math.expm1(kept))


def bias_cases(rng):
    """Lags and shares."""
    return [Case((int(lag), float(share)), f"{lag} steps")
            for lag, share in zip(rng.integers(2, 200, 5), rng.uniform(0.02, 0.9, 5), strict=True)]


# --- 5-6 -----------------------------------------------------------------------------------------

def minimal_step_back(d_new, h, f, g, U_f, U_g, slopes=True, mixed=True, seen=True, through=True,
                      turn=True):
    """Multiply row by row with Jacobians; the options are common mistakes."""
    found = []
    ways = [(U.T if turn else U) for U in (U_f, U_g)]
    for d, past, gate, new in zip(d_new, h, f, g, strict=True):
        steep = np.diag(1 - new * new) if slopes else np.eye(len(d))
        d_g = d @ np.diag(gate) @ steep
        d_seen = d_g @ ways[1]
        d_gate = d * (new - past) * mixed + d_seen * past * seen
        d_f = d_gate * gate * (1 - gate) if slopes else d_gate
        d_past = d - d * gate + d_seen @ np.diag(gate) * seen + d_f @ ways[0] * through
        found.append((d_f, d_g, d_past))
    return tuple(np.array(part) for part in zip(*found, strict=True))


def blind_gate(*args):
    """Forget that f stands inside the candidate as well, but let the state go through it."""
    d_new, h, f, g, U_f, U_g = args
    d_f, d_g, d_h = minimal_step_back(*args)
    lost = (d_g @ U_g.T) * h * f * (1 - f)
    return d_f - lost, d_g, d_h - lost @ U_f.T


def blind_state(*args):
    """Forget that the old state stands inside the candidate."""
    d_new, h, f, g, U_f, U_g = args
    d_f, d_g, d_h = minimal_step_back(*args)
    return d_f, d_g, d_h - (d_g @ U_g.T) * f


def back_inputs(rng, batch, size, only=None):
    """Return the arguments of `minimal_step_back`; `only` names the block of U that is not 0."""
    d_new, h = rng.normal(size=(2, batch, size))
    f, g = rng.uniform(0.1, 0.9, (batch, size)), rng.uniform(-0.9, 0.9, (batch, size))
    U_f, U_g = rng.normal(size=(2, size, size))
    return d_new, h, f, g, U_f * (only in (None, "U_f")), U_g * (only in (None, "U_g"))


def back_probes():
    """Without the recurrent weights, with one block of them, with both."""
    rng = np.random.default_rng(56)
    wanted = (("none", "both blocks of U are zero"), ("U_f", "only U_f is not zero"),
              ("U_g", "only U_g is not zero"), (None, "everything"))
    return tuple(Case(back_inputs(rng, 2, 2, only), what) for only, what in wanted)


def back_cases(rng):
    """Batches of several sizes."""
    return [Case(back_inputs(rng, *sizes), "batch {}, {} units".format(*sizes))
            for sizes in ((1, 2), (4, 3), (2, 6))]


EXERCISES = (
    Explained("5-7", 1),
    Exercise(
        "5-1", "minimal_step", 4, minimal_step, step_probes(), step_cases,
        {"the blocks are taken in the order candidate, forget":
            lambda *args: minimal_step(*args, order=(1, 0)),
         "f and 1 - f have changed places in the last line":
            lambda *args: minimal_step(*args, keeps=True),
         "the candidate sees all of h, not f times h":
            lambda *args: minimal_step(*args, reset=False),
         "the gate acts after the matrix of the candidate, not before it":
            lambda *args: minimal_step(*args, after=True),
         "the tanh of the candidate is missing":
            lambda *args: minimal_step(*args, squash=lambda a: a)},
    ),
    Exercise(
        "5-2", "candidates", 2, candidates, candidate_probes(), candidate_cases,
        {"both results are the form before": one_form(0),
         "both results are the form after": one_form(1),
         "the two forms have changed places": lambda *args: candidates(*args)[::-1],
         "the tanh is missing":
            lambda *args: tuple(np.arctanh(part) for part in candidates(*args)),
         "the second bias stands outside the reset gate": outer_bias,
         "the form before has the second bias as well": bias_in_both},
    ),
    Exercise(
        "5-3", "to_keras", 3, to_keras, library_probes(), library_cases,
        {"the blocks are still in the library's order":
            lambda *args: to_keras(*args, order=(0, 1, 2)),
         "the update gate still replaces, as in the library":
            lambda *args: to_keras(*args, sign=1),
         "the sign of the update gate is turned in the matrices, but not in the biases":
            only_matrices,
         "the two biases have become one": summed,
         "the two rows of the bias have changed places": biases_swapped},
    ),
    Exercise(
        "5-4", "units_within", 2, units_within, unit_probes(), unit_cases,
        {"one bias is counted for every cell, also for Keras's GRU": one_bias_only,
         "the biases are missing": lambda *args: units_within(*args, biased=0),
         "this is the first number of units that is too large":
            lambda *args: units_within(*args, more=1),
         "the weights from state to state are missing": without_state,
         "a GRU is counted with two blocks, without its candidate": two_blocks},
    ),
    Exercise(
        "5-5", "update_bias", 2, update_bias,
        (Case((1, 0.5), "one step, one half"), Case((1, 0.9), "one step, nine tenths"),
         Case((2, 0.25), "two steps, one quarter"), Case((20, 0.5), "20 steps, one half")),
        bias_cases,
        {"this is z itself, not the bias": lambda lag, share: share ** (1 / lag),
         "the bias has the other sign, as if z replaced":
            lambda lag, share: -update_bias(lag, share),
         "the whole share is left after one step": lambda lag, share: update_bias(1, share),
         "the loss is divided evenly over the steps, as if nothing were multiplied":
            lambda lag, share: update_bias(1, 1 - (1 - share) / lag)},
    ),
    Exercise(
        "5-6", "minimal_step_back", 5, minimal_step_back, back_probes(), back_cases,
        {"the slopes of the activations are missing":
            lambda *args: minimal_step_back(*args, slopes=False),
         "the gate lacks what it does to the candidate through f h": blind_gate,
         "the gate lacks what it does to the mix of h and g":
            lambda *args: minimal_step_back(*args, mixed=False),
         "the old state lacks its way through the candidate": blind_state,
         "the old state lacks its way through the gate":
            lambda *args: minimal_step_back(*args, through=False),
         "the blocks of U are not transposed":
            lambda *args: minimal_step_back(*args, turn=False)},
    ),
    Explained("5-8", 3),
)
