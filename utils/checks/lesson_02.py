"""The exercises inside lesson 02, backpropagation through time."""

import numpy as np

from utils.checks.declare import Choices, Function, Number, Score


def step_back(dh, x, h_before, h, U):
    """Return the shares of W and U, and what goes on to the state before."""
    delta = dh * (1 - h ** 2)
    return x.T @ delta, h_before.T @ delta, delta @ U.T


def _turned(slope=lambda dh, h_before, h: dh * (1 - h ** 2), old=True, turn=True, late=False):
    """Return a `step_back` with one mistake."""
    def wrong(dh, x, h_before, h, U):
        delta = slope(dh, h_before, h)
        passed = dh if late else delta
        return x.T @ delta, (h_before if old else h).T @ delta, passed @ (U.T if turn else U)
    return wrong


def _without_transpose(dh, x, h_before, h, U):
    """Return shares as the outer products the other way round."""
    delta = dh * (1 - h ** 2)
    return delta.T @ x, delta.T @ h_before, delta @ U.T


def _divided_by_words(dh, x, h_before, h, U):
    """Return the shares of W and U divided by the number of words."""
    dW, dU, to_before = step_back(dh, x, h_before, h, U)
    return dW / len(x), dU / len(x), to_before


def _twice_through(dh, x, h_before, h, U):
    """Return right shares, and the slope of the step before in what goes on to it."""
    dW, dU, to_before = step_back(dh, x, h_before, h, U)
    return dW, dU, to_before * (1 - h_before ** 2)


def _shares_of_one(kept):
    return kept / kept.sum(axis=1, keepdims=True)


def top_k(p, k):
    """Return the k largest probabilities of each row, brought to a sum of 1, and 0 elsewhere."""
    return _shares_of_one(np.where(p >= np.sort(p)[:, [-k]], p, 0))


def _smallest(p, k):
    return _shares_of_one(np.where(p <= np.sort(p)[:, [k - 1]], p, 0))


def _shifted(p, k):
    return _shares_of_one(np.where(p > np.sort(p)[:, [-k]], p, 0))


def _from_the_front(p, k):
    return _shares_of_one(np.where(p >= np.sort(p)[:, [k]], p, 0))


def _equal(p, k):
    return (p >= np.sort(p)[:, [-k]]) / k


def _softmax(p, k):
    return _shares_of_one(np.exp(np.where(p >= np.sort(p)[:, [-k]], p, 0)))


def _divided_by_k(p, k):
    return np.where(p >= np.sort(p)[:, [-k]], p, 0) / k


def _one_sum(p, k):
    kept = np.where(p >= np.sort(p)[:, [-k]], p, 0)
    return kept / kept.sum()


def _one_limit(p, k):
    return _shares_of_one(np.where(p >= np.sort(p, axis=None)[-k], p, 0))


def _case(*shapes):
    """Return arrays of these shapes, different everywhere."""
    rng = np.random.default_rng(len(shapes))
    return tuple(rng.normal(size=shape) for shape in shapes)


def _states(batch, inputs, units):
    dh, x, before, after, U = _case((batch, units), (batch, inputs), (batch, units), (batch, units),
                                    (units, units))
    return dh, x, np.tanh(before), np.tanh(after), U


DELTA_1 = -0.154969
U = 0.6

