"""Every exercise: its solution is right, wrong ones are caught, its checks name the mistake."""

import ast
import json
import signal
import time

import nbformat
import numpy as np
import pytest

from coursework.grader import exercises, locked, marking, release
from mutants import distorted, mutants
from tools.notebooks import lessons
from utils import checks, wire

CODED = [pytest.param(exercise, name, id=f"{name}-{exercise.function}")
         for name in exercises.available() for exercise in exercises.coded(name)]


class TooLongError(Exception):
    """A mutant does not end."""


def bounded(job, seconds):
    """Return what a function without arguments returns; stop it after `seconds`, if that can be."""
    if not hasattr(signal, "setitimer"):
        return job()

    def stop(*_):
        raise TooLongError
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return job()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def helpers(assignment):
    """Return the code that an assignment gives: its own cells without set-up and checks."""
    sources = [cell.source for cell in locked.source_cells(assignment)
               if cell.cell_type == "code" and not cell.metadata.nbgrader.solution
               and not cell.metadata.nbgrader.grade and "SetupError" not in cell.source]
    return "\n".join(sources)


def solution(exercise, assignment):
    """Return the source of an exercise's answer cell, as its author solved it."""
    return next(cell.source for cell in locked.source_cells(assignment)
                if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{exercise.name}-answer")


def compiled(source, assignment, function):
    """Return a function from an answer cell, with the assignment's own helpers around it."""
    namespace = {}
    exec(helpers(assignment), namespace)
    exec(source, namespace)
    return namespace[function]


def caught(exercise, function, cases):
    """Return the sentence that a wrong function gets, or None if it passes for right."""
    with np.errstate(all="ignore"):
        for case in cases:
            try:
                answer = bounded(lambda case=case: wire.unpack(wire.pack(case.ask(function))),
                                 30 if exercise.keras else 2)
            except Exception as error:
                return type(error).__name__
            if (problem := exercise.problem(case, answer)) is not None:
                return problem
    return None


@pytest.mark.parametrize(("exercise", "assignment"), CODED)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_solution_has_all_points(exercise, assignment, seed):
    function = compiled(solution(exercise, assignment), assignment, exercise.function)
    cases = marking.cases(exercise, seed)
    assert len(cases) >= 3
    assert caught(exercise, function, [*cases, *exercise.probes]) is None
    assert checks.verdict(exercise.stored()["probes"], exercise.function, function) \
        == f"{len(exercise.probes)} of {len(exercise.probes)} probes agree."


def identical(one, other):
    """Tell whether two answers are the same thing, without the grader's own comparison."""
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, str | bool | dict | None) or isinstance(other, str | bool | dict | None):
        return type(one) is type(other) and one == other
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-9, atol=1e-9,
                                                            equal_nan=True)


def really_wrong(function, exercise, cases):
    """Tell whether a function differs from the right one; one that stops is not counted."""
    try:
        return not all(identical(case.ask(function), case.ask(exercise.reference))
                       for case in cases)
    except Exception:
        return False


@pytest.mark.parametrize(("exercise", "assignment"), CODED)
def test_wrong_answers_are_caught(exercise, assignment):
    """At least 30 a function, by hand and by changing the solution; the rest is listed as right."""
    cases, tried, passed = marking.cases(exercise, 3), 0, {}
    for name, function in exercise.mistakes.items():
        tried += 1
        assert caught(exercise, function, cases) is not None, name
    with np.errstate(all="ignore"):
        for name, function in distorted(exercise.reference):
            if really_wrong(function, exercise, cases):
                tried += 1
                assert caught(exercise, function, cases) is not None, name
    for what, source in mutants(solution(exercise, assignment)):
        tried += 1
        function = compiled(source, assignment, exercise.function)
        if caught(exercise, function, cases) is None:
            passed[what] = source
        if not exercise.keras and function is not None:
            seen = caught(exercise, function, exercise.probes) is None
            assert seen == (what in passed), f"{what}: only hidden cases or only probes see it"
    assert set(passed) == set(exercise.equivalent), passed
    assert all(exercise.equivalent.values())
    assert tried - len(passed) >= 30, tried


