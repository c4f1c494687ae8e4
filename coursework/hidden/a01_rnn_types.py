"""Assignment 1: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained


def parts_but(parts, kept):
    """Return the values of a dict as a tuple, with zeros for what is not kept."""
    return tuple(part if kept is None or name in kept else 0 * part
                 for name, part in parts.items())


# --- 1-1 -----------------------------------------------------------------------------------------

def leaky_states(x, A, B, b, leak, old=None, squash_all=False, start=0.0, squash=np.tanh):
    """One product for input, state and bias; the options are common mistakes."""
    weights, h, rows = np.vstack([A, B, b]), np.full(len(b), start), []
    for row in np.asarray(x, float):
        raw = np.concatenate([row, h, [1.0]]) @ weights
        keep = 1 - leak if old is None else old(leak)
        share = leak if old is None else 1 - leak if old(leak) == leak else leak
        h = np.tanh(keep * h + share * raw) if squash_all else keep * h + share * squash(raw)
        rows.append(h)
    return np.stack(rows)


def leaky_inputs(rng, length, inputs, units, leak, kept=None):
    """Return the arguments of `leaky_states`; `kept` names what is not zero."""
    parts = {"x": rng.normal(size=(length, inputs)), "A": rng.normal(size=(inputs, units)),
             "B": rng.normal(size=(units, units)), "b": rng.normal(size=units)}
    return (*parts_but(parts, kept), leak)


def leaky_probes():
    """From one part to all, then the two ends of the leak."""
    rng = np.random.default_rng(11)
    wanted = (("b", 0.25, "only the bias is not zero"), (("x", "A"), 0.25, "only x and A"),
              (("b", "B"), 0.25, "only b and B"), (None, 0.25, "everything"),
              (None, 1.0, "leak 1, the simple RNN"), (None, 0.0, "leak 0, nothing ever enters"))
    return tuple(Case(leaky_inputs(rng, 4, 2, 3, leak, kept), what) for kept, leak, what in wanted)


def leaky_cases(rng):
    """Sequences of several sizes."""
    return [Case(leaky_inputs(rng, *sizes, float(rng.uniform(0.05, 0.45))),
                 "{} steps, {} inputs, {} units".format(*sizes))
            for sizes in ((1, 1, 1), (9, 4, 2), (5, 1, 6))]


# --- 1-2 -----------------------------------------------------------------------------------------

def last_states(x, lengths, A, B, b, shift=0):
    """Read each sequence alone, as far as it is real; `shift` reads further."""
    found = []
    for sequence, length in zip(np.asarray(x, float), lengths, strict=True):
        h = np.zeros((1, len(b)))
        for row in sequence[:max(0, length + shift)]:
            h = np.tanh(np.hstack([row[None], h]) @ np.vstack([A, B]) + b)
        found.append(h[0])
    return np.array(found)


def whole(x, lengths, A, B, b):
    """Read the filling as well."""
    return last_states(x, [x.shape[1]] * len(x), A, B, b)


def from_all(x, lengths, A, B, b):
    """Take row length - 1 of all states, which is the last row if the length is 0."""
    return last_states(x, [length or x.shape[1] for length in lengths], A, B, b)


def blanked(x, lengths, A, B, b):
    """Set the filling to zero, and read it."""
    real = np.arange(x.shape[1])[None, :] < np.asarray(lengths)[:, None]
    return whole(x * real[:, :, None], lengths, A, B, b)


def batch_inputs(rng, lengths, longest, inputs, units, kept=None):
    """Return the arguments of `last_states`, with rubbish behind the real steps."""
    parts = {"A": rng.normal(size=(inputs, units)), "B": rng.normal(size=(units, units)),
             "b": rng.normal(size=units)}
    return (rng.normal(size=(len(lengths), longest, inputs)), list(lengths),
            *parts_but(parts, kept))


def batch_probes():
    """From full lengths to unequal ones."""
    rng = np.random.default_rng(12)
    wanted = (((3, 3), "b", "all steps are real, only the bias is not zero"),
              ((3, 3), None, "all steps are real"),
              ((2, 2), "A", "the last step is rubbish, only A is not zero"),
              ((1, 3), None, "unequal lengths"), ((3, 0, 2), None, "one sequence is empty"))
    return tuple(Case(batch_inputs(rng, lengths, 3, 2, 4, kept), what)
                 for lengths, kept, what in wanted)


def batch_cases(rng):
    """Batches of several sizes."""
    return [Case(batch_inputs(rng, lengths, longest, inputs, units),
                 f"{len(lengths)} sequences of at most {longest} steps")
            for lengths, longest, inputs, units in (((1,), 2, 1, 1), ((4, 0, 5, 2), 5, 3, 2),
                                                    ((6, 1, 3, 3, 7), 7, 1, 5))]


# --- 1-3 -----------------------------------------------------------------------------------------

def averaging_weights(window):
    """The same network, from an identity matrix."""
    unit = np.eye(window)
    return unit[:1], np.roll(unit, 1, axis=1) * (np.arange(window) > 0), unit.mean(axis=0)[:, None]


def turned(window):
    """Write B for columns."""
    A, B, C = averaging_weights(window)
    return A, B.T, C


def ring(window):
    """Lead the last unit back to the first."""
    A, _, C = averaging_weights(window)
    return A, np.roll(np.eye(window), 1, axis=1), C


def summing(window):
    """Forget to divide."""
    A, B, C = averaging_weights(window)
    return A, B, window * C


def everywhere(window):
    """Put the new input into every unit."""
    _, B, C = averaging_weights(window)
    return np.ones((1, window)), B, C


# --- 1-4 -----------------------------------------------------------------------------------------

def count_both(inputs, units, outputs, length):
    """Count matrix by matrix."""
    shared = units * outputs + outputs
    return inputs * units + units ** 2 + units + shared, length * inputs * units + units + shared


def no_biases(inputs, units, outputs, length):
    """Leave out the biases."""
    rnn, dense = count_both(inputs, units, outputs, length)
    return rnn - units - outputs, dense - units - outputs


def no_output_layer(inputs, units, outputs, length):
    """Leave out C and c."""
    return tuple(count - units * outputs - outputs
                 for count in count_both(inputs, units, outputs, length))


def unrolled(inputs, units, outputs, length):
    """Count the recurrent layer once per step."""
    rnn, dense = count_both(inputs, units, outputs, length)
    return rnn + (length - 1) * (inputs + units + 1) * units, dense


def count_cases(rng):
    """Networks of several sizes."""
    return [Case(tuple(int(size) for size in rng.integers(2, 70, 4)), what)
            for what in ("some sizes", "other sizes", "still other sizes", "one more")]


# --- 1-5 -----------------------------------------------------------------------------------------

def write(h, A, B, b, C, c, start, end, longest, feed=True, carry=True, keep_end=False):
    """Write with one-hot rows and one large matrix; the options are common mistakes."""
    weights, token, written = np.vstack([A, B, b]), start, []
    first = np.array(h, float)
    for _ in range(longest):
        row = np.eye(len(A))[token if feed else start]
        h = np.tanh(np.concatenate([row, h if carry else first, [1]]) @ weights)
        token = int(np.argsort(h @ C + c)[-1])
        if token == end:
            return written + [end] * keep_end
        written = [*written, token]
    return written


def with_start(*args):
    """Return the start token as well."""
    return [args[6], *write(*args)]


def never_ends(*args):
    """Drop the end tokens, but go on behind them."""
    return [token for token in write(*args[:7], -1, args[8]) if token != args[7]]


def writer(rng, tokens, units, longest, wanted, tries=2000):
    """Return arguments of `write` for which the network writes `wanted` tokens, not all alike."""
    for _ in range(tries):
        A, B, C = (rng.normal(size=size) for size in ((tokens, units), (units, units),
                                                      (units, tokens)))
        h, b, c = rng.normal(size=units), rng.normal(size=units), 0.3 * rng.normal(size=tokens)
        start, end = (int(token) for token in rng.permutation(tokens)[:2])
        args = (h, 1.5 * A, B, b, C, c, start, end, longest)
        found = write(*args)
        if len(found) == wanted and len(set(found)) >= min(wanted, 3):
            return args
    raise RuntimeError("no such network was found; try other sizes")


def writer_cases(rng):
    """Networks that stop early, and networks that are stopped."""
    return [Case(writer(rng, *sizes), "{} tokens, {} units, at most {} written".format(*sizes))
            for sizes in ((6, 4, 9, 5), (5, 3, 7, 7), (8, 6, 12, 4), (4, 5, 1, 1))]


def writer_probes():
    """Known answers first, then networks with random weights."""
    rng = np.random.default_rng(15)
    echo = (np.zeros(3), 2 * np.eye(3), np.zeros((3, 3)), np.zeros(3),
            np.roll(np.eye(3), 1, axis=1), np.zeros(3), 0, 2, 5)
    at_once = (*echo[:5], np.array([0.0, 0.0, 9.0]), *echo[6:])
    return (Case(echo, "B and b are zero, token k writes token k + 1, token 2 ends"),
            Case(at_once, "the end token comes first"),
            Case(writer(rng, 5, 3, 8, 4), "everything, the network ends by itself"),
            Case(writer(rng, 5, 3, 6, 6), "everything, the network is stopped"))


EXERCISES = (
    Explained("1-6", 1),
    Exercise(
        "1-1", "leaky_states", 3, leaky_states, leaky_probes(), leaky_cases,
        {"leak and 1 - leak have changed places":
            lambda *args: leaky_states(*args, old=lambda leak: leak),
         "the old state is kept whole, not times 1 - leak":
            lambda *args: leaky_states(*args, old=lambda leak: 1),
         "the old state is not kept at all, so the leak only makes the state smaller":
            lambda *args: leaky_states(*args, old=lambda leak: 0),
         "the tanh is taken of the whole sum, not of the new part alone":
            lambda *args: leaky_states(*args, squash_all=True),
         "the state before the first step is one, not zero":
            lambda *args: leaky_states(*args, start=1.0),
         "the tanh is missing": lambda *args: leaky_states(*args, squash=lambda a: a)},
    ),
    Exercise(
        "1-2", "last_states", 3, last_states, batch_probes(), batch_cases,
        {"the filled places are read as if they were real": whole,
         "one step too many is read": lambda *args: last_states(*args, shift=1),
         "one step too few is read": lambda *args: last_states(*args, shift=-1),
         "the filled places are set to zero, but still read": blanked,
         "a sequence of length 0 gets the last state of all, at place -1": from_all},
    ),
    Exercise(
        "1-3", "averaging_weights", 3, averaging_weights,
        (Case((1,), "a window of one"), Case((2,), "a window of two"),
         Case((4,), "a window of four")),
        lambda rng: [Case((int(window),), f"a window of {window}")
                     for window in 5 + rng.permutation(12)[:4]],
        {"B is transposed: numbers move from unit 2 to unit 1": turned,
         "what leaves the last unit comes back into the first": ring,
         "C gives the sum, not the mean": summing,
         "the new input goes into every unit": everywhere},
    ),
    Exercise(
        "1-4", "count_both", 2, count_both,
        (Case((3, 4, 2, 1), "one step"), Case((3, 4, 2, 10), "ten steps"),
         Case((1, 5, 1, 7), "one input, one output")),
        count_cases,
        {"the biases are missing": no_biases,
         "the output layer is missing": no_output_layer,
         "the RNN has weights for every step": unrolled,
         "the two numbers have changed places": lambda *args: count_both(*args)[::-1]},
    ),
    Exercise(
        "1-5", "write", 4, write, writer_probes(), writer_cases,
        {"the network reads the start token at every step":
            lambda *args: write(*args, feed=False),
         "every step starts from the first state again": lambda *args: write(*args, carry=False),
         "the end token is in the list": lambda *args: write(*args, keep_end=True),
         "the start token is in the list": with_start,
         "the network goes on behind the end token": never_ends},
    ),
    Explained("1-7", 3),
)
