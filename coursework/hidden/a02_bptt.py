"""Assignment 2: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained

# --- 2-1 -----------------------------------------------------------------------------------------

def terms_of_b(x, a, b, target, shift=0, power=0, weigh=lambda error: error):
    """Sum up every state from its inputs; the options are common mistakes."""
    x = np.asarray(x, float)
    state = [a * sum(x[k] * b ** (t - 1 - k) for k in range(t)) for t in range(len(x) + 1)]
    steps = range(1, len(x) + 1)
    return np.array([weigh(state[-1] - target) * state[t - 1 + shift]
                     * b ** (len(x) - t + power) for t in steps])


def no_way_between(x, a, b, target):
    """Leave out the factors b on the way from the error to the step."""
    x = np.asarray(x, float)
    return np.array([term / b ** (len(x) - t)
                     for t, term in enumerate(terms_of_b(x, a, b, target), 1)])


def chain_inputs(rng, length):
    """Return the arguments of `terms_of_b`; b is not 0."""
    sign = 1 if rng.random() < 0.5 else -1
    return (rng.normal(size=length), float(rng.normal()), float(sign * rng.uniform(0.4, 1.2)),
            float(rng.normal()))


def chain_cases(rng):
    """Sequences of several lengths."""
    return [Case(chain_inputs(rng, length), f"{length} steps") for length in (2, 5, 8, 11)]


# --- 2-2 -----------------------------------------------------------------------------------------

def reach(length, cut):
    """Count down from the end of the sequence."""
    found = []
    while len(found) < length:
        window = min(cut, length - len(found))
        found = [*range(1, window + 1), *found]
    return found


def from_the_first(length, cut):
    """Count the windows from the first step."""
    return [step % cut + 1 for step in range(length)]


def always_cut(length, cut):
    """Let every error reach back `cut` steps."""
    return [min(step + 1, cut) for step in range(length)]


def reach_cases(rng):
    """Lengths that are no multiples of the cut, and one that is shorter than it."""
    cuts = rng.permutation([2, 3, 4, 5, 6])[:3]
    sizes = [(int(cut * rng.integers(2, 5) + rng.integers(1, cut)), int(cut)) for cut in cuts]
    return [Case(size, "{} steps, cut after {}".format(*size))
            for size in (*sizes, (int(rng.integers(8, 11)), int(rng.integers(12, 15))))]


# --- 2-3 -----------------------------------------------------------------------------------------

def better_differences(function, array, step, wide=-1, narrow=8, back=True):
    """The same formula as one sum over four places; the options are common mistakes."""
    found, half = np.zeros(array.size), step / 2
    for place in range(array.size):
        for far, share in ((2, wide), (1, narrow), (-1, -narrow), (-2, -wide)):
            moved = np.array(array, float)
            moved.reshape(-1)[place] += half * far * (1 if back or far > 0 else 0)
            found[place] += share * function(moved)
    return (found / (12 * half) * (1 if back else 2)).reshape(array.shape)


def flat(function, array, step):
    """Return one long row."""
    return better_differences(function, array, step).ravel()


def functions_of(rng):
    """Yield texts of functions with fresh constants."""
    a, b = (round(float(number), 3) for number in rng.uniform(0.5, 1.5, 2))
    yield f"lambda w: np.sum(np.sin({a} * w) * w)"
    yield f"lambda w: np.exp({a} * w.flat[0] - {b} * w.flat[-1]) + np.sum(w ** 3)"
    yield f"lambda w: np.sum(np.tanh({a} * w)) ** 2 + {b} * np.sum(np.cos(w))"


def differences_cases(rng):
    """Functions with fresh constants, arrays with one to three axes."""
    shapes = ((4,), (2, 3), (2, 1, 2))
    return [Case(("loss", rng.normal(size=shape), float(rng.uniform(0.3, 0.6))),
                 f"an array of shape {shape}", {"loss": text})
            for shape, text in zip(shapes, functions_of(rng), strict=True)]


def differences_probes():
    """From a straight line to a curve that no formula follows exactly."""
    row, matrix = np.array([0.5, -1.0, 2.0]), np.array([[0.3, -0.7], [1.1, 0.2]])
    return (Case(("loss", row, 0.5), "a straight line, where every formula is exact",
                 {"loss": "lambda w: 3 * w[0] - w[2]"}),
            Case(("loss", np.array([1.0]), 0.5), "one number, w ** 3",
                 {"loss": "lambda w: w[0] ** 3"}),
            Case(("loss", row, 0.5), "a sum of sines", {"loss": "lambda w: np.sum(np.sin(w))"}),
            Case(("loss", matrix, 0.4), "a matrix",
                 {"loss": "lambda w: np.exp(w[0, 0] - w[1, 0]) * np.cos(w[0, 1] * w[1, 1])"}))


# --- 2-4 -----------------------------------------------------------------------------------------

def compare_gradients(hand, exact, error=None, joined=True):
    """Go through sorted pairs; the options are common mistakes."""
    def usual(h, e):
        scale = max(np.abs(h).max(), np.abs(e).max())
        return np.abs(h - e).max() / scale if scale > 0 else 0.0
    found = sorted(((error or usual)(hand[name], exact[name]), name) for name in exact)
    pairs = [(np.ravel(hand[name]), np.ravel(exact[name])) for name in exact]
    if joined:
        pairs = [tuple(np.hstack(side) for side in zip(*pairs, strict=True))]
    cosines = [np.vdot(h, e) / np.sqrt(np.vdot(h, h) * np.vdot(e, e)) for h, e in pairs
               if h.any() and e.any()]
    return found[-1][1], float(found[-1][0]), float(np.mean(cosines))


def entry_by_entry(h, e):
    """Divide each difference by its own entry."""
    scale = np.maximum(np.abs(h), np.abs(e))
    return (np.abs(h - e) / np.where(scale > 0, scale, 1)).max()


def gradients_of(rng, inputs, units, wrong, rest=0.02, silent=None):
    """Return two gradients of a cell that differ most in the weight `wrong`."""
    shapes = {"kernel": (inputs, units), "recurrent_kernel": (units, units), "bias": (units,)}
    size = {name: float(rng.uniform(0.05, 3)) for name in shapes}
    size[wrong] = 0.01 * max(size.values())            # small entries, so a small difference
    exact = {name: size[name] * rng.normal(size=shape) * (name != silent)
             for name, shape in shapes.items()}
    far = {name: 0.6 if name == wrong else rest for name in shapes}
    hand = {name: part + far[name] * np.abs(part).max() * rng.uniform(-1, 1, part.shape)
            for name, part in exact.items()}
    return hand, exact


def pair_cases(rng):
    """Cells of several sizes; one with a weight that has no gradient at all."""
    names = rng.permutation(["kernel", "recurrent_kernel"])
    return [Case(gradients_of(rng, 2, 4, str(names[0])), "one weight is worse than the others"),
            Case(gradients_of(rng, 3, 2, str(names[1])), "another one is"),
            Case(gradients_of(rng, 5, 3, "bias", silent="kernel"), "the kernel has none"),
            Case(gradients_of(rng, 1, 5, "kernel", silent="bias"), "the bias has none")]


def pair_probes():
    """Two small gradients whose results can be found on paper, then larger ones."""
    rng = np.random.default_rng(24)
    one = {"kernel": np.array([[3.0, 4.0]]), "bias": np.array([0.0, 0.0])}
    two = {"kernel": np.array([[4.0, 3.0]]), "bias": np.array([0.0, 0.0])}
    opposite = {"kernel": np.array([[1.0, 2.0]]), "bias": np.array([-0.3, 0.1])}
    right = {"kernel": np.array([[1.0, 2.1]]), "bias": np.array([0.3, 0.2])}
    return (Case((one, two), "(3, 4) against (4, 3), and a bias without gradient"),
            Case((opposite, right), "a bias with the wrong sign"),
            Case(gradients_of(rng, 2, 3, "recurrent_kernel"), "three weights"),
            Case(gradients_of(rng, 3, 2, "bias"), "the bias is worst"))


# --- 2-5 -----------------------------------------------------------------------------------------

def leaky_back(d_last, states, proposed, B, leak, keep=True, slope=True, turn=True, old=True,
               share=True):
    """Multiply the Jacobians of the steps first; the options are common mistakes."""
    units = len(d_last)
    B = np.asarray(B).T if turn else np.asarray(B)
    late, totals = np.eye(units), [np.zeros(units), 0.0]
    for p, h in list(zip(proposed, states[:-1], strict=True))[::-1]:
        d_h = np.asarray(d_last, float) @ late
        gate = (leak if share else 1) * (np.diag(1 - p * p) if slope else np.eye(units))
        totals = [totals[0] + d_h @ gate, totals[1] + float(d_h @ (p - h * old))]
        late = late @ ((1 - leak) * keep * np.eye(units) + gate @ B)
    return *totals, np.asarray(d_last, float) @ late


def walked(rng, length, units, leak, only=None):
    """Return the arguments of `leaky_back` after a way forward with random inputs."""
    B = rng.normal(size=(units, units)) * (only != "no B")
    states, proposed = [rng.normal(size=units)], []
    for push in rng.normal(size=(length, units)):
        proposed.append(np.tanh(push + states[-1] @ B))
        states.append((1 - leak) * states[-1] + leak * proposed[-1])
    return rng.normal(size=units), np.array(states), np.array(proposed), B, leak


def back_probes():
    """One step, then several; without B, then with it."""
    rng = np.random.default_rng(25)
    wanted = ((1, 1, 0.3, "no B", "one step, one unit, B is zero"),
              (1, 1, 0.3, None, "one step, one unit"), (1, 3, 0.3, None, "one step, three units"),
              (4, 3, 1.0, None, "leak 1, the simple RNN"),
              (4, 3, 0.3, "no B", "four steps, B is zero"), (4, 3, 0.3, None, "everything"))
    return tuple(Case(walked(rng, length, units, leak, only), what)
                 for length, units, leak, only, what in wanted)


def back_cases(rng):
    """Ways of several sizes."""
    return [Case(walked(rng, *sizes, float(rng.uniform(0.2, 0.8))), "{} steps, {} units".format(
        *sizes)) for sizes in ((2, 1), (3, 5), (7, 2), (5, 4))]


EXERCISES = (
    Explained("2-6", 1),
    Exercise(
        "2-1", "terms_of_b", 3, terms_of_b,
        (Case((np.array([1.0, 0.0]), 1.0, 0.5, 0.0), "two steps, inputs 1 and 0, target 0"),
         Case((np.array([1.0, 0.0, 0.0, 0.0]), 2.0, 0.5, 0.0), "one input, at the first step"),
         Case((np.array([0.0, 0.0, 1.0]), 2.0, 0.5, 1.0),
              "one input, at the last step: b has nothing to carry"),
         Case((np.array([1.0, -2.0, 0.5, 1.0]), 0.7, -0.8, 1.5), "everything")),
        chain_cases,
        {"the term of a step holds the state after it, not the state before it":
            lambda *args: terms_of_b(*args, shift=1),
         "there is one factor b too many between the error and the step":
            lambda *args: terms_of_b(*args, power=1),
         "the factors b between the error and the step are missing": no_way_between,
         "the error S - target is missing as a factor":
            lambda *args: terms_of_b(*args, weigh=lambda error: 1),
         "the terms stand in the order from step T to step 1":
            lambda *args: terms_of_b(*args)[::-1],
         "the factor one half of E is still there":
            lambda *args: terms_of_b(*args, weigh=lambda error: error / 2)},
    ),
    Exercise(
        "2-2", "reach", 2, reach,
        (Case((3, 3), "a single window"), Case((6, 3), "two windows of equal length"),
         Case((7, 3), "the first window is shorter"), Case((4, 9), "the cut is longer than all")),
        reach_cases,
        {"the windows are counted from the first step": from_the_first,
         "every error reaches back as many steps as the cut has": always_cut,
         "an error does not reach the use at its own step":
            lambda *args: [steps - 1 for steps in reach(*args)],
         "the list begins with the last step": lambda *args: reach(*args)[::-1]},
        {"line 8: the first two arguments change places": "the larger of two, in any order"},
    ),
    Exercise(
        "2-3", "better_differences", 3, better_differences, differences_probes(),
        differences_cases,
        {"these are plain central differences with the whole step":
            lambda *args: better_differences(*args, wide=3, narrow=0),
         "these are plain central differences with half the step":
            lambda *args: better_differences(*args, wide=0, narrow=6),
         "this is the mean of the two differences, so the error is not removed":
            lambda *args: better_differences(*args, wide=1.5, narrow=3),
         "D(step) and D(step / 2) have changed places":
            lambda *args: better_differences(*args, wide=6, narrow=-6),
         "one-sided differences are used":
            lambda *args: better_differences(*args, back=False),
         "the result has lost the shape of the array": flat},
    ),
    Exercise(
        "2-4", "compare_gradients", 2, compare_gradients, pair_probes(), pair_cases,
        {"the largest difference is not divided by anything":
            lambda *args: compare_gradients(*args, lambda h, e: np.abs(h - e).max()),
         "each difference is divided by its own entry":
            lambda *args: compare_gradients(*args, entry_by_entry),
         "the mean difference is taken, not the largest":
            lambda *args: compare_gradients(*args, lambda h, e: np.abs(h - e).mean()
                                            / max(np.abs([h, e]).max(), 1e-30)),
         "the cosine is taken weight by weight, not of the whole gradient":
            lambda *args: compare_gradients(*args, joined=False)},
        {"line 7: 0 becomes -1": "an error of 0 is the largest only if the gradients are equal",
         "line 6: operands change places": "|a - b| is |b - a|"},
    ),
    Exercise(
        "2-5", "leaky_back", 5, leaky_back, back_probes(), back_cases,
        {"the way from h(t-1) straight to h(t), times 1 - leak, is missing":
            lambda *args: leaky_back(*args, keep=False),
         "B is not transposed on the way back": lambda *args: leaky_back(*args, turn=False),
         "the slope of tanh is missing": lambda *args: leaky_back(*args, slope=False),
         "the derivative by the leak lacks the old state, which the leak pushes out":
            lambda *args: leaky_back(*args, old=False),
         "the leak is missing on the way through tanh":
            lambda *args: leaky_back(*args, share=False)},
    ),
    Explained("2-7", 3),
)
