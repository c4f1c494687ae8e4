"""Generated sequence tasks, each with a known floor: the best score without any memory.

A generated task has what real data lack: unlimited examples, a lag that can be set, and a best
possible score that is known. The floor is the lowest loss of a model that ignores the past; a
trained model that stays there has learnt nothing across time.

Every task takes `rng`, a NumPy generator or a whole number as its seed, and gives the same
examples for the same seed.
"""

import math

import numpy as np

from utils import validate

ADDING_FLOOR = 1 / 6
"""Mean squared error of the best constant answer, 1, to the adding problem: the variance of the
sum of two uniform numbers, 2 x 1/12."""

ONE_BIT_FLOOR = math.log(2)
"""Cross-entropy in nats of the best guess of a fair bit; accuracy 50 %."""

TEMPORAL_ORDER_FLOOR = math.log(4)
"""Cross-entropy in nats of the best guess of the order class; accuracy 25 %."""

COPY_LENGTH = 10
COPY_SYMBOLS = 8


def generator(rng):
    """Return a NumPy generator: the given one, or a new one for a seed.

    Args:
        rng: numpy.random.Generator, or a whole number from 0 on as a seed.

    Raises:
        InputError: neither of the two.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
        raise validate.InputError("rng must be a numpy.random.Generator or a whole number as its "
                                  f"seed; got {rng!r} ({type(rng).__name__}).")
    return np.random.default_rng(validate.whole_number("rng", rng, 0))


def one_hot(ids, size):
    """Return `ids` as vectors of zeros with a single one.

    Args:
        ids: whole numbers from 0 to size - 1, array of any shape.
        size: number of different ids.

    Returns:
        Array of shape (*ids.shape, size), float64.

    Raises:
        InputError: an id that is no whole number or out of range.
    """
    size = validate.whole_number("size", size)
    axes = tuple(f"axis {axis}" for axis in range(np.ndim(ids)))
    return np.eye(size)[validate.token_ids("ids", ids, size, axes)]


def adding(batch, sequence_length, rng):
    """Draw examples of the adding problem (Hochreiter and Schmidhuber 1997, section 5.4).

    Two channels: a number from U[0, 1] at every step, and a mark that is 1 at two steps and 0
    elsewhere, once in each half. The answer is the sum of the two marked numbers. The form with
    numbers from [0, 1] is that of Le, Jaitly and Hinton (2015), section 4.1.

    Args:
        batch: number of examples.
        sequence_length: steps in each, at least 2.
        rng: generator or seed.

    Returns:
        inputs (batch, sequence_length, 2) and targets (batch, 1), float64. Floor: ADDING_FLOOR,
        1/6 as mean squared error.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    sequence_length = validate.whole_number("sequence_length", sequence_length, 2)
    rng = generator(rng)
    values = rng.uniform(size=(batch, sequence_length))
    rows, half = np.arange(batch), sequence_length // 2
    first = rng.integers(0, half, size=batch)
    second = rng.integers(half, sequence_length, size=batch)
    marks = np.zeros_like(values)
    marks[rows, first] = marks[rows, second] = 1.0
    targets = values[rows, first] + values[rows, second]
    return np.stack([values, marks], axis=-1), targets[:, None]


def one_bit(batch, lag, rng, noise=0.0):
    """Draw examples of the recall task: a bit is shown at step 0 and asked for `lag` steps later.

    Two channels: the bit as -1 or +1 at step 0 and noise (or nothing) afterwards, and a mark that
    is 1 at the last step, where the answer is due. The lag is exact: no later input tells the bit.

    Args:
        batch: number of examples.
        lag: steps between the bit and the answer, at least 1.
        rng: generator or seed.
        noise: standard deviation of the distracting numbers on the first channel after step 0.

    Returns:
        inputs (batch, lag + 1, 2), float64, and targets (batch,), 0 or 1. Floor: ONE_BIT_FLOOR,
        ln 2 as cross-entropy and 50 % as accuracy.

    Raises:
        InputError: a size or a noise out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    lag = validate.whole_number("lag", lag)
    noise = validate.real_number("noise", noise, minimum=0)
    rng = generator(rng)
    targets = rng.integers(0, 2, size=batch)
    inputs = np.zeros((batch, lag + 1, 2))
    if noise:
        inputs[:, 1:, 0] = rng.normal(0, noise, size=(batch, lag))
    inputs[:, 0, 0] = 2 * targets - 1
    inputs[:, -1, 1] = 1.0
    return inputs, targets


def recall(batch, lag, rng):
    """Draw examples of marked recall: the bit of the marked step 0 is asked `lag` steps later.

    Two channels: a bit, -1 or +1, at every step, and a mark that is 1 at step 0. All bits look
    alike but for the mark, so a network has to learn at step 0 that this is the one to keep;
    in `one_bit` a state that holds whatever came in first may do.

    Args:
        batch: number of examples.
        lag: steps between the marked bit and the answer, at least 1.
        rng: generator or seed.

    Returns:
        inputs (batch, lag + 1, 2), float64, and targets (batch,), 0 or 1. Floor: ONE_BIT_FLOOR,
        ln 2 as cross-entropy and 50 % as accuracy.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    lag = validate.whole_number("lag", lag)
    bits = generator(rng).integers(0, 2, size=(batch, lag + 1))
    marks = np.zeros_like(bits)
    marks[:, 0] = 1
    return np.stack([2.0 * bits - 1, marks], axis=-1), bits[:, 0]


