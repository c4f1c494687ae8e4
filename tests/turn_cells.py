"""Read the exercises of a lesson, and run one in the state of the notebook before it.

No network is trained for that: of the cells before an exercise only those run that define the
names which it needs, and the names which these need. Where that is not the right choice, the
exercise's code cell lists the ids of the cells to run in its metadata, as `"needs": [...]`.
"""

import ast
import builtins
import contextlib
import io
import linecache
import os
import re
import symtable
import sys
import traceback
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

from utils.checks import turns

CALL = re.compile(r'checks\.turn\("([^"]+)"(?:, .+)?\)')
QUESTION = re.compile(r"\*\*Your turn (\d+\.\d+) \(\d+ minutes?\)\.\*\* \S")
THINKING = re.compile(r"\*\*Your turn \(\d+ minutes?\)\.\*\* \S")
FOLDED = re.compile(r"<details><summary>(\w+)</summary>(.*?)</details>", re.DOTALL)
# Behind a tag, Markdown begins after an empty line; without it a page shows the marks themselves.
CODE = re.compile(r"\n\n```python\n(.*?)\n```\s*\n", re.DOTALL)
UNREAD = re.compile(r"(?!\s*?\n\s*?\n).*?[`*]", re.DOTALL)
FEWEST_WRONG = 4


@dataclass
class Exercise:
    """An exercise as it stands in a lesson: its stub, its last line, and the folded solution."""

    name: str
    cell: int
    stub: str
    last: str
    solution: str


@dataclass
class Told:
    """What a student is told: the verdict, or the traceback where the cell itself stopped."""

    state: str
    text: str
    known: bool = True


def unquoted(source):
    """Return a cell's Markdown without the marks of a quotation."""
    return re.sub(r"^> ?", "", source, flags=re.MULTILINE)


def folded(notebook, number):
    """Return {summary: text} of what is folded around the code cell with this number."""
    around = [notebook.cells[at].source for at in (number - 1, number + 1)
              if 0 <= at < len(notebook.cells) and notebook.cells[at].cell_type == "markdown"]
    return dict(FOLDED.findall("\n".join(map(unquoted, around))))


def read(notebook):
    """Return (exercises of a lesson, faults of their form)."""
    found, faults = [], []
    for number, cell in enumerate(notebook.cells):
        text = unquoted(cell.source)
        if cell.cell_type == "markdown":
            faults += question_faults(notebook, number, text)
            continue
        calls = CALL.findall(cell.source)
        if "checks.turn" not in cell.source:
            continue
        *lines, last = cell.source.rstrip().splitlines()
        if len(calls) != 1 or cell.source.count("checks.turn") != 1 or not CALL.fullmatch(last):
            faults.append(f'cell {number}: its last line is no checks.turn("4.1", answer)')
            continue
        name, = calls
        before = notebook.cells[number - 1].source if number else ""
        asked = QUESTION.match(unquoted(before))
        if not before.startswith("> ") or not asked or asked[1] != name:
            faults.append(f"{name}: the cell before it does not begin with "
                          f"> **Your turn {name} (3 minutes).** and the question")
        texts = folded(notebook, number)
        if not texts.get("Hint", "").strip():
            faults.append(f"{name}: there is no folded hint")
        code = CODE.search(texts.get("Solution", ""))
        if not code:
            faults.append(f"{name}: there is no folded solution with code behind an empty line")
        found.append(Exercise(name, number, "\n".join(lines), last, code[1] if code else ""))
    return found, faults


def question_faults(notebook, number, text):
    """Return what is wrong with a question: without its code cell, or without its answer."""
    if text.count("<details>") != len(FOLDED.findall(text)):
        return [f"cell {number}: a <details> without its summary or its end"]
    if any(UNREAD.match(inside) for _, inside in FOLDED.findall(text)):
        return [f"cell {number}: no empty line behind a summary, so its Markdown is not read"]
    if "**Your turn" not in text:
        return []
    if match := QUESTION.match(text):
        after = notebook.cells[number + 1] if number + 1 < len(notebook.cells) else None
        if after is None or after.cell_type != "code" or "checks.turn" not in after.source:
            return [f"{match[1]}: no cell with checks.turn behind the question"]
        return []
    if not THINKING.search(text):
        return [f"cell {number}: a question that does not begin with **Your turn 4.1 "
                "(3 minutes).**"]
    return [] if FOLDED.search(text) else [f"cell {number}: a question without an answer"]


def list_faults(exercises, defined, wrong):
    """Return what does not fit between a lesson, its definitions and its wrong solutions.

    Args:
        exercises: of the lesson.
        defined: {name: Turn}.
        wrong: {name: list of (code, words that the student is told)}.
    """
    names = [exercise.name for exercise in exercises]
    found = [f"{name}: defined, but not used" for name in defined if name not in names]
    found += [f"{name}: used, but not defined" for name in names if name not in defined]
    found += [f"{name}: used twice" for name in {*names} if names.count(name) > 1]
    if names != sorted(names, key=lambda name: int(name.partition(".")[2])):
        found.append("the exercises are not in their order")
    found += [f"{name}: {fault}" for name, turn in defined.items() for fault in turn.complaints()]
    for name, turn in defined.items():
        fewest = (len(turn.wrong) if type(turn).__name__ == "Choice" else FEWEST_WRONG)
        if len({code for code, _ in wrong.get(name, [])}) < fewest:
            found.append(f"{name}: fewer than {fewest} wrong solutions")
    return found + [f"{name}: wrong solutions of no exercise" for name in wrong
                    if name not in defined]


def python(cell):
    """Return a cell's source as plain Python."""
    return TransformerManager().transform_cell(cell.source if hasattr(cell, "source") else cell)


