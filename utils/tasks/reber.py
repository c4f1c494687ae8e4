"""The continual embedded Reber grammar: an endless stream in which old memories must go.

A Reber string is a walk through a small graph (Reber 1967). Embedded in B T ... T E or B P ... P E
(Cleeremans, Servan-Schreiber and McClelland 1989) it asks for a memory: the last but one symbol is
the second one again. In the continual form (Gers, Schmidhuber and Cummins 2000, section 4) strings
follow each other without a mark, and no state is ever reset from outside.
"""

import numpy as np

from utils import validate
from utils.tasks.lags import generator

SYMBOLS = "BTPSXVE"
# Inner graph: node -> [(symbol, next node), ...]; every fork is taken with probability 1/2.
INNER = {0: [("B", 1)], 1: [("T", 2), ("P", 3)], 2: [("S", 2), ("X", 4)], 3: [("T", 3), ("V", 5)],
         4: [("X", 3), ("S", 6)], 5: [("P", 4), ("V", 6)], 6: [("E", 7)]}


def _graph():
    """Return the endless graph as arrays: symbol and next node by node and coin; recall by node.

    It holds the inner graph twice, once behind T and once behind P, and leads back to its start.
    """
    arrows = {"start": [("B", "outer")], "outer": [(word, (word, 0)) for word in "TP"],
              "end": [("E", "start")]}
    for word in "TP":
        for node, steps in INNER.items():
            arrows[word, node] = [(symbol, (word, following)) for symbol, following in steps]
        arrows[word, len(INNER)] = [(word, "end")]
    number = {node: position for position, node in enumerate(arrows)}
    symbols = [[SYMBOLS.index(steps[coin % len(steps)][0]) for coin in (0, 1)]
               for steps in arrows.values()]
    following = [[number[steps[coin % len(steps)][1]] for coin in (0, 1)]
                 for steps in arrows.values()]
    recall = [node in (("T", len(INNER)), ("P", len(INNER))) for node in arrows]
    return np.array(symbols), np.array(following), np.array(recall)


_SYMBOL, _FOLLOWING, _RECALL = _graph()


def draw(batch, sequence_length, rng):
    """Draw streams of embedded Reber strings, one behind the other without any mark between.

    Args:
        batch: number of streams; each starts with a string.
        sequence_length: symbols in each stream; the last string may be cut.
        rng: generator or seed.

    Returns:
        inputs: symbols as ids into SYMBOLS, (batch, sequence_length).
        possible: which symbols may come next, (batch, sequence_length, 7), bool.
        recall: True where the next symbol is the T or P that only memory can tell, (batch,
            sequence_length), bool. Floor there: 1/2, the second symbol being a fair draw.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    length = validate.whole_number("sequence_length", sequence_length)
    rng = generator(rng)
    coins = rng.integers(0, 2, size=(length, batch))
    nodes, inputs = np.zeros((2, length, batch), dtype=int)
    node = np.zeros(batch, dtype=int)
    for step, coin in enumerate(coins):
        inputs[step] = _SYMBOL[node, coin]
        nodes[step] = node = _FOLLOWING[node, coin]
    possible = np.zeros((len(_SYMBOL), len(SYMBOLS)), dtype=bool)
    np.put_along_axis(possible, _SYMBOL, True, axis=1)
    return inputs.T, possible[nodes.T], _RECALL[nodes.T]