def temporal_order(batch, sequence_length, rng):
    """Draw examples of the temporal order task (Hochreiter and Schmidhuber 1997, experiment 6a).

    Two symbols, each X or Y, stand among distractors a, b, c, d: the first between 1/10 and 2/10
    of the sequence, the second between 4/10 and 5/10, as in Pascanu, Mikolov and Bengio (2013),
    section 4.1. The class is their order: XX, XY, YX or YY.

    Args:
        batch: number of examples.
        sequence_length: steps in each, at least 10.
        rng: generator or seed.

    Returns:
        inputs (batch, sequence_length, 6), one-hot in the order X, Y, a, b, c, d, and targets
        (batch,), 0 to 3 for XX, XY, YX, YY. Floor: TEMPORAL_ORDER_FLOOR, ln 4 as cross-entropy
        and 25 % as accuracy.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    sequence_length = validate.whole_number("sequence_length", sequence_length, 10)
    rng = generator(rng)
    ids = rng.integers(2, 6, size=(batch, sequence_length))
    symbols = rng.integers(0, 2, size=(batch, 2))
    rows, tenth = np.arange(batch), sequence_length / 10
    for column, (low, high) in enumerate(((1, 2), (4, 5))):
        low, high = int(low * tenth), max(int(high * tenth), int(low * tenth) + 1)
        ids[rows, rng.integers(low, high, size=batch)] = symbols[:, column]
    return one_hot(ids, 6), 2 * symbols[:, 0] + symbols[:, 1]


def copy(batch, delay, rng):
    """Draw examples of the copying task (Arjovsky, Shah and Bengio 2016, section 4.1).

    Ten symbols out of eight, then `delay` - 1 blanks, one delimiter and ten more blanks. The
    answer is blank until the last ten steps, where the ten symbols are due in their order.

    Args:
        batch: number of examples.
        delay: steps between the last symbol and the first answer (T in the paper), at least 1.
        rng: generator or seed.

    Returns:
        inputs (batch, delay + 20, 10), one-hot: symbols 0 to 7, blank 8, delimiter 9; and targets
        (batch, delay + 20), ids from 0 to 8. Floor: `copy_floor(delay)`.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    delay = validate.whole_number("delay", delay)
    blank, delimiter = COPY_SYMBOLS, COPY_SYMBOLS + 1
    symbols = generator(rng).integers(0, COPY_SYMBOLS, size=(batch, COPY_LENGTH))
    ids = np.full((batch, delay + 2 * COPY_LENGTH), blank)
    targets = ids.copy()
    ids[:, :COPY_LENGTH] = symbols
    ids[:, COPY_LENGTH + delay - 1] = delimiter
    targets[:, -COPY_LENGTH:] = symbols
    return one_hot(ids, COPY_SYMBOLS + 2), targets


def copy_floor(delay):
    """Return the floor of the copying task, the mean cross-entropy in nats without memory.

    Such a model answers the blanks rightly and guesses each of the ten symbols: 10 ln 8 nats over
    delay + 20 steps.

    Args:
        delay: as in `copy`.

    Raises:
        InputError: a delay out of range.
    """
    delay = validate.whole_number("delay", delay)
    return COPY_LENGTH * math.log(COPY_SYMBOLS) / (delay + 2 * COPY_LENGTH)