TURNS = [
    Number("2.1", DELTA_1 * U, within=0.0005,
           right="Notice that the way back does not end at the first step: whatever made h0 can "
                 "learn from this number.",
           wrong={DELTA_1: "That is delta1, which belongs to the sum inside the tanh. h0 comes "
                           "into that sum through U.",
                  0: "0 is the share of U at step 1, since h0 is 0. Asked is how E3 changes with "
                     "h0 itself.",
                  -0.051988: "The slope of tanh stands twice: delta1 has gone through it already.",
                  -0.123975: "That is delta1 times W; the state comes in through U.",
                  -0.277229: "That is delta2 times U, how E3 changes with h1. Go one step further.",
                  -0.258281: "h0 is multiplied by U on the way forwards, so multiply, not divide.",
                  -0.055789: "U stands twice: once is enough to come from delta1 to h0.",
                  0.445031: "That is delta1 + U; the chain rule multiplies."}),
    Function("2.2", step_back,
             inputs={"two words, three inputs, four units": _states(2, 3, 4),
                     "five words, two inputs, three units": _states(5, 2, 3)},
             right="Notice that `to_before` is the dh of the step before: the loop is this "
                   "function, again and again.",
             wrong={
                 "U is not transposed: what a unit sent through its row comes back through the "
                 "same row.": _turned(turn=False),
                 "The slope of the tanh is left out; it is 1 - h ** 2.":
                     _turned(lambda dh, h_before, h: dh),
                 "The slope is that of the state before; `h` came out of this tanh.":
                     _turned(lambda dh, h_before, h: dh * (1 - h_before ** 2)),
                 "The slope should be 1 - h ** 2; h * (1 - h) belongs to the sigmoid.":
                     _turned(lambda dh, h_before, h: dh * h * (1 - h)),
                 "h is a tanh already; the slope is 1 - h ** 2, without another tanh.":
                     _turned(lambda dh, h_before, h: dh * (1 - np.tanh(h) ** 2)),
                 "The share of U takes the new state; U was multiplied with h_before.":
                     _turned(old=False),
                 "What goes on to the step before is delta, not dh, times U transposed.":
                     _turned(late=True),
                 "The slope at h_before comes too early: it belongs to the delta of the step "
                 "before. Here only the slope at h counts.": _twice_through,
                 "The shares lie on their side: W has a row for each input, so x.T comes first.":
                     _without_transpose,
                 "The shares are divided by the number of words; add up, E is a mean already.":
                     _divided_by_words}),
    Choices("2.3", {"a": "state", "b": "transpose", "c": "later", "d": "slope"},
            options=("later", "slope", "state", "transpose"),
            right="Notice that all four run and give gradients of the right shape.",
            wrong={"a": "In a, delta is right. Look at what it is multiplied with for the share "
                        "of U.",
                   "b": "In b, delta and both shares are right. Look at the last result.",
                   "c": "In c, the three results are right. Look at what delta is made of.",
                   "d": "In d, the three results are right. Look at the last factor of delta."}),
    Function("2.4", top_k,
             inputs={
                 "two rows of four and k = 2": (np.array([[0.1, 0.4, 0.2, 0.3],
                                                          [0.5, 0.05, 0.15, 0.3]]), 2),
                 "three rows of five and k = 3": (np.array([[0.5, 0.2, 0.14, 0.1, 0.06],
                                                            [0.02, 0.18, 0.36, 0.4, 0.04],
                                                            [0.22, 0.08, 0.6, 0.03, 0.07]]), 3),
                 "two rows of six and k = 2": (np.array([[0.1, 0.3, 0.05, 0.25, 0.18, 0.12],
                                                         [0.4, 0.02, 0.28, 0.08, 0.06, 0.16]]), 2)},
             right="Notice that with k = 1 nothing is left to chance: it is argmax.",
             wrong={
                 "The rest is not brought back to a sum of 1.":
                     lambda p, k: np.where(p >= np.sort(p)[:, [-k]], p, 0),
                 "Divided by k, the rest has no sum of 1: divide by its own sum.": _divided_by_k,
                 "Each row must have a sum of 1; here all rows together have: "
                 "kept.sum(axis=1, keepdims=True).": _one_sum,
                 "Each row needs its own limit; here one limit stands for all rows.": _one_limit,
                 "These are the k smallest: np.sort puts the largest last.": _smallest,
                 "The limit is [k], counted from the smallest; the k-th largest is [-k].":
                     _from_the_front,
                 "These are k - 1 probabilities: the k-th itself must stay, so >= and not >.":
                     _shifted,
                 "All that stay have the same chance here; keep their own probabilities.": _equal,
                 "np.exp makes 1 of each 0. p holds probabilities already: divide by the sum.":
                     _softmax,
                 "The first k stay here, not the likeliest k.":
                     lambda p, k: _shares_of_one(np.where(np.arange(p.shape[1]) < k, p, 0)),
                 "These are the places of the k likeliest; return an array like p, with their "
                 "probabilities and 0 elsewhere.": lambda p, k: np.argsort(p)[:, -k:],
                 "Only the k probabilities are returned; keep the places of all others, with 0.":
                     lambda p, k: _shares_of_one(np.sort(p)[:, -k:])}),
    Score("2.5", at_least=0.29, at_most=0.35, metric="val_loss",
          right="Notice how near this is to the least possible, 0.30: the number itself must be "
                "guessed, which costs ln 1000, spread over 23 letters.",
          wrong={(0, 0.05): "Too good to be true. Is y shifted by one against x?",
                 (0.05, 0.2899): "Too good to be true: the padding is counted. Is mask_zero=True "
                                 "in the Embedding?",
                 (0.3501, 1.25): "On the way; the table that looks four letters back has 0.40. "
                                 "Train a few more epochs, with Adam(0.01).",
                 (1.2501, 100): "A table of pairs of letters has 1.25. Was the model "
                                "trained, on the numbers and not on the names?"}),
]
