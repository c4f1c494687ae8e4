"""A running total that starts afresh at a mark: the least task in which a state must be emptied."""

import numpy as np

from utils import validate
from utils.tasks.lags import generator

MARKED = 0.2


def draw(batch, sequence_length, rng):
    """Draw numbers from -1 to 1, some of them marked, and their totals since the last mark.

    Args:
        batch: number of sequences.
        sequence_length: steps in each; the first is marked, each other with probability MARKED.
        rng: generator or seed.

    Returns:
        Inputs (batch, sequence_length, 2) float32, the number and its mark (0 or 1), and the totals
        (batch, sequence_length, 1) float32, the marked number included.

    Raises:
        InputError: a size below 1, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    sequence_length = validate.whole_number("sequence_length", sequence_length)
    rng = generator(rng)
    numbers = rng.uniform(-1, 1, (batch, sequence_length))
    marks = rng.random((batch, sequence_length)) < MARKED
    marks[:, 0] = True
    total, totals = np.zeros(batch), []
    for number, mark in zip(numbers.T, marks.T, strict=True):
        total = np.where(mark, 0, total) + number
        totals.append(total)
    inputs = np.stack([numbers, marks], axis=2)
    return inputs.astype("float32"), np.stack(totals, axis=1)[..., None].astype("float32")
