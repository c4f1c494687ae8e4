"""The kinds of answers that an exercise inside a lesson can ask for, models apart.

Each kind holds what its author declares and gives a `Verdict` on an answer. Everything that a
student can do wrong ends in a sentence; an author's own mistakes are listed by `complaints`.
"""

import inspect
import re
import sys
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np

from utils.checks.values import compare, compare_numbers, described, same_form

NAME = re.compile(r"[1-9]\d*\.[1-9]\d*")
PRECISION = 1e-4                    # of the largest number, where an author names no tolerance
SLACK = 1 + 1e-9                    # 0.51 is within 0.01 of 0.5, whatever its last bit says
LONGEST_TEXT = 180                  # characters: with what stands before it, two lines
HINT = "Open the hint below."


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer: "not yet", "wrong" or "right", and the text behind it.

    `known` is False where an answer is wrong and the text cannot say why.
    """

    state: str
    text: str
    known: bool = True


def not_yet(text):
    """Return the verdict on an exercise that nobody has worked at."""
    return Verdict("not yet", text)


def wrong(text):
    """Return the verdict on a wrong answer of which the text tells the cause."""
    return Verdict("wrong", text)


def unexplained(text, otherwise):
    """Return the verdict on a wrong answer whose cause is not known."""
    return Verdict("wrong", f"{text} {otherwise}", known=False)


def cause(text):
    """Return an author's cause as a sentence; a clause gets its beginning."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"It looks as if {text}."


def stub(answer):
    """Return what is still to do when an answer is the lesson's own stub, else None."""
    if answer is None:
        return "The answer is None; give it a value."
    if isinstance(answer, str) and answer.strip() in ("", "...", "…", "?"):
        return "Write your answer between the quotes."
    return "Replace the three dots." if dots(answer) else None


def dots(answer):
    """Tell whether three dots stand for an answer, or for a part of it."""
    if answer is Ellipsis:
        return True
    if isinstance(answer, list | tuple | set):
        return any(map(dots, answer))
    if isinstance(answer, dict):
        return any(map(dots, answer.values()))
    return isinstance(answer, np.ndarray) and answer.dtype.kind == "O" and any(
        item is Ellipsis for item in answer.flat)