@pytest.mark.parametrize("answer", [True, np.True_, np.array(1) > 0])
def test_a_truth_value_counts_from_numpy_too(answer):
    """As a check sees it, and as it comes out of the sandbox."""
    for got in (answer, wire.unpack(json.loads(json.dumps(wire.pack(answer))))):
        assert checks.compare(True, got) is None
        assert checks.compare(False, got) is not None
        assert checks.compare(1.5, got) is not None


@pytest.mark.parametrize(("exercise", "assignment"), CODED)
def test_the_checks_name_the_mistake(exercise, assignment):
    """A known mistake is recognised, and no other is named for it alone."""
    probes = json.loads(json.dumps(exercise.stored()["probes"]))
    assert len(exercise.mistakes) >= 4
    for name, function in exercise.mistakes.items():
        with np.errstate(all="ignore"):
            said = checks.verdict(probes, exercise.function, function)
        assert "agree" not in said, name
        assert name in said or "stops with" in said, (name, said)


@pytest.mark.parametrize(("exercise", "assignment"), CODED)
def test_hidden_cases_are_fresh(exercise, assignment):
    """Another seed gives other inputs, the same seed the same; sizes differ from the probes'."""
    packed = [[json.dumps(case.packed()) for case in marking.cases(exercise, seed)]
              for seed in (0, 0, 1)]
    assert packed[0] == packed[1]
    assert packed[0] != packed[2]
    assert not {json.dumps(probe.packed()["args"]) for probe in exercise.probes} & set(packed[0])


@pytest.mark.parametrize("assignment", exercises.available())
def test_an_assignment_is_complete(assignment):
    """Four to six functions or questions and more, one in words, points in one place."""
    listed = exercises.load(assignment)
    assert 4 <= len(exercises.coded(assignment)) <= 6
    assert any(isinstance(exercise, exercises.Explained) for exercise in listed)
    assert len({exercise.name for exercise in listed}) == len(listed)
    assert all(exercise.name.startswith(f"{int(assignment[:2])}-") for exercise in listed)
    assert release.source_complaints(assignment) == []
    text = "\n".join(cell.source for cell in locked.source_cells(assignment))
    for word in ("points", "minutes", "Hand in", "predict"):
        assert word.lower() in text.lower(), word


@pytest.mark.parametrize("assignment", exercises.available())
def test_the_stored_probes_are_those_of_the_exercises(assignment):
    stored = json.loads((checks.FOLDER / f"{assignment[:2]}.json").read_text(encoding="utf-8"))
    fresh = {exercise.name: exercise.stored() for exercise in exercises.coded(assignment)}
    assert set(stored) == set(fresh), "run: python coursework/grader/release.py --checks"
    for name, one in fresh.items():
        assert len(stored[name]["probes"]) == len(one["probes"])
        for old, new in zip(stored[name]["probes"], one["probes"], strict=True):
            assert old["what"] == new["what"]
            answers = wire.unpack(new["expected"]), wire.unpack(old["expected"])
            assert checks.compare(*answers) is None
            assert set(old["mistakes"]) == set(new["mistakes"])


@pytest.mark.parametrize("assignment", exercises.available())
def test_an_answer_cell_defines_its_function_first(assignment):
    """A student sees the name, the arguments and a docstring before the solution begins."""
    for exercise in exercises.coded(assignment):
        node = ast.parse(solution(exercise, assignment)).body[0]
        assert isinstance(node, ast.FunctionDef)
        assert node.name == exercise.function
        assert ast.get_docstring(node)


@pytest.mark.parametrize(("exercise", "assignment"), CODED)
def test_a_solution_is_quick(exercise, assignment):
    function = compiled(solution(exercise, assignment), assignment, exercise.function)
    began = time.process_time()
    for case in marking.cases(exercise, 0):
        case.ask(function)
    assert time.process_time() - began < (20 if exercise.keras else 0.5)


@pytest.mark.parametrize("assignment", exercises.available())
def test_an_assignment_begins_like_a_lesson(assignment):
    """The set-up cell is that of the lessons, to the letter."""
    first = nbformat.read(lessons.paths()[0], as_version=4)
    wanted = next(cell.source for cell in first.cells if cell.cell_type == "code")
    cells = locked.source_cells(assignment)
    assert next(cell.source for cell in cells if cell.cell_type == "code") == wanted
