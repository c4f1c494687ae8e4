"""Sweeps that are too long for a lesson; one module a lesson, each with a list SWEEPS."""

from collections.abc import Callable
from typing import NamedTuple


class Sweep(NamedTuple):
    """One setting of one experiment, run once per seed.

    Attributes:
        tasks: names of the measured figures as in the table, each starting with the lesson.
        setting: model and hyperparameters, as a reader would say them.
        run: function of the seed that returns a (result, unit) pair per name in `tasks`.
        seeds: the seeds, or None for those of the command line.
    """

    tasks: tuple
    setting: str
    run: Callable
    seeds: tuple | None = None
