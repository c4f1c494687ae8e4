"""An exercise whose answer is a function: called with a few inputs, compared by its values."""

import contextlib
import copy
import inspect
import io
import sys
import traceback
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from utils.checks.kinds import (
    PRECISION,
    Turn,
    cause,
    not_yet,
    plain,
    stub,
    unexplained,
    wrong,
)
from utils.checks.values import compare, described, same_form

LONGEST_CALL = 60                   # characters of a call that a sentence spells out
LONGEST_ERROR = 100
LONGEST_LINE = 50


class StoppedError(Exception):
    """A student's function raised; the message is a sentence for the student."""


class UnwrittenError(Exception):
    """A student's function is still the stub; the message says what to do."""


@contextlib.contextmanager
def listening():
    """Collect what is printed inside, and print it after all at the end."""
    heard = io.StringIO()
    try:
        with contextlib.redirect_stdout(heard):
            yield heard
    finally:
        sys.stdout.write(heard.getvalue())


def named(function):
    """Return what a sentence calls a student's function."""
    name = getattr(function, "__name__", "<lambda>")
    return "your function" if name == "<lambda>" else name


def shortened(text, most):
    """Return a text, with dots in place of what is too long."""
    return text if len(text) <= most else f"{text[:most].rstrip()}..."


def where(error, function):
    """Return the line of a student's function in which an error arose, or ""."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if code and frame.filename == code.co_filename]
    return shortened(lines[-1], LONGEST_LINE) if lines and lines[-1] else ""


def sentence(error, function):
    """Return an error as a sentence with its type, its text and the student's line."""
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    text, line = shortened(text.rstrip("."), LONGEST_ERROR), where(error, function)
    return f"stops with {text}" + (f", in the line `{line}`." if line else ".")


def guarded(function, *args):
    """Call a student's function.

    Returns:
        Its result, and what it printed.

    Raises:
        UnwrittenError: it is not written yet.
        StoppedError: it raised.
    """
    name = named(function)
    try:
        with listening() as heard, np.errstate(all="ignore"):
            result = function(*args)
    except NotImplementedError:
        raise UnwrittenError("Replace the line that raises NotImplementedError.") from None
    except (Exception, SystemExit) as error:
        if "ellipsis" in str(error).lower():      # three dots were left inside a formula
            raise UnwrittenError(f"Replace the three dots in {name}.") from None
        raise StoppedError(f"{name} {sentence(error, function)}") from None
    return result, heard.getvalue()


def unwritten(function, result, printed):
    """Return the Verdict on a function whose result says that it is not written, or None."""
    name = named(function)
    if result is None and printed:
        return wrong(f"{name} prints its result; write `return` in place of `print`.")
    if result is None:
        return not_yet(f"{name} returns nothing; write its lines, and `return` the result.")
    return not_yet(f"Replace the three dots in {name}.") if stub(result) else None


def spelled(value):
    """Return an argument as one would write it, or "" if that is too long."""
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    text = repr(value.tolist() if isinstance(value, np.ndarray) else value)
    return text if len(text) <= LONGEST_CALL // 2 else ""


@dataclass(frozen=True)
class Function(Turn):
    """A function.

    Args:
        name: see Turn.
        reference: the right function; its name and its arguments are those that students see.
        inputs: list of inputs, or {what is special about it: input}; an input is a tuple of
            arguments, or one argument that is no tuple.
        precision: how far a result may be off, relative to its largest number.
        right: see Turn.
        wrong: {cause: function that makes this mistake}. It is recognised by its values, however
            a student writes it; so the inputs must tell it from the right function.
        otherwise: see Turn.
    """

    reference: Callable
    _: KW_ONLY
    inputs: list | dict = field(default_factory=list)
    precision: float = PRECISION

    def cases(self):
        """Return a list of (what stands for the input in a sentence, arguments)."""
        pairs = (self.inputs.items() if isinstance(self.inputs, dict)
                 else [("", given) for given in self.inputs])
        found, name = [], self.reference.__name__
        for number, (what, given) in enumerate(pairs, 1):
            args = given if isinstance(given, tuple) else (given,)
            written = [spelled(arg) for arg in args]
            call = f"{name}({', '.join(written)})"
            if not what:
                short = all(written) and len(call) <= LONGEST_CALL and name != "<lambda>"
                what = call if short else f"input {number} of {len(self.inputs)}"
            found.append((what, args))
        return found

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        if not callable(answer):
            return wrong(f"Give the function itself, without brackets; got {described(answer)}.")
        if problem := self.misfit(answer):
            return wrong(problem)
        results = []
        for what, args in self.cases():
            mine = copy.deepcopy(args)
            try:
                result, printed = guarded(answer, *mine)
            except UnwrittenError as error:
                return not_yet(str(error))
            except StoppedError as error:
                return wrong(f"For {what}, {error}" if len(self.inputs) > 1 else str(error))
            if not results and (todo := unwritten(answer, result, printed)):
                return todo
            for name, before, after in zip(self.arguments(), args, mine, strict=False):
                if not callable(before) and compare(before, after, "it") is not None:
                    return wrong(f"{named(answer)} changes its input {name}; make a new array "
                                 "instead.")
            results.append(plain(result))
        return self.compared(results)

    def compared(self, results):
        """Return the Verdict on the results for all inputs."""
        rows = [(what, plain(self.reference(*copy.deepcopy(args))), result)
                for (what, args), result in zip(self.cases(), results, strict=True)]
        failing = [(what, expected, result, problem) for what, expected, result in rows
                   if (problem := compare(expected, result, "the result", self.precision))]
        if not failing:
            return self.passed()
        what, expected, result, problem = failing[0]
        problem = f"For {what}, {problem}."
        for text, function in self.wrong.items():
            if self.same(function, results):
                return wrong(f"{cause(text)} {problem}")
        if not same_form(expected, result):
            return wrong(problem)
        return unexplained(problem, self.otherwise)

    def arguments(self):
        """Return the names of the reference's arguments."""
        return list(inspect.signature(self.reference).parameters)

    def misfit(self, answer):
        """Return the sentence for a function that cannot take the arguments, or None."""
        try:
            signature = inspect.signature(answer)
        except (TypeError, ValueError):           # some functions of C do not tell
            return None
        try:
            signature.bind(*self.cases()[0][1])
        except TypeError:
            wanted = ", ".join(self.arguments())
            return (f"{named(answer)} takes "
                    f"({', '.join(signature.parameters)}); it should take ({wanted}).")
        return None

    def same(self, function, results):
        """Tell whether a known mistake gives exactly these results."""
        for (_, args), result in zip(self.cases(), results, strict=True):
            try:
                with np.errstate(all="ignore"):
                    expected = plain(function(*copy.deepcopy(args)))
            except Exception:   # a mistake may stop where the right function does not
                return False
            if compare(expected, result, "it", self.precision) is not None:
                return False
        return True

    def faults(self):
        """Return what is wrong with the inputs and the known mistakes."""
        if not self.inputs:
            return ["it has no inputs"]
        found, given = [], {}
        for text, function in {"": self.reference, **self.wrong}.items():
            try:
                given[text] = [plain(function(*copy.deepcopy(args))) for _, args in self.cases()]
            except Exception as error:
                found.append(f"its function for {text or 'the right answer'!r} stops: {error!r}")
        pairs = [(one, other) for number, one in enumerate(given) for other in [*given][:number]]
        for one, other in pairs:
            if self.same((self.wrong | {"": self.reference})[one], given[other]):
                found.append(f"the mistake counts as right: {one}" if not other else
                             f"two mistakes give the same: {other}; {one}")
        return found
