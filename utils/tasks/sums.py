"""Sums such as '535+61', written digit by digit: one task, and three ways to present it.

The draw is that of the Keras example `addition_rnn`: each number has 1 to `digits` digits, each
count of digits and each digit equally often, and no question occurs twice, nor with its two
numbers exchanged.
"""

import numpy as np

from utils import validate
from utils.tasks.lags import generator

CHARACTERS = "0123456789+ "
BLANK = CHARACTERS.index(" ")
MOST_DIGITS = 6


def draw(count, rng, digits=3):
    """Draw different questions.

    Args:
        count: how many; at most half of all there are.
        rng: generator or seed.
        digits: most digits of a number, 1 to MOST_DIGITS.

    Returns:
        (count, 2) whole numbers.

    Raises:
        InputError: a size out of range, or no generator.
    """
    validate.whole_number("digits", digits, 1, MOST_DIGITS)
    all_pairs = 10 ** digits * (10 ** digits + 1) // 2
    validate.whole_number("count", count, 1, all_pairs // 2)
    rng, found = generator(rng), np.zeros((0, 2), int)
    while len(found) < count:
        length = rng.integers(1, digits + 1, size=(count, 2))
        found = np.concatenate([found, rng.integers(0, 10 ** length)])
        _, first = np.unique(np.sort(found, axis=1), axis=0, return_index=True)
        found = found[np.sort(first)]
    return found[:count]


def as_text(pairs, digits=3, reverse=True):
    """Present sums as text: the question '535+61 ' and the answer '596 ', as character ids.

    Args:
        pairs: (count, 2) whole numbers, below 10^digits.
        digits: most digits of a number.
        reverse: write the question backwards.

    Returns:
        questions (count, 2 digits + 1) and answers (count, digits + 1), ids in CHARACTERS.

    Raises:
        InputError: no pairs, or a number out of range.
    """
    pairs = _pairs(pairs, digits)
    questions = [f"{a}+{b}".ljust(2 * digits + 1)[::-1 if reverse else 1] for a, b in pairs]
    answers = [str(a + b).ljust(digits + 1) for a, b in pairs]
    return _ids(questions), _ids(answers)


def as_columns(pairs, digits=3):
    """Present sums as on paper: both numbers one above the other, from the units to the left.

    Args:
        pairs: (count, 2) whole numbers, below 10^digits.
        digits: most digits of a number.

    Returns:
        columns (count, digits + 1, 2) and answers (count, digits + 1), digits 0 to 9: the answer
        to step k is the digit of 10^k of the sum. The last column is 0 and 0: room for the carry.

    Raises:
        InputError: no pairs, or a number out of range.
    """
    pairs = _pairs(pairs, digits)
    places = 10 ** np.arange(digits + 1)
    columns = pairs[:, None, :] // places[:, None] % 10
    return columns, pairs.sum(axis=1)[:, None] // places % 10


def as_interleaved_text(pairs, digits=3):
    """Present the columns one digit after the other: 5 1 3 6 5 0 for 535 + 61, answer 6 9 5 0.

    Args:
        pairs: (count, 2) whole numbers, below 10^digits.
        digits: most digits of a number.

    Returns:
        questions (count, 2 digits) and answers (count, digits + 1), ids in CHARACTERS.

    Raises:
        InputError: no pairs, or a number out of range.
    """
    columns, answers = as_columns(pairs, digits)
    return columns[:, :digits].reshape(len(columns), -1), answers


def _pairs(pairs, digits):
    """Return pairs as an integer array after checking their range."""
    validate.whole_number("digits", digits, 1, MOST_DIGITS)
    return validate.token_ids("pairs", pairs, 10 ** digits, ("count", 2))


def _ids(texts):
    """Return texts of equal length as character ids."""
    return np.array([[CHARACTERS.index(character) for character in text] for text in texts])
