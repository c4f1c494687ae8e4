"""Assignment 3: exercises, reference answers and hidden cases."""

import math

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained

# --- 3-1 -----------------------------------------------------------------------------------------

def clip(gradients, limit, kind, whole=lambda squares: math.sqrt(sum(squares)), always=False):
    """Work with squares of lengths; the options are common mistakes."""
    gradients = [np.asarray(part, float) for part in gradients]
    if kind == "value":
        return [np.where(np.abs(part) > limit, limit * np.sign(part), part) for part in gradients]
    squares = [float(np.vdot(part, part)) for part in gradients]
    if kind == "global":
        squares = [whole(squares) ** 2] * len(squares)
    return [part if square <= limit ** 2 and not (always and square)
            else part * (limit / math.sqrt(square))
            for part, square in zip(gradients, squares, strict=True)]


def changed_places(gradients, limit, kind):
    """Mix up the two kinds of length."""
    return clip(gradients, limit, {"each": "global", "global": "each"}.get(kind, kind))


def top_only(gradients, limit, kind):
    """Cut only what is above the limit, not what is below -limit."""
    if kind == "value":
        return [np.minimum(part, limit) for part in gradients]
    return clip(gradients, limit, kind)


def by_largest(gradients, limit, kind):
    """Shorten all arrays by what the longest of them needs."""
    return clip(gradients, limit, kind, whole=lambda squares: math.sqrt(max(squares)))


def gradients_of(rng, shapes, lengths):
    """Return random arrays of given lengths."""
    arrays = [rng.normal(size=shape) for shape in shapes]
    return [part * (length / np.linalg.norm(part))
            for part, length in zip(arrays, lengths, strict=True)]


def clip_cases(rng):
    """Every kind; short and long arrays, and one of zeros."""
    found = []
    for kind in ("value", "each", "global"):
        lengths = rng.permutation([0.0, 0.3, 2.0, 5.0])
        parts = gradients_of(rng, ((2, 5), (5, 5), (5,), (1,)), lengths)
        if kind == "value":
            parts[0][0, :2] = -1.3, 1.4                # beyond the limit on both sides
        found.append(Case((parts, float(rng.uniform(0.6, 0.9)), kind), f"{kind}, four arrays"))
    for kind in ("each", "global"):
        parts = gradients_of(rng, ((3,), (2, 2)), rng.uniform(0.3, 0.5, 2))
        found.append(Case((parts, float(rng.uniform(0.8, 1.2)), kind), f"{kind}, all are short"))
    return found


def clip_probes():
    """Numbers that can be followed on paper."""
    whole = [np.array([3.0, 4.0]), np.array([[12.0]])]
    mixed = [np.array([[0.3, -0.4]]), np.array([-3.0, 0.0, 4.0]), np.zeros(2)]
    return (Case((whole, 1.0, "each"), "each, lengths 5 and 12"),
            Case((whole, 6.5, "global"), "global, lengths 5 and 12, so 13"),
            Case((mixed, 1.0, "value"), "value, numbers on both sides of 0"),
            Case((mixed, 1.0, "each"), "each, one array is short, one is zero"),
            Case((mixed, 1.0, "global"), "global, one array is short, one is zero"),
            Case((mixed, 20.0, "global"), "global, all is short enough"),
            Case((mixed, 20.0, "each"), "each, all is short enough"))


# --- 3-2 -----------------------------------------------------------------------------------------

def fades_after(U, steepest, threshold, size=lambda U: math.sqrt(np.linalg.eigvalsh(U.T @ U)[-1])):
    """Multiply until it is enough; `size` may be a common mistake."""
    factor, bound, lag = round(size(np.asarray(U, float)) * steepest, 12), 1.0, 0
    if factor >= 1:
        return None
    while bound >= threshold:
        bound, lag = bound * factor, lag + 1
    return lag


