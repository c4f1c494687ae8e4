"""What an exercise is, and the eight assignments with their exercises."""

import copy
import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from utils import checks, validate, wire

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "coursework" / "source"
ASSIGNMENTS = ("01_rnn_types", "02_bptt", "03_gradient_problems", "04_lstm", "05_gru",
               "06_bidirectional_rnn", "07_seq2seq", "08_word2vec")


@dataclass(frozen=True)
class Case:
    """One call of a student's function.

    Args:
        args: what it is called with; a text that is a key of `given` stands for that function.
        what: what is special about the input, in words; public if the case is a probe.
        given: {name: Python expression of a function}, built from NumPy alone.
    """

    args: tuple
    what: str = "random numbers"
    given: dict = field(default_factory=dict)

    def ask(self, function):
        """Return what a function answers, given its own copy of the arguments."""
        given = {name: eval(text, {"np": np}) for name, text in self.given.items()}
        args = [given.get(item, item) if isinstance(item, str) else item
                for item in copy.deepcopy(self.args)]
        return function(*args)

    def packed(self):
        """Return the call as plain data."""
        return {"args": wire.pack(self.args), "given": self.given, "what": self.what}


@dataclass(frozen=True)
class Exercise:
    """A function that a student writes.

    Args:
        name: its number, such as "4-1": assignment and place.
        function: the function's name.
        points: for a right function; a wrong one has none.
        reference: a right function, written apart from the solution in source/.
        probes: public cases, from the simplest to the general one, each naming what it isolates.
        cases: function of a NumPy generator that returns fresh hidden cases, in other sizes.
        mistakes: {clause that follows 'It looks as if': wrong function}.
        equivalent: {mutant of the solution: why it is right as well}; see tests/mutants.py.
        keras: the function may take Keras's time and memory.
    """

    name: str
    function: str
    points: int
    reference: Callable
    probes: tuple
    cases: Callable
    mistakes: dict = field(default_factory=dict)
    equivalent: dict = field(default_factory=dict)
    keras: bool = False

    def problem(self, case, answer):
        """Return None if an answer to a case is right, or one sentence."""
        return checks.compare(case.ask(self.reference), answer)

    def stored(self):
        """Return what data/checks holds of this exercise: probes, answers, answers of mistakes."""
        probes = []
        for probe in self.probes:
            wrong = {}
            for name, function in self.mistakes.items():
                try:
                    wrong[name] = wire.pack(probe.ask(function))
                except Exception:  # a mistake may stop where the right function does not
                    continue
            probes.append({**probe.packed(), "expected": wire.pack(probe.ask(self.reference)),
                           "mistakes": wrong})
        return {"function": self.function, "probes": probes}


@dataclass(frozen=True)
class Explained:
    """A question that is answered in words and marked by hand."""

    name: str
    points: int


@functools.cache
def load(assignment):
    """Return the exercises of an assignment, in order.

    Args:
        assignment: its name, such as "04_lstm".

    Raises:
        InputError: there is no such assignment.
    """
    validate.one_of("assignment", assignment, available())
    return importlib.import_module(f"coursework.hidden.a{assignment}").EXERCISES


def available():
    """Return the names of the assignments that exist."""
    return tuple(name for name in ASSIGNMENTS if source(name).is_file())


def source(assignment):
    """Return the path of an assignment's notebook with solutions."""
    return SOURCE / assignment / f"assignment_{assignment}.ipynb"


def solved(assignment):
    """Return an assignment as a student hands it in who solved everything, a NotebookNode."""
    import nbformat
    notebook = nbformat.read(source(assignment), as_version=4)
    for cell in notebook.cells:
        lines = [line for line in cell.source.splitlines() if "### BEGIN SOLUTION" not in line
                 and "### END SOLUTION" not in line]
        cell.source = "\n".join(lines)
        if cell.cell_type == "code":
            cell.execution_count = 1
    return notebook


def coded(assignment):
    """Return the exercises of an assignment that are functions."""
    return [exercise for exercise in load(assignment) if isinstance(exercise, Exercise)]
