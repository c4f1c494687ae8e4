"""*Your turn*: each exercise of each lesson from both sides, and that a broken one is caught.

The wrong solutions of a lesson stand in tests/turns/lesson_NN.py, as WRONG = {"4.1": [(code, words
that the student must be told), ...]}: code as people write it, not the definition's own.
"""

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import tiny_turns
import turn_cells
from tools.notebooks import lessons
from utils import checks
from utils.checks import turns
from utils.checks.declare import Array, Choice, Function, Model, Number, Score, layer

TESTS = Path(__file__).resolve().parent
LESSONS = sorted(lessons.NOTEBOOKS.glob("[0-9]*.ipynb"))


def wrong_solutions(number):
    """Return WRONG of a lesson, or {} where there is none."""
    path = TESTS / "turns" / f"lesson_{number:02}.py"
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(f"turns_of_lesson_{number:02}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WRONG


def defined(number):
    return turns.of_lesson(number) if number in turns.available() else {}


def bench(path):
    return turn_cells.Bench(nbformat.read(path, as_version=4), path.parent,
                            wrong_solutions(int(path.stem[:2])))


BENCHES = {path: bench(path) for path in LESSONS}
EXERCISES = [pytest.param(BENCHES[path], exercise, id=exercise.name) for path in LESSONS
             for exercise in turn_cells.read(BENCHES[path].notebook)[0]]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_exercises_of_a_lesson_are_whole(path):
    exercises, faults = turn_cells.read(BENCHES[path].notebook)
    faults += turn_cells.list_faults(exercises, defined(int(path.stem[:2])), BENCHES[path].wrong)
    assert faults == []
    assert len(exercises) >= 4


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_the_stub_answers_not_yet(lesson, exercise):
    assert lesson.stub_fault(exercise) is None


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_the_solution_is_told_right(lesson, exercise):
    assert lesson.solution_fault(exercise) is None


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_wrong_solutions_are_told_their_cause(lesson, exercise):
    assert lesson.wrong[exercise.name]
    faults = [lesson.wrong_fault(exercise, *pair) for pair in lesson.wrong[exercise.name]]
    assert [fault for fault in faults if fault] == []


def test_every_module_of_exercises_belongs_to_a_lesson():
    assert set(turns.available()) <= {int(path.stem[:2]) for path in LESSONS}
    assert {path.stem for path in (TESTS / "turns").glob("lesson_*.py")} <= {
        f"lesson_{number:02}" for number in turns.available()}


def test_exercises_are_known_before_keras_is_loaded():
    """So that `progress` answers at once, and a lesson's set-up is the first to load Keras."""
    code = ("import sys\nfrom utils import checks\nchecks.progress()\n"
            "sys.exit('keras' in sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=lessons.ROOT, timeout=120,
                   env=lessons.kernel_environment())


@pytest.fixture
def defining(monkeypatch):
    """Return a function that makes a list of exercises those of lesson 99."""
    def define(listed):
        monkeypatch.setattr(turns, "available", lambda: [99])
        monkeypatch.setattr(turns, "of_lesson", lambda number: {one.name: one for one in listed})
        return turns.of_lesson(99)
    return define


def tiny_faults(define, folder, notebook=None, listed=None, wrong=None):
    listed = tiny_turns.TURNS if listed is None else listed
    made = turn_cells.Bench(notebook or tiny_turns.notebook(), folder,
                            tiny_turns.WRONG if wrong is None else wrong)
    return made.faults(define(listed))


def test_a_lesson_in_order_has_no_fault(defining, tmp_path):
    assert tiny_faults(defining, tmp_path) == []


STUBS = {
    "the stub stops": ("99.1", "answer = anser", "stopped"),
    "the stub is right already": ("99.1", "answer = 0.12", "told right"),
    "the stub is told that it is wrong": ("99.4", "shape = (1, 2)", "told wrong"),
    "the stub calls what it has not": ("99.3", "write = ... + 1", "stopped")}


@pytest.mark.parametrize("case", STUBS)
def test_a_stub_that_does_not_answer_not_yet_is_caught(case, defining, tmp_path):
    name, stub, words = STUBS[case]
    notebook = tiny_turns.notebook(stub={name: stub})
    found, = tiny_faults(defining, tmp_path, notebook)
    assert found.startswith(f"{name}: the stub is") and words in found


SOLUTIONS = {
    "the solution is wrong": ("99.1", "answer = 0.9 ** 10", "told wrong"),
    "the solution is another stub": ("99.2", "choice = ''", "told not yet"),
    "the solution stops": ("99.4", "shape = x.size()", "told stopped"),
    "the solution leaves out what the stub has": ("99.6", "rate = 0.1", "told stopped")}


@pytest.mark.parametrize("case", SOLUTIONS)
def test_a_solution_that_is_not_accepted_is_caught(case, defining, tmp_path):
    name, solution, words = SOLUTIONS[case]
    notebook = tiny_turns.notebook(solution={name: solution})
    found, = tiny_faults(defining, tmp_path, notebook)
    assert found.startswith(f"{name}: the solution is") and words in found


WRONG = {
    "its cause is not known": ("99.1", "answer = 7", "7 is not the answer"),
    "its value alone is told": ("99.3", "def write(c, i, g):\n    return 5.0", "got 5"),
    "it is told another cause": ("99.2", "choice = 'a'", "counted as a gate"),
    "it is right": ("99.1", "answer = 0.1216", "Notice"),
    "it stops": ("99.1", "answer = 0.9 ** steps", "steps")}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_solution_without_its_cause_is_caught(case, defining, tmp_path):
    name, code, words = WRONG[case]
    more = tiny_turns.WRONG | {name: [*tiny_turns.WRONG[name], (code, words)]}
    found, = tiny_faults(defining, tmp_path, wrong=more)
    assert found.startswith(f"{name}: a wrong solution is told")


FORMS = {
    "no hint": (lambda text: text.replace("<details><summary>Hint</summary>\n\nThink of *one* "
                                          "step.\n\n</details>", ""), "no folded hint"),
    "an empty hint": (lambda text: text.replace("Think of *one* step.", ""), "no folded hint"),
    "no solution": (lambda text: text.replace("Solution<", "Answer<"), "no folded solution"),
    "code that is not read as code": (
        lambda text: text.replace("\n\n```python", "\n```python"), "behind an empty line"),
    "Markdown that is not read": (
        lambda text: text.replace("Hint</summary>\n\n", "Hint</summary>"), "is not read"),
    "an open fold": (lambda text: text.replace("</details>", "", 1), "<details> without"),
    "no minutes": (lambda text: text.replace(" (3 minutes)", ""), "does not begin with"),
    "another number in the question": (
        lambda text: text.replace("turn 99.2", "turn 99.3"), "does not begin with"),
    "an answer that is not there": (
        lambda text: text.replace("<details><summary>Answer</summary>Because.</details>", ""),
        "a question without an answer")}


@pytest.mark.parametrize("case", FORMS)
def test_a_fault_of_the_form_is_named(case):
    change, words = FORMS[case]
    notebook = tiny_turns.notebook()
    assert turn_cells.read(notebook)[1] == []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            plain = turn_cells.unquoted(cell.source)
            cell.source = tiny_turns.quoted(change(plain)) if "> " in cell.source else change(plain)
    assert any(words in fault for fault in turn_cells.read(notebook)[1])


def test_the_call_is_the_last_line_and_behind_its_question():
    notebook = tiny_turns.notebook()
    code = next(cell for cell in notebook.cells if "checks.turn" in cell.source)
    code.source += "\nprint(answer)"
    assert "its last line is no checks.turn" in turn_cells.read(notebook)[1][0]
    notebook = tiny_turns.notebook()
    at = next(at for at, cell in enumerate(notebook.cells) if "checks.turn" in cell.source)
    notebook.cells.insert(at, nbformat.v4.new_code_cell("x = 1"))
    assert [fault.partition(":")[0] for fault in turn_cells.read(notebook)[1]][0] == "99.1"


def without(listed, name):
    return [one for one in listed if one.name != name]


def test_names_are_defined_and_used_once(defining, tmp_path):
    def faults(exercises, listed, wrong=tiny_turns.WRONG):
        return turn_cells.list_faults(exercises, {one.name: one for one in listed}, wrong)
    exercises, _ = turn_cells.read(tiny_turns.notebook())
    assert faults(exercises, tiny_turns.TURNS) == []
    assert "99.3: used, but not defined" in faults(exercises, without(tiny_turns.TURNS, "99.3"))
    assert "99.3: defined, but not used" in faults(without(exercises, "99.3"), tiny_turns.TURNS)
    assert "99.3: used twice" in faults([*exercises, exercises[2]], tiny_turns.TURNS)
    assert "the exercises are not in their order" in faults(exercises[::-1], tiny_turns.TURNS)
    few = tiny_turns.WRONG | {"99.1": tiny_turns.WRONG["99.1"][:3] * 2}
    assert faults(exercises, tiny_turns.TURNS, few) == ["99.1: fewer than 4 wrong solutions"]
    few = tiny_turns.WRONG | {"99.2": tiny_turns.WRONG["99.2"][:1]}
    assert faults(exercises, tiny_turns.TURNS, few) == ["99.2: fewer than 2 wrong solutions"]
    more = tiny_turns.WRONG | {"99.7": []}
    assert faults(exercises, tiny_turns.TURNS, more) == ["99.7: wrong solutions of no exercise"]


def test_an_exercise_may_say_which_cells_it_needs(defining, tmp_path):
    """A cell that changes what another cell made is not found by its names."""
    notebook = tiny_turns.notebook(solution={"99.4": "shape = (*x.shape[:2], 32)"})
    at = next(at for at, cell in enumerate(notebook.cells) if "np.repeat" in cell.source)
    notebook.cells[at].source = "x.resize((64, 10, 2), refcheck=False)"
    found, = tiny_faults(defining, tmp_path, notebook)
    assert found.startswith("99.4: the solution is told wrong")
    code = next(cell for cell in notebook.cells if '"99.4"' in cell.source)
    code.metadata["needs"] = [notebook.cells[1].id, notebook.cells[at - 1].id,
                              notebook.cells[at].id]
    assert tiny_faults(defining, tmp_path, notebook) == []


NEEDS = {
    "x = y + z": {"y", "z"},
    "x = 1\nx + 1": set(),
    "x = x + 1": {"x"},
    "x += 1": {"x"},
    "for k in rows:\n    print(k)": {"rows"},
    "[k * s for k in rows]": {"s", "rows"},
    "fit(x, lambda x: x + w)": {"fit", "x", "w"},
    "def f(a, b=c):\n    d = a + e\n    return f(d)": {"c", "e"},
    "class A(B):\n    def m(self):\n        return np.ones(self.n)": {"B", "np"},
    "import keras\nkeras.Model": set(),
    "%matplotlib inline\nx;": {"get_ipython", "x"}}


@pytest.mark.parametrize("code", NEEDS)
def test_the_names_that_a_cell_needs(code):
    assert turn_cells.free(turn_cells.python(code)) == NEEDS[code]


DEFINITIONS = {
    "a mistake that is right": Number("99.1", 5, within=1, right="Good.", wrong={4.5: "No."}),
    "a range over what is right": Number("99.1", 5, right="Good.", wrong={(0, 9): "No."}),
    "a score over what is right": Score("99.1", at_least=0.5, right="Good.",
                                        wrong={(0.4, 0.6): "No."}),
    "a score without a bound": Score("99.1", right="Good."),
    "one option": Choice("99.1", "a", right="Good."),
    "an option twice": Choice("99.1", "a", right="Good.", wrong={"A)": "No."}),
    "the same array": Array("99.1", [1, 2], right="Good.", wrong={"a": [1.0, 2.0]}),
    "two arrays alike": Array("99.1", [1, 2], right="Good.", wrong={"a": [0, 0], "b": [0.0, 0]}),
    "no inputs": Function("99.1", abs, right="Good."),
    "inputs that cannot tell": Function("99.1", lambda x: x * x, inputs=[1.0, 0.0], right="Good.",
                                        wrong={"it is cubed": lambda x: x ** 3}),
    "two functions alike": Function("99.1", lambda x: x, inputs=[2.0], right="Good.",
                                    wrong={"a": lambda x: x * x, "b": lambda x: x + 2}),
    "a mistake that stops": Function("99.1", lambda x: x, inputs=[2.0], right="Good.",
                                     wrong={"a": lambda x: y}),  # noqa: F821
    "no layers": Model("99.1", [], right="Good."),
    "a text too long": Number("99.1", 5, right="Good. " * 40),
    "a cause too long": Number("99.1", 5, right="Good.", wrong={1: "No. " * 60}),
    "no sentence": Number("99.1", 5, right="Good"),
    "another name": Number("ninety", 5, right="Good.")}


@pytest.mark.parametrize("case", DEFINITIONS)
def test_a_fault_of_a_definition_is_named(case):
    assert len(DEFINITIONS[case].complaints()) == 1


def test_the_example_of_the_docstring_is_in_order():
    import doctest
    assert doctest.testmod(checks).failed == 0
    names = {}
    example, = doctest.DocTestFinder(recurse=False).find(checks, "checks", globs=names)
    doctest.DocTestRunner(verbose=False).run(example, out=lambda text: None, clear_globs=False)
    listed = example.globs["TURNS"]
    assert [fault for one in listed for fault in one.complaints()] == []
    assert {type(one) for one in listed} == {Number, Choice, Function, Array, Model, Score}
    assert dataclasses.is_dataclass(layer("LSTM"))