def always_a_number(U, steepest, threshold):
    """Return 0 where the bound never falls."""
    return fades_after(U, steepest, threshold) or 0


def with_singular_values(rng, values):
    """Return a random matrix with these singular values."""
    left, right = (np.linalg.qr(rng.normal(size=(len(values),) * 2))[0] for _ in range(2))
    return (left * values) @ right


def fade_cases(rng):
    """Bounds that fall, stay and grow; thresholds far from any power of the factor."""
    found = []
    for size, steepest, what in ((2, 1, "tanh"), (5, 1, "tanh"), (3, 0.25, "sigmoid")):
        factor, lag = rng.uniform(0.6, 0.9), int(rng.integers(8, 30))
        values = factor / steepest * np.array([1, *rng.uniform(0.3, 0.8, size - 1)])
        found.append(Case((with_singular_values(rng, values), steepest,
                           float(factor ** (lag - 0.5))), f"{what}, {size} units"))
    shear = np.eye(4) * rng.uniform(0.2, 0.5) + np.diag(rng.uniform(1.2, 2, 3), 1)
    return [*found, Case((shear, 1, 0.01), "small eigenvalues, a large singular value"),
            Case((np.eye(int(rng.integers(4, 9))), 1, 0.5), "orthogonal, factor 1"),
            Case((shear, 0.25, float(rng.uniform(0.01, 0.02))), "the same with a sigmoid")]


def fade_probes():
    """One unit, several, the sigmoid, and matrices whose eigenvalues mislead."""
    turned = np.array([[0.6, -0.8], [0.8, 0.6]])
    return (Case((np.array([[0.5]]), 1, 0.3), "one unit, factor 0.5"),
            Case((np.array([[-0.5]]), 1, 0.3), "one unit with a negative weight"),
            Case((np.diag([0.9, 0.2, 0.4]), 1, 0.01), "diagonal, 1 per cent"),
            Case((np.array([[2.0]]), 0.25, 0.1), "sigmoid, weight 2"),
            Case((np.array([[1.5]]), 1, 0.1), "a bound that grows"),
            Case((np.eye(2), 1, 0.1), "a bound that stays at 1"),
            Case((0.8 * turned, 1, 0.1), "a matrix that turns"),
            Case((np.array([[0.3, 0.5], [0.0, 0.3]]), 1, 0.05), "small eigenvalues"))


# --- 3-3 -----------------------------------------------------------------------------------------

def orthogonal(matrix, gain, sign=True):
    """The library's Q, with its signs put right."""
    q, r = np.linalg.qr(np.asarray(matrix, float))
    return gain * (q @ np.diag(np.where(np.diag(r) < 0, -1, 1)) if sign else q)


def only_unit_length(matrix, gain):
    """Make every column one long, and not orthogonal."""
    return gain * matrix / np.linalg.norm(matrix, axis=0)


def nearest(matrix, gain):
    """Take the orthogonal matrix that is nearest."""
    left, _, right = np.linalg.svd(matrix)
    return gain * left @ right


def start_cases(rng):
    """Matrices of several sizes."""
    return [Case((rng.normal(size=(size, size)), float(rng.uniform(0.5, 2))), f"{size} columns")
            for size in (2, 5, 6, 8)]


def start_probes():
    """From a diagonal matrix to random ones."""
    rng = np.random.default_rng(33)
    return (Case((np.diag([2.0, 3.0]), 1.0), "columns that are orthogonal already"),
            Case((np.array([[3.0, 1.0], [4.0, 1.0]]), 1.0), "two columns"),
            Case((np.array([[0.0, 2.0], [-1.0, 5.0]]), 1.0), "a column that points down"),
            Case((rng.normal(size=(4, 4)), 1.0), "four random columns"),
            Case((rng.normal(size=(3, 3)), 1.5), "gain 1.5"))


# --- 3-4 -----------------------------------------------------------------------------------------

