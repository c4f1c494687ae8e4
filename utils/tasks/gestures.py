"""Gestures of a pen, short series of x and y: a circle one way or the other, a zigzag."""

import numpy as np

from utils import validate
from utils.tasks.lags import generator

NAMES = ("anticlockwise", "clockwise", "zigzag")
SHORTEST, LONGEST = 8, 20


def draw(count, rng):
    """Draw gestures of different sizes, places, lengths and starting points, with a shaky hand.

    The places that a circle visits do not tell which way it was drawn: the order of the steps does.

    Args:
        count: number of gestures of each kind.
        rng: generator or seed.

    Returns:
        List of arrays (steps, 2) with x and y in centimetres, 8 to 20 steps, and the list of their
        names, of NAMES; the kinds take turns.

    Raises:
        InputError: a count below 1, or no generator.
    """
    count = validate.whole_number("count", count)
    rng = generator(rng)
    names = list(NAMES) * count
    return [_one(name, rng) for name in names], names


def _one(name, rng):
    """Return one gesture, (steps, 2)."""
    steps = int(rng.integers(SHORTEST, LONGEST + 1))
    size, place = rng.uniform(1, 3), rng.normal(0, 1, 2)
    way = np.linspace(0, 1, steps)
    if name == "zigzag":
        turns = rng.uniform(2, 4)
        points = np.stack([2 * way - 1, np.abs(2 * (turns * way % 1) - 1) - 0.5], axis=1)
    else:
        turn = 2 * np.pi * way * (1 if name == "anticlockwise" else -1) + rng.uniform(0, 2 * np.pi)
        points = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return place + size * points + rng.normal(0, 0.1, (steps, 2))


def table(count, rng):
    """Return gestures as the text of a CSV file: gesture, step, x, y, name; a row a step.

    Args:
        count: number of gestures of each kind.
        rng: generator or seed.
    """
    rows = [f"{number},{step},{x:.2f},{y:.2f},{name}"
            for number, (points, name) in enumerate(zip(*draw(count, rng), strict=True))
            for step, (x, y) in enumerate(points)]
    return "\n".join(["gesture,step,x,y,name", *rows, ""])
