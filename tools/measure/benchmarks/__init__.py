"""The parts of `make bench`: each prints what it measures and returns it as rows."""

from typing import NamedTuple


class Row(NamedTuple):
    """One comparison; without `beside` it is a measurement of ours alone.

    `what` is measured at `size` (empty where there is one size only); `unit` is the unit of `ours`
    and of `theirs`, and of units that end in 'a CPU second' more is better, else less.
    """

    what: str
    size: str
    ours: float
    unit: str
    beside: str = ""
    theirs: float | None = None

    def times(self):
        """Return how many times as fast ours is as theirs."""
        if self.unit.endswith("a CPU second"):
            return self.ours / self.theirs
        return self.theirs / self.ours