def passing_units(states):
    """Ask of each unit how long ago its state was 0."""
    states = np.asarray(states)
    ages = [next((k for k, h in enumerate(unit[::-1]) if h <= 0), len(states))
            for unit in states.T]
    return [sum(age >= k for age in ages) for k in range(len(states) + 1)]


def one_step_each(states):
    """Count the open units of each step by itself."""
    return [states.shape[1], *(int(count) for count in (states > 0).sum(axis=1)[::-1])]


def at_least_zero(states):
    """Let a state of 0 pass."""
    return passing_units(np.asarray(states) + 1)


def from_the_first(states):
    """Begin with the first step."""
    return passing_units(states[::-1])


def own_step(states):
    """Take the slopes of h(T-1), h(T-2), and so on: one row too early."""
    return passing_units(np.vstack([np.ones_like(states[:1]), states[:-1]]))


def relu_states(rng, length, units, kept):
    """Return states above 0, except for some; every unit has its own share of zeros."""
    open_now = rng.random((length, units)) < rng.uniform(kept, 1, units)
    open_now[-1, 0] = False
    return np.where(open_now, rng.uniform(0.01, 2, (length, units)), 0.0)


def passing_cases(rng):
    """Sequences of several sizes."""
    return [Case((relu_states(rng, length, units, 0.6),), f"{length} steps, {units} units")
            for length, units in ((2, 6), (5, 9), (9, 16), (12, 30))]


def passing_probes():
    """One unit, two, and many."""
    rng = np.random.default_rng(34)
    return (Case((np.array([[1.0], [2.0], [3.0]]),), "one unit, always above 0"),
            Case((np.array([[1.0], [0.0], [3.0], [4.0]]),), "one unit, 0 at the second of 4 steps"),
            Case((np.array([[1.0, 0.0, 2.0], [1.0, 2.0, 3.0], [0.0, 1.0, 1.0]]),),
                 "three units, zeros at different steps"),
            Case((relu_states(rng, 4, 12, 0.5),), "twelve units"))


# --- 3-5 -----------------------------------------------------------------------------------------

def judge_forecasts(series, forecasts, free=None, root=False, shift=0):
    """Work with changes instead of prices; the options are common mistakes."""
    series, forecasts = np.asarray(series, float), np.asarray(forecasts, float)
    steps = np.diff(series)
    wrong = forecasts - series[:-1] - steps * (1 - shift)
    costs = np.vdot(wrong, wrong), float((steps ** 2).sum() if free is None else free(series))
    ratio = costs[0] / costs[1]

    def alike(other):
        one, two = forecasts - forecasts.mean(), other - other.mean()
        return one @ two / math.sqrt(one @ one * (two @ two))
    return (float(1 - (math.sqrt(ratio) if root else ratio)),
            bool(alike(series[:-1]) > alike(series[1:])))


def ratio_alone(series, forecasts):
    """Return the ratio of the errors."""
    skill, runs_after = judge_forecasts(series, forecasts)
    return 1 - skill, runs_after


def other_way(series, forecasts):
    """Compare the correlations the wrong way round."""
    skill, runs_after = judge_forecasts(series, forecasts)
    return skill, not runs_after


def mean_is_free(series):
    """Take the mean of the series for the free forecast."""
    return ((series[1:] - series[1:].mean()) ** 2).sum()


def walk(rng, length, share, noise):
    """Return a random walk, and forecasts that hold a share of the next step."""
    series = 20 + np.cumsum(rng.normal(size=length))
    return series, series[:-1] + share * np.diff(series) + noise * rng.normal(size=length - 1)


def forecast_cases(rng):
    """Two good forecasters, two that run after."""
    return [Case(walk(rng, length, share, noise), what) for length, share, noise, what in (
        (30, 0.8, 0.1, "good forecasts"), (45, 0.05, 0.3, "forecasts that run after"),
        (18, 1.0, 0.3, "good forecasts with noise"), (60, -0.2, 0.5, "bad forecasts"))]