def plain(value):
    """Return a value with its tensors as NumPy arrays, of whatever backend they are."""
    if isinstance(value, tuple | list):
        items = [plain(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    keras = sys.modules.get("keras")
    if keras is not None and keras.ops.is_tensor(value):
        return keras.ops.convert_to_numpy(value)
    return value


def one_number(answer):
    """Return an answer as a float, or the sentence that says why it is none."""
    answer = plain(answer)
    if isinstance(answer, str):
        return f"Give a number without quotes; got {described(answer)}."
    if inspect.isroutine(answer):
        return f"Give the number that it returns; got {described(answer)}."
    try:
        array = np.asarray(answer)
    except Exception:
        return f"Give one number; got {described(answer)}."
    if array.size != 1 or array.dtype.kind not in "iuf":
        return f"Give one number; got {described(answer)}."
    number = float(array.reshape(()))
    return number if np.isfinite(number) else f"Give a finite number; got {number}."


def shown(number):
    """Return a number as a sentence shows it."""
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:.4g}"


def numeric(value):
    """Return a list or an array as an array of numbers, or None if it is something else."""
    if not isinstance(value, list | np.ndarray):
        return None
    try:
        array = np.asarray(value)
    except ValueError:               # rows of unequal length
        return None
    return array if array.dtype.kind in "iuf" else None


@dataclass(frozen=True)
class Turn:
    """What every exercise has.

    Args:
        name: its number, such as "4.2".
        right: what to notice, for a right answer; at most 180 characters.
        wrong: known mistakes; each kind says what stands in it. A cause is a whole sentence
            ("The gate belongs to the old c alone.") or a clause that follows "It looks as if".
        otherwise: the sentence for a wrong answer whose cause is not known.
    """

    name: str
    _: KW_ONLY
    right: str
    wrong: dict = field(default_factory=dict)
    otherwise: str = HINT

    def judge(self, answer):
        """Return the Verdict on a student's answer."""
        todo = stub(answer)
        return not_yet(todo) if todo else self.verdict(answer)

    def passed(self):
        """Return the verdict on a right answer."""
        return Verdict("right", self.right)

    def texts(self):
        """Return every text that the author wrote for a student."""
        causes = [side for pair in self.wrong.items() for side in pair
                  if isinstance(side, str) and len(side) > 1]
        return [self.right, self.otherwise, *causes]

    def complaints(self):
        """Return what is wrong with the definition itself, a sentence each."""
        found = [] if NAME.fullmatch(self.name) else [f"its name {self.name!r} is not like '4.2'"]
        found += [f"a text has {len(text)} characters; {LONGEST_TEXT} are allowed: {text[:40]}..."
                  for text in self.texts() if len(text) > LONGEST_TEXT]
        if not self.right.rstrip().endswith((".", "!", "?")):
            found.append(f"what to notice is no sentence: {self.right!r}")
        return found + self.faults()


@dataclass(frozen=True)
class Number(Turn):
    """One number.

    Args:
        name: see Turn.
        answer: the right number.
        within: how far an answer may be from it; by default a ten-thousandth of it.
        right: see Turn.
        wrong: {number, or (lowest, highest): cause}.
        otherwise: see Turn.
    """

    answer: float
    _: KW_ONLY
    within: float | None = None

    def allowed(self):
        """Return how far a right answer may be away."""
        return PRECISION * abs(self.answer) if self.within is None else self.within

    def matches(self, key, number):
        """Tell whether a number is the mistake of this key."""
        if isinstance(key, tuple):
            return key[0] <= number <= key[1]
        return abs(number - key) <= max(self.allowed(), PRECISION * abs(key))

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        number = one_number(answer)
        if isinstance(number, str):
            return wrong(number)
        away = abs(number - self.answer)
        if away <= self.allowed() * SLACK:
            return self.passed()
        known = [text for key, text in self.wrong.items() if self.matches(key, number)]
        if known:
            return wrong(cause(known[0]))
        if self.answer and abs(number + self.answer) <= self.allowed():
            return wrong(f"{shown(number)} has the wrong sign.")
        for factor, text in ((100, "is per cent; give it as a share of 1"),
                             (0.01, "is a share of 1; give it in per cent")):
            if self.answer and abs(number / factor - self.answer) <= self.allowed():
                return wrong(f"{shown(number)} {text}.")
        if away <= 10 * self.allowed():
            return wrong(f"{shown(number)} is near, but not near enough: round later, or less.")
        return unexplained(f"{shown(number)} is not the answer.", self.otherwise)

    def faults(self):
        """Return what is wrong with the numbers of the definition."""
        return [f"the mistake {key} counts as right" for key in self.wrong
                if (key[0] <= self.answer <= key[1] if isinstance(key, tuple)
                    else abs(key - self.answer) <= self.allowed())]


@dataclass(frozen=True)
class Score(Turn):
    """What a trained model reaches: a number in a range, taken from a history where one is given.

    Args:
        name: see Turn.
        at_least: the smallest number that counts.
        at_most: the largest number that counts.
        metric: for a `History` or its dict: which entry; its last value counts.
        right: see Turn.
        wrong: {(lowest, highest): cause}.
        otherwise: see Turn.
    """

    _: KW_ONLY
    at_least: float = -np.inf
    at_most: float = np.inf
    metric: str = ""

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        table = getattr(answer, "history", answer)
        if isinstance(table, dict):
            if not table:
                return wrong("The history is empty: train with `fit` first.")
            if self.metric not in table:
                return wrong(f"There is no {self.metric!r} in it, only {', '.join(table)}. "
                             "Was `validation_data`, or the metric, left out?")
            values = table[self.metric]
            answer = values[-1] if isinstance(values, list) and values else values
        elif isinstance(answer, list | tuple) and len(answer) > 1:
            return wrong(f"Give one number; got {described(answer)}. `evaluate` returns the loss "
                         "first, then each metric.")
        number = one_number(answer)
        if isinstance(number, str):
            return wrong(number)
        if self.at_least <= number <= self.at_most:
            return Verdict("right", f"You have {shown(number)}. {self.right}")
        known = [text for (low, high), text in self.wrong.items() if low <= number <= high]
        if known:
            return wrong(f"You have {shown(number)}. {cause(known[0])}")
        if self.at_least <= number / 100 <= self.at_most <= 1:
            return wrong(f"{shown(number)} is per cent; give it as a share of 1.")
        bound = (f"{shown(self.at_least)} or more" if number < self.at_least
                 else f"{shown(self.at_most)} or less")
        return unexplained(f"You have {shown(number)}; it should be {bound}.", self.otherwise)

    def faults(self):
        """Return what is wrong with the ranges of the definition."""
        found = [f"the mistake {low} to {high} overlaps what is right" for low, high in self.wrong
                 if high >= self.at_least and low <= self.at_most]
        if self.at_least == -np.inf and self.at_most == np.inf:
            found.append("every number is right: give at_least or at_most")
        return found


@dataclass(frozen=True)
class Choice(Turn):
    """One of several.

    Args:
        name: see Turn.
        answer: the right option, such as "b" or 3.
        right: see Turn.
        wrong: {option: cause} for every other option.
        otherwise: see Turn.
    """

    answer: str | int

    @staticmethod
    def option(answer):
        """Return an option as it is compared: 'B)' and 'b' are the same, and so are '2' and 2."""
        return str(answer).strip().strip("().").lower()

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        causes = {self.option(key): text for key, text in self.wrong.items()}
        given, correct = self.option(answer), self.option(self.answer)
        if given == correct:
            return self.passed()
        if given in causes:
            return wrong(cause(causes[given]))
        options = sorted([correct, *causes])
        return wrong(f"Answer with {', '.join(options[:-1])} or {options[-1]}; got "
                     f"{described(answer)}.")

    def faults(self):
        """Return what is wrong with the options of the definition."""
        options = [self.option(key) for key in (self.answer, *self.wrong)]
        found = [] if self.wrong else ["there is nothing to choose from"]
        if len(set(options)) < len(options):
            found.append("an option stands twice")
        return found


@dataclass(frozen=True)
class Array(Turn):
    """An array, a list, a shape, or a dict of these.

    Args:
        name: see Turn.
        answer: the right one.
        within: how far a number in a list or an array may be from the right one; by default a
            ten-thousandth of the largest number.
        right: see Turn.
        wrong: {cause: the array that it gives}.
        otherwise: see Turn.
    """

    answer: Any
    _: KW_ONLY
    within: float | None = None

    def difference(self, expected, answer):
        """Return None if an answer agrees, or how it differs."""
        numbers = numeric(expected)
        if numbers is None:
            return compare(expected, answer, "it", PRECISION)
        largest = max(np.abs(numbers).max(initial=0), 1e-3)
        precision = PRECISION if self.within is None else self.within * SLACK / largest
        return compare_numbers(numbers, answer, "it", precision)

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        answer = plain(answer)
        if inspect.isroutine(answer):
            return wrong(f"Give what it returns; got {described(answer)}.")
        problem = self.difference(self.answer, answer)
        if problem is None:
            return self.passed()
        for text, value in self.wrong.items():
            if self.difference(value, answer) is None:
                return wrong(cause(text))
        if not same_form(self.answer, answer):
            return wrong(f"{problem[0].upper()}{problem[1:]}.")
        return unexplained(self.first_fault(answer), self.otherwise)

    def first_fault(self, answer):
        """Return the place and the value of what is wrong; the right value is not given away."""
        if (numbers := numeric(self.answer)) is not None:
            given = np.asarray(answer)
            away = np.abs(given.astype(float) - numbers)
            place = np.unravel_index(np.argmax(np.where(np.isnan(away), np.inf, away)), away.shape)
            return f"At [{', '.join(map(str, place))}] you have {shown(given[place])}."
        if isinstance(self.answer, dict | list | tuple):
            keys = self.answer if isinstance(self.answer, dict) else range(len(self.answer))
            key = next(key for key in keys if self.difference(self.answer[key], answer[key]))
            return f"At [{key!r}] you have {described(answer[key])}."
        return f"You have {described(answer)}."

    def faults(self):
        """Return what is wrong with the values of the definition."""
        values = list(self.wrong.items())
        found = [f"the mistake counts as right: {text}" for text, value in values
                 if self.difference(self.answer, value) is None]
        return found + [f"two mistakes give the same: {one}; {other}"
                        for number, (one, value) in enumerate(values)
                        for other, same in values[:number] if self.difference(same, value) is None]
