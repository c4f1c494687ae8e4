"""Instant feedback: `turn` inside a lesson, `check` in an assignment, `progress` over all lessons.

The exercises inside a lesson are declared in one place, `utils/checks/lesson_NN.py`, as a list
TURNS; in the lesson, the last line of an exercise's cell is `checks.turn("4.1", answer)`:

>>> from utils.checks.declare import Array, Choice, Function, Model, Number, Score, layer
>>> def write(c, i, g):
...     return c + i * g
>>> TURNS = [
...     Number("9.1", 0.12, within=0.005,
...            right="Notice that a product forgets, whatever it is told to keep.",
...            wrong={18: "18 is 0.9 times 20; the number is multiplied 20 times, so 0.9 ** 20."}),
...     Choice("9.2", "b", right="Notice that each gate has its own weights.",
...            wrong={"a": "With one gate the cell could not write without forgetting.",
...                   "c": "Three of the four are gates; the fourth is the candidate."}),
...     Function("9.3", write, inputs=[(2.0, 0.1, -1.0), (0.5, 1.0, 0.3)],
...              right="Notice that nothing here multiplies c.",
...              wrong={"the gate multiplies the old c too": lambda c, i, g: i * (c + g),
...                     "the gate is left out": lambda c, i, g: c + g}),
...     Array("9.4", (64, 10, 32), right="Notice that each step has a state of its own.",
...           wrong={"`return_sequences` is left out": (64, 32)}),
...     Model("9.5", [layer("LSTM", units=32), layer("Dense", units=1)], compiled=True,
...           right="Notice that the Dense layer sees the last state alone.",
...           wrong={"The first layer must be an LSTM; a SimpleRNN has no second state.":
...                  lambda model: type(model.layers[0]).__name__ == "SimpleRNN"}),
...     Score("9.6", at_least=0.9, at_most=1, metric="val_accuracy",
...           right="Notice how early it got there.",
...           wrong={(0, 0.2): "That is what guessing gives; is the forget gate open?"})]
>>> from utils.checks.turns import spoken
>>> for name, answer in [("9.1", ...), ("9.1", 18), ("9.1", 0.1216), ("9.2", "C)")]:
...     print(spoken(name, next(one for one in TURNS if one.name == name).judge(answer)))
Your turn 9.1: not yet. Replace the three dots.
Your turn 9.1: not right yet. 18 is 0.9 times 20; the number is multiplied 20 times, so 0.9 ** 20.
Your turn 9.1: right. Notice that a product forgets, whatever it is told to keep.
Your turn 9.2: not right yet. Three of the four are gates; the fourth is the candidate.
"""

from utils.checks.assignments import FOLDER, check, stored, verdict
from utils.checks.turns import progress, turn
from utils.checks.values import compare, described

__all__ = ["FOLDER", "check", "compare", "described", "progress", "stored", "turn", "verdict"]