def forecast_probes():
    """Perfect forecasts, delayed ones, and the two in turn."""
    rng = np.random.default_rng(35)
    series = np.array([1.0, 2.0, 4.0, 3.0, 6.0])
    return (Case((series, series[1:]), "perfect forecasts"),
            Case((series, series[:-1]), "tomorrow equals today"),
            Case((series, np.array([1.0, 1.5, 3.0, 3.5])), "late forecasts"),
            Case(walk(rng, 12, 0.7, 0.2), "forecasts with skill"),
            Case(walk(rng, 15, -0.1, 0.4), "forecasts without skill"))


EXERCISES = (
    Explained("3-6", 1),
    Exercise(
        "3-1", "clip", 3, clip, clip_probes(), clip_cases,
        {"\"each\" and \"global\" have changed places": changed_places,
         "what is short already is made longer":
            lambda *args: clip(*args, always=True),
         "\"value\" cuts only above limit, not below -limit": top_only,
         "\"global\" adds the lengths up, without squares and root":
            lambda *args: clip(*args, whole=lambda squares: sum(map(math.sqrt, squares))),
         "\"global\" looks at the longest array alone": by_largest},
        {"line 5: the first two arguments change places":
            "NumPy's clip is the smaller of the limit and the larger of the other two"},
    ),
    Exercise(
        "3-2", "fades_after", 3, fades_after, fade_probes(), fade_cases,
        {"the largest eigenvalue is taken, not the largest singular value":
            lambda *args: fades_after(*args, size=lambda U: np.abs(np.linalg.eigvals(U)).max()),
         "the length of the whole matrix is taken, not its largest singular value":
            lambda *args: fades_after(*args, size=np.linalg.norm),
         "the steepest slope is not used":
            lambda U, steepest, threshold: fades_after(U, 1, threshold),
         "the lag is one too small, the last at which the bound is not below the threshold":
            lambda *args: None if fades_after(*args) is None else fades_after(*args) - 1,
         "a bound that never falls gives a number": always_a_number},
        {"line 6: nothing is returned": "a return without a value returns None"},
    ),
    Exercise(
        "3-3", "orthogonal", 3, orthogonal, start_probes(), start_cases,
        {"some columns have the other sign": lambda *args: orthogonal(*args, sign=False),
         "the columns have length one, but they are not orthogonal": only_unit_length,
         "the rows are made orthogonal one after the other, not the columns":
            lambda matrix, gain: orthogonal(matrix.T, gain).T,
         "this is the nearest orthogonal matrix, not that of Gram and Schmidt": nearest,
         "the gain is missing": lambda matrix, gain: orthogonal(matrix, 1)},
        {"line 6: the value is halved": "the next line divides by the length"},
    ),
    Exercise(
        "3-4", "passing_units", 3, passing_units, passing_probes(), passing_cases,
        {"every step is counted by itself, as if a unit could come back": one_step_each,
         "a state of exactly 0 passes the gradient on": at_least_zero,
         "the product begins with the first step, not with the last": from_the_first,
         "the slopes are those of one step earlier": own_step},
    ),
    Exercise(
        "3-5", "judge_forecasts", 3, judge_forecasts, forecast_probes(), forecast_cases,
        {"the free forecast is the mean of the series, not the last price":
            lambda *args: judge_forecasts(*args, free=mean_is_free),
         "the roots of the errors are compared, not the squares":
            lambda *args: judge_forecasts(*args, root=True),
         "a forecast is compared with the price from which it was made":
            lambda *args: judge_forecasts(*args, shift=1),
         "this is the ratio of the two errors, not 1 minus it": ratio_alone,
         "the correlations are compared the wrong way round": other_way},
        {"line 5: sum becomes mean": "the ratio of two sums is that of their means",
         "line 5: operands change places": "a difference is squared",
         "line 7: Gt changes": "no two correlations are equal"},
    ),
    Explained("3-7", 3),
)
