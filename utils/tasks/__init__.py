"""Generated sequence tasks with known floors: what a model without memory can reach at best."""

from utils.tasks import entities, gestures, handovers, reber, reviews, stories, sums, totals
from utils.tasks.lags import (
    ADDING_FLOOR,
    COPY_LENGTH,
    COPY_SYMBOLS,
    ONE_BIT_FLOOR,
    TEMPORAL_ORDER_FLOOR,
    adding,
    copy,
    copy_floor,
    generator,
    one_bit,
    one_hot,
    recall,
    temporal_order,
)

__all__ = ["ADDING_FLOOR", "COPY_LENGTH", "COPY_SYMBOLS", "ONE_BIT_FLOOR", "TEMPORAL_ORDER_FLOOR",
           "adding", "copy", "copy_floor", "entities", "generator", "gestures", "handovers",
           "one_bit", "one_hot", "reber", "recall", "reviews", "stories", "sums",
           "temporal_order", "totals"]