def bound(source):
    """Return the names that a cell defines."""
    table = symtable.symtable(source, "cell", "exec")
    return {symbol.get_name() for symbol in table.get_symbols()
            if symbol.is_assigned() or symbol.is_imported()}


def used(source):
    """Return the names of the notebook that code uses, inside functions too."""
    def inside(table):
        for child in table.get_children():
            yield from (symbol.get_name() for symbol in child.get_symbols()
                        if symbol.is_global() and symbol.is_referenced())
            yield from inside(child)
    table = symtable.symtable(source, "cell", "exec")
    top = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    changed = {node.target.id for node in ast.walk(ast.parse(source))
               if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)}
    return top | {*inside(table)} | changed


def free(source):
    """Return the names that a cell needs from the cells before it."""
    needed, here = set(), set()
    for statement in ast.parse(source).body:
        code = ast.unparse(statement)
        first = isinstance(statement, ast.For | ast.With | ast.FunctionDef | ast.ClassDef)
        needed |= used(code) - here - (bound(code) if first else set())
        here |= bound(code)
    return needed - set(dir(builtins))


def needed_cells(notebook, number, sources):
    """Return the numbers of the cells to run before the cell with this number.

    Args:
        notebook: the lesson.
        number: of the exercise's code cell.
        sources: what may be put in its place.
    """
    chosen = notebook.cells[number].metadata.get("needs")
    if chosen is not None:
        ids = {cell.get("id"): at for at, cell in enumerate(notebook.cells[:number])}
        return sorted(ids[name] for name in chosen)
    codes = {at: python(cell) for at, cell in enumerate(notebook.cells[:number])
             if cell.cell_type == "code"}
    definitions = {at: bound(code) for at, code in codes.items()}
    found, open_names = set(), set()
    for source in sources:
        with contextlib.suppress(SyntaxError):
            open_names |= {(name, number) for name in free(python(source))}
    while open_names:
        name, before = open_names.pop()
        at = max((at for at in codes if at < before and name in definitions[at]), default=None)
        if at is not None and at not in found:
            found.add(at)
            open_names |= {(other, at) for other in free(codes[at])}
    return sorted(found)


@contextlib.contextmanager
def heard():
    """Collect the verdicts that `checks.turn` gives inside, as (name, Verdict)."""
    collected, original = [], turns.judge

    def listening(name, answer):
        verdict = original(name, answer)
        collected.append((name, verdict))
        return verdict
    turns.judge = listening
    try:
        yield collected
    finally:
        turns.judge = original


@contextlib.contextmanager
def as_a_notebook(folder):
    """Run in a lesson's folder, quietly, and leave path and environment as they were."""
    path, variables, place = list(sys.path), dict(os.environ), os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            yield printed
    finally:
        os.chdir(place)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(variables)


def execute(source, namespace, name):
    """Execute a cell; its lines can be found by name, as in a notebook."""
    code = python(source)
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    exec(compile(code, name, "exec"), namespace)


class Bench:
    """A lesson on which solutions are tried.

    Args:
        notebook: the lesson.
        folder: where it lies.
        wrong: {name: list of (code, words)}.
    """

    def __init__(self, notebook, folder, wrong):
        self.notebook, self.folder, self.wrong = notebook, folder, wrong
        self.states = {}

    def state(self, exercise):
        """Return the names of the notebook as they are before an exercise."""
        if exercise.cell not in self.states:
            sources = [exercise.stub, exercise.solution, exercise.last,
                       *(code for code, _ in self.wrong.get(exercise.name, []))]
            namespace = {"__name__": "__main__", "display": lambda *shown: None}
            with as_a_notebook(self.folder):
                for at in needed_cells(self.notebook, exercise.cell, sources):
                    execute(self.notebook.cells[at].source, namespace, f"<cell {at}>")
            self.states[exercise.cell] = namespace
        return dict(self.states[exercise.cell])

    def tell(self, exercise, source):
        """Return what is Told when code is pasted in place of an exercise's stub."""
        state = self.state(exercise)
        with as_a_notebook(self.folder), heard() as verdicts:
            try:
                execute(f"{source}\n{exercise.last}", state, "<your turn>")
            except Exception:
                return Told("stopped", traceback.format_exc(limit=-2))
        name, verdict = verdicts[-1]
        assert name == exercise.name
        return Told(verdict.state, turns.spoken(name, verdict), verdict.known)

    def stub_fault(self, exercise):
        """Return None if the stub runs and is kindly told 'not yet', or a sentence."""
        told = self.tell(exercise, exercise.stub)
        return None if told.state == "not yet" else (
            f"{exercise.name}: the stub is told {told.state}: {told.text}")

    def solution_fault(self, exercise):
        """Return None if the folded solution is told 'right', or a sentence."""
        told = self.tell(exercise, exercise.solution)
        return None if told.state == "right" else (
            f"{exercise.name}: the solution is told {told.state}: {told.text}")

    def wrong_fault(self, exercise, code, words):
        """Return None if a wrong solution is told its cause in these words, or a sentence."""
        told = self.tell(exercise, code)
        flat = " ".join(told.text.split())
        good = told.state in ("wrong", "not yet") and told.known and words in flat
        return None if good else (
            f"{exercise.name}: a wrong solution is told {told.state}, without {words!r}: "
            f"{told.text}\n{code}")

    def faults(self, defined):
        """Return everything that is wrong with the exercises of a lesson."""
        exercises, found = read(self.notebook)
        found += list_faults(exercises, defined, self.wrong)
        for exercise in exercises:
            if exercise.name in defined:
                found += [self.stub_fault(exercise), self.solution_fault(exercise)]
                found += [self.wrong_fault(exercise, code, words)
                          for code, words in self.wrong.get(exercise.name, [])]
        return [fault for fault in found if fault]
