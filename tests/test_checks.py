"""What a student is told by each kind of exercise, and what is remembered on the machine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from coursework.grader import grade
from tools.notebooks import lessons
from utils import checks
from utils.checks import solved, turns
from utils.checks.declare import Array, Choice, Function, Model, Number, Score, layer

GOOD = "Notice this."


def told(turn, answer):
    """Return (state, text) for an answer."""
    verdict = turn.judge(answer)
    return verdict.state, verdict.text


class Odd:
    """An object that answers nothing that one asks it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no equal")

    __hash__ = None


def step(c, i, g):
    return c + i * g


KINDS = {
    "Number": Number("99.1", 2.5, right=GOOD),
    "Choice": Choice("99.1", "b", right=GOOD, wrong={"a": "No."}),
    "Array": Array("99.1", [1.0, 2.0], right=GOOD),
    "Shape": Array("99.1", (None, 5, 32), right=GOOD),
    "Function": Function("99.1", step, inputs=[(1.0, 2.0, 3.0)], right=GOOD),
    "Model": Model("99.1", [layer("Dense")], right=GOOD),
    "Score": Score("99.1", at_least=0.9, at_most=1, right=GOOD)}
STUBS = {"three dots": ..., "None": None, "dots in quotes": "...", "no text": "",
         "dots in a list": [1, ...], "dots in a tuple": (..., 2), "dots in a dict": {"a": ...},
         "dots in an array": np.array([..., 1])}
ODD = {"a text": "hello", "a number": 7, "not a number": float("nan"), "infinity": np.inf,
       "True": True, "a list": [1, 2, 3], "rows of unequal length": [[1], [2, 3]], "empty": [],
       "a dict": {"a": 1}, "a set": {1, 2}, "a class": Odd, "an object": Odd(), "print": print,
       "a generator": (k for k in range(3)), "a module": np, "a complex number": 3 + 4j,
       "texts": np.array(["a", "b"]), "a lambda": lambda *args: Odd(), "bytes": b"12",
       "no argument": lambda: 1, "an array": np.zeros((2, 3, 4)), "an error": ValueError("x"),
       "leaves": lambda *args: sys.exit(), "deep": lambda *args: ODD["deep"](*args)}


@pytest.fixture
def one(monkeypatch):
    """Return a function that makes an exercise 99.1."""
    def define(turn):
        monkeypatch.setattr(turns, "available", lambda: [99])
        monkeypatch.setattr(turns, "of_lesson", lambda number: {"99.1": turn})
    return define


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_stub_is_not_yet(kind, stub, one, capsys):
    one(KINDS[kind])
    checks.turn("99.1", STUBS[stub])
    said = capsys.readouterr().out
    assert said.startswith("Your turn 99.1: not yet. ") and len(said.splitlines()) == 1


def test_no_answer_at_all_is_a_stub(one, capsys):
    one(KINDS["Number"])
    checks.turn("99.1")
    assert capsys.readouterr().out == "Your turn 99.1: not yet. Replace the three dots.\n"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_raises(kind, odd, one, capsys):
    one(KINDS[kind])
    assert checks.turn("99.1", ODD[odd]) is None
    out, err = capsys.readouterr()
    said = out[out.index("Your turn"):]             # `print` as an answer prints something before
    assert said.startswith("Your turn 99.1: not right yet. ") and err == ""
    assert len(said.splitlines()) <= 2 and max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize(("name", "words"), [
    ("4.99", "no exercise of this name"), ("99.2", "lesson 99 has 99.1"), (99.1, "right. Notice"),
    ("4-1", 'a text like "4.2"'), (None, 'a text like "4.2"'), ("", 'a text like "4.2"')])
def test_another_name_is_a_sentence(name, words, one, capsys):
    one(KINDS["Number"])
    checks.turn(name, 2.5)
    assert words in capsys.readouterr().out


NUMBER = Number("99.1", 0.12, within=0.005, right=GOOD,
                wrong={18: "the steps are added", (0.5, 0.9): "Too few steps."})


@pytest.mark.parametrize(("answer", "state", "words"), [
    (0.12, "right", GOOD), (0.125, "right", GOOD), (0.115, "right", GOOD),
    (np.float32(0.1216), "right", GOOD), (np.array([[0.12]]), "right", GOOD),
    (0.1251, "wrong", "is near"), (0.2, "wrong", "0.2 is not the answer. Open the hint below."),
    (18, "wrong", "It looks as if the steps are added."), (0.7, "wrong", "Too few steps."),
    (-0.12, "wrong", "-0.12 has the wrong sign."), (12.2, "wrong", "12.2 is per cent"),
    (np.nan, "wrong", "finite"), (True, "wrong", "got True"), ("0.12", "wrong", "without quotes"),
    ([0.1, 0.2], "wrong", "Give one number; got a list of length 2."),
    (np.mean, "wrong", "Give the number that it returns; got the function mean itself.")])
def test_a_number(answer, state, words):
    found = told(NUMBER, answer)
    assert found[0] == state and words in found[1]


def test_a_number_in_per_cent():
    assert "share of 1; give it in per cent" in told(Number("1.1", 12.5, right=GOOD), 0.125)[1]
    assert told(Number("1.1", 4736, right=GOOD), 4736)[0] == "right"
    assert told(Number("1.1", 4736, right=GOOD), 4737)[0] == "wrong"
    assert told(Number("1.1", 0, right=GOOD), 0)[0] == "right"
    assert "4,608 is not" in told(Number("1.1", 4736, right=GOOD), 4608)[1]


CHOICE = Choice("99.1", 3, right=GOOD, wrong={1: "Not the first.", 2: "Not the second.",
                                              4: "Not the last."})


@pytest.mark.parametrize(("answer", "state", "words"), [
    (3, "right", GOOD), ("3", "right", GOOD), (" 3) ", "right", GOOD), (1, "wrong", "the first"),
    ("(4)", "wrong", "Not the last."), (5, "wrong", "Answer with 1, 2, 3 or 4; got 5."),
    ("c", "wrong", "Answer with 1, 2, 3 or 4; got 'c'.")])
def test_a_choice(answer, state, words):
    assert told(CHOICE, answer)[0] == state and words in told(CHOICE, answer)[1]


ARRAY = Array("99.1", [0.5, 0.25, 0.0], within=0.01, right=GOOD,
              wrong={"the order is turned": [0.0, 0.25, 0.5]})
SHAPE = Array("99.1", (None, 5, 32), right=GOOD, wrong={"only the last state is left": (None, 32)})
WORDS = Array("99.1", {"first": "the", "second": "cat"}, right=GOOD)


@pytest.mark.parametrize(("turn", "answer", "state", "words"), [
    (ARRAY, [0.5, 0.25, 0], "right", GOOD), (ARRAY, np.array([0.51, 0.25, 0]), "right", GOOD),
    (ARRAY, (0.5, 0.26, 0), "right", GOOD), (ARRAY, [0, 0.25, 0.5], "wrong", "is turned"),
    (ARRAY, [0.5, 0.3, 0.005], "wrong", "At [1] you have 0.3. Open the hint below."),
    (ARRAY, [0.5, np.nan, 0.2], "wrong", "At [1] you have nan."),
    (ARRAY, [0.5, 0.25], "wrong", "It should be an array of shape (3,); got shape (2,)."),
    (ARRAY, 0.5, "wrong", "got shape ()"), (ARRAY, ["a", "b", "c"], "wrong", "no plain numbers"),
    (ARRAY, np.sum, "wrong", "Give what it returns; got the function sum itself."),
    (SHAPE, (None, 5, 32), "right", GOOD), (SHAPE, [None, 5, 32], "right", GOOD),
    (SHAPE, (None, 32), "wrong", "It looks as if only the last state is left."),
    (SHAPE, (None, 5, 64), "wrong", "At [2] you have 64."),
    (SHAPE, (64, 5, 32), "wrong", "At [0] you have 64."),
    (WORDS, {"first": "the", "second": "cat"}, "right", GOOD),
    (WORDS, {"first": "the", "second": "dog"}, "wrong", "At ['second'] you have 'dog'."),
    (WORDS, {"first": "the"}, "wrong", "a dict with the keys ['first', 'second']")])
def test_an_array(turn, answer, state, words):
    found = told(turn, answer)
    assert found[0] == state and words in found[1]


@pytest.mark.parametrize("turn", [ARRAY, SHAPE, NUMBER])
def test_a_right_answer_is_not_given_away(turn):
    said = [told(turn, answer)[1] for answer in (7, [0.3, 0.1, 0.1], (None, 6, 7))]
    assert not any(right in text for text in said for right in ("0.25", "0.12", " 5", "0.5"))


def test_tensors_are_numbers_and_arrays():
    import keras
    assert told(ARRAY, keras.ops.convert_to_tensor([0.5, 0.25, 0.0]))[0] == "right"
    assert told(NUMBER, keras.ops.convert_to_tensor(0.12))[0] == "right"
    function = Function("1.1", step, inputs=[(1.0, 2.0, 3.0)], right=GOOD)
    assert told(function, lambda c, i, g: keras.ops.add(c, i * g))[0] == "right"


SCORE = Score("99.1", at_least=0.9, at_most=1, metric="val_accuracy", right=GOOD,
              wrong={(0, 0.2): "guessing gives this"})


class History:
    """What `fit` returns, as far as it matters."""

    def __init__(self, **history):
        self.history = history


@pytest.mark.parametrize(("answer", "state", "words"), [
    (0.9, "right", "You have 0.9. Notice"), (History(val_accuracy=[0.2, 0.95]), "right", "0.95"),
    ({"val_accuracy": 0.95}, "right", "0.95"), (History(), "wrong", "train with `fit` first"),
    (History(loss=[1.0]), "wrong", "There is no 'val_accuracy' in it, only loss."),
    (History(val_accuracy=[0.95, 0.5]), "wrong", "You have 0.5; it should be 0.9 or more. Open"),
    (0.13, "wrong", "You have 0.13. It looks as if guessing gives this."),
    (95.0, "wrong", "95 is per cent"), (1.5, "wrong", "it should be 1 or less"),
    ([0.3, 0.95], "wrong", "`evaluate` returns the loss first"), ("0.9", "wrong", "quotes")])
def test_a_score(answer, state, words):
    found = told(SCORE, answer)
    assert found[0] == state and words in found[1]


def source(text, name="write"):
    """Return a function from a student's cell, whose lines can be found as in a notebook."""
    import linecache
    linecache.cache["<a cell>"] = (len(text), None, text.splitlines(keepends=True), "<a cell>")
    namespace = {"np": np}
    exec(compile(text, "<a cell>", "exec"), namespace)
    return namespace[name]


FUNCTION = Function(
    "99.1", lambda c, i, g: c + i * g,
    inputs=[(np.array([1.0, 2.0]), np.array([0.5, 0.1]), np.array([-1.0, 1.0])),
            (np.array([0.0, 3.0]), np.array([1.0, 1.0]), np.array([2.0, -1.0]))],
    right=GOOD, wrong={"the gate multiplies everything": lambda c, i, g: i * (c + g),
                       "this mistake cannot be computed here": lambda c, i, g: c @ i.T @ g})
FUNCTIONS = {
    "def write(c, i, g):\n    return g * i + c": ("right", GOOD),
    "write = lambda c, i, g: [float(n) for n in c + i * g]": ("right", GOOD),
    "def write(c, i, g):\n    return ...": ("not yet", "Replace the three dots in write."),
    "def write(c, i, g):\n    ...": ("not yet", "write returns nothing; write its lines"),
    "def write(c, i, g):\n    pass": ("not yet", "write returns nothing; write its lines"),
    "def write(c, i, g):\n    new = c + i * g": ("not yet", "`return` the result"),
    "def write(c, i, g):\n    return c + i * ...": ("not yet", "Replace the three dots in write."),
    "def write(c, i, g):\n    return np.tanh(...)": ("not yet", "Replace the three dots"),
    "def write(c, i, g):\n    return c, ...": ("not yet", "Replace the three dots"),
    "def write(c, i, g):\n    raise NotImplementedError": ("not yet", "NotImplementedError"),
    "def write(c, i, g):\n    print(c + i * g)": ("wrong", "write `return` in place of `print`"),
    "def write(c, i, g):\n    return i * c + i * g": (
        "wrong", "It looks as if the gate multiplies everything. For input 1 of 2, the result "
                 "should be"),
    "def write(c, i, g):\n    return c + g": ("wrong", "should be 2.1 at (1,); got 3. Open the"),
    "def write(c, i, g):\n    c += i * g\n    return c": ("wrong", "write changes its input c;"),
    "def write(c, i, g):\n    return (c + i * g)[:, None]": ("wrong", "got shape (2, 1)."),
    "def write(c, i, g):\n    return sum(c + i * g)": ("wrong", "got shape ()."),
    "def write(c, i, g):\n    return str(c)": ("wrong", "got '[1. 2.]'."),
    "def write(c, i, g):\n    x = 1 / 0\n    return c": (
        "wrong", "write stops with ZeroDivisionError: division by zero, in the line "
                 "`x = 1 / 0`."),
    "def write(c, i, g):\n    return np.dot(c, np.ones(3))": (
        "wrong", "For input 1 of 2, write stops with ValueError: shapes (2,) and (3,) not "
                 "aligned: 2 (dim 0) != 3 (dim 0), in the line `return np.dot(c, np.ones(3))`."),
    "def help(c):\n    return c.foo\n\ndef write(c, i, g):\n    return help(c)": (
        "wrong", "in the line `return c.foo`."),
    "def write(c, i, g):\n    assert False": ("wrong", "stops with AssertionError, in the line"),
    "def write(c, i, g):\n    return write(c, i, g)": ("wrong", "stops with RecursionError"),
    "def write(c, i):\n    return c": ("wrong", "write takes (c, i); it should take (c, i, g)."),
    "def write(c, i, g, x):\n    return c": ("wrong", "write takes (c, i, g, x); it should take"),
    "def write(c, i, g, x=0):\n    return c + i * g": ("right", GOOD),
    "write = 3.5": ("wrong", "Give the function itself, without brackets; got 3.5."),
    "def write(c, i, g):\n    return c + i * g if c[0] else None": (
        "wrong", "got nothing (None)")}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_function(text):
    state, words = FUNCTIONS[text]
    found = told(FUNCTION, source(text))
    assert found[0] == state and words in found[1], found


def test_a_function_without_a_name_is_the_students_own(one, capsys):
    one(FUNCTION)
    checks.turn("99.1", lambda c, i, g: c * ...)
    checks.turn("99.1", lambda c, i, g: None)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "Your turn 99.1: not yet. Replace the three dots in your function."
    assert second.startswith("Your turn 99.1: not yet. Your function returns nothing; write its")


def test_what_a_function_prints_is_still_seen(capsys):
    told(FUNCTION, source("def write(c, i, g):\n    print('debug', c)\n    return c + i * g"))
    assert capsys.readouterr().out == "debug [1. 2.]\ndebug [0. 3.]\n"


def test_an_input_is_spelled_out_or_has_a_name():
    def said(inputs):
        return told(Function("1.1", step, inputs=inputs, right=GOOD), lambda c, i, g: 9.0)[1]
    assert said([(2.0, 0.5, -1.0)]).startswith("For step(2, 0.5, -1), the result should be 1.5;")
    assert said([(np.array([1, 2]), 1, 1)]).startswith("For step([1, 2], 1, 1), the result")
    assert said([(np.zeros(50), 1, 1)]).startswith("For input 1 of 1, the result")
    assert said({"only c is not zero": (2.0, 0.0, 0.0)}).startswith("For only c is not zero, the")


def test_the_inputs_are_the_same_for_everybody():
    given = np.array([1.0, 2.0])
    turn = Function("1.1", lambda x: x + 1, inputs=[given], right=GOOD)
    for _ in range(2):
        said = told(turn, source("def write(x):\n    x += 1\n    return x"))[1]
        assert "write changes its input x;" in said
    assert given.tolist() == [1.0, 2.0] and told(turn, lambda x: x + 1)[0] == "right"


@pytest.fixture(scope="module")
def keras():
    import keras
    return keras


MODEL = Model("99.1", [layer("Embedding", mask_zero=True), layer("LSTM", units=3),
                       layer("Dense", units=2, activation="softmax")],
              may_have=("Dropout",), input_shape=(None, 7), output_shape=(None, 2),
              parameters=128, compiled=True, loss="sparse_categorical_crossentropy", right=GOOD,
              wrong={"The mask is lost: Masking does not replace `mask_zero`.":
                     lambda model: any(type(one).__name__ == "Masking" for one in model.layers),
                     "this cannot be asked of every model": lambda model: model.layers[9].units})


def build(keras, embedding=True, lstm=None, dense="softmax", words=6, more=(), compiled=True,
          loss="sparse_categorical_crossentropy", known=False):
    layers = keras.layers
    stack = [layers.Embedding(words, 4, mask_zero=embedding), lstm or layers.LSTM(3), *more,
             layers.Dense(2, activation=dense)]
    model = keras.Sequential([keras.Input((7,)), *stack] if known else stack)
    if compiled:
        model.compile("adam", loss)
    return model


BUILT = {
    "right": (dict(), "right", GOOD),
    "with its inputs": (dict(known=True), "right", GOOD),
    "a loss object": (dict(loss="object"), "right", GOOD),
    "with dropout": (dict(more="Dropout"), "right", GOOD),
    "no mask": (dict(embedding=False), "wrong", "Layer 1, Embedding, has mask_zero=False; True"),
    "a mask layer": (dict(more="Masking"), "wrong", "The mask is lost"),
    "linear": (dict(dense=None), "wrong", "Layer 3, Dense, has activation=linear; softmax is"),
    "another layer": (dict(lstm="GRU"), "wrong", "Its layers are Embedding, GRU, Dense; asked"),
    "all steps": (dict(lstm="sequences"), "wrong", "(None, 7, 2); (None, 2) is asked"),
    "units": (dict(lstm="units"), "wrong", "Layer 2, LSTM, has units=5; 3 is asked for."),
    "words": (dict(words=7), "wrong", "It has 132 weights; 128 are asked for."),
    "not compiled": (dict(compiled=False), "wrong", "It is not compiled: call model.compile"),
    "another loss": (dict(loss="mse"), "wrong", "Its loss is mean_squared_error; sparse_")}


@pytest.mark.parametrize("case", BUILT)
def test_a_model(case, keras):
    options, state, words = BUILT[case]
    layers = keras.layers
    made = {"GRU": lambda: layers.GRU(3), "units": lambda: layers.LSTM(5), "object":
            keras.losses.SparseCategoricalCrossentropy, "Dropout": lambda: [layers.Dropout(0.1)],
            "Masking": lambda: [layers.Masking()],
            "sequences": lambda: layers.LSTM(3, return_sequences=True)}
    options = {name: made[value]() if value in made else value for name, value in options.items()}
    for answer in (build(keras, **options), lambda: build(keras, **options)):
        found = told(MODEL, answer)
        assert found[0] == state and words in found[1], found


def test_a_functional_model_and_wrappers(keras):
    layers = keras.layers
    turn = Model("1.1", [layer("Bidirectional", layer=layer("LSTM", units=3),
                               merge_mode="concat"),
                         layer("TimeDistributed", layer=layer("Dense", units=2))], right=GOOD)

    def model(units, inside=layers.LSTM):
        inputs = keras.Input((7, 4))
        both = layers.Bidirectional(inside(units, return_sequences=True))(inputs)
        return keras.Model(inputs, layers.TimeDistributed(layers.Dense(2))(both))
    assert told(turn, model(3))[0] == "right"
    assert told(turn, model(4)) == (
        "wrong", "The layer inside Layer 1, Bidirectional, has units=4; 3 is asked for.")
    assert "is GRU; LSTM is asked for" in told(turn, model(3, layers.GRU))[1]


def test_a_layer_alone(keras):
    layers = keras.layers
    turn = Model("1.1", [layer("LSTM", units=3, recurrent_initializer="orthogonal")], right=GOOD)
    assert told(turn, layers.LSTM(3))[0] == "right"
    assert told(turn, keras.Sequential([layers.LSTM(3)]))[0] == "right"
    assert told(turn, layers.LSTM(4)) == ("wrong", "The LSTM has units=4; 3 is asked for.")
    assert "recurrent_initializer=Zeros" in told(turn, layers.LSTM(
        3, recurrent_initializer="zeros"))[1]


@pytest.mark.parametrize(("text", "state", "words"), [
    ("write = keras.Sequential", "wrong", "Sequential is a class: build one, with brackets."),
    ("write = keras.layers.LSTM(3)", "wrong", "A Keras model is asked for; got a LSTM."),
    ("write = keras.callbacks.History()", "wrong", "This is what `fit` returns; give the model"),
    ("write = 3", "wrong", "A Keras model is asked for; got a int."),
    ("write = keras.Sequential([keras.layers.Dense(2)]).compile('adam', 'mse')", "not yet",
     "`compile` returns nothing"),
    ("write = keras.Sequential([])", "wrong", "Its layers are none; asked for are Embedding, LST"),
    ("def write():\n    return ...", "not yet", "Replace the three dots in write."),
    ("def write():\n    keras.Sequential()", "not yet", "write returns nothing"),
    ("def write(units):\n    return units", "wrong", "write stops with TypeError: write() missing"),
    ("def write():\n    return keras.layers.LSTN(3)", "wrong",
     "in the line `return keras.layers.LSTN(3)`.")])
def test_what_is_no_model(text, state, words, keras):
    found = told(MODEL, source(f"import keras\n{text}"))
    assert found[0] == state and words in found[1], found


def test_a_model_that_does_not_know_its_inputs(keras):
    turn = Model("1.1", [layer("LSTM")], output_shape=(None, 3), right=GOOD)
    said = told(turn, keras.Sequential([keras.layers.LSTM(3)]))
    assert said == ("wrong", "It does not know its inputs yet: begin it with "
                             "keras.Input(shape=...).")


def test_a_check_leaves_the_model_and_the_chance_as_they_were(keras):
    """What is trained after a check is what would have been trained without it."""
    weights = []
    for checked in (False, True):
        keras.utils.set_random_seed(0)
        model = build(keras)
        if checked:
            assert told(MODEL, model)[0] == "right" and not model.built
        model.build((None, 7))
        weights.append([np.asarray(weight) for weight in
                        (*model.get_weights(), *keras.layers.Dense(2)(np.ones((1, 3))))])
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))


@pytest.fixture
def remembering(monkeypatch, tmp_path, one):
    """Return a function that answers 99.1 and then tells the progress, as outside of tests."""
    monkeypatch.setattr(solved, "_trouble", "")
    one(KINDS["Number"])

    def answer(capsys, *answers):
        monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
        for given in answers:
            checks.turn("99.1", given)
            assert "Your turn 99.1" in capsys.readouterr().out
        checks.progress()
        return capsys.readouterr().out
    return answer


def test_what_is_solved_is_remembered(remembering, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "a folder" / "p.json"))
    assert remembering(capsys, ..., 7) == "Lesson 99: 0 of 1 solved\n"
    assert list(tmp_path.iterdir()) == []
    assert remembering(capsys, 2.5) == "Lesson 99: 1 of 1 solved (99.1)\n"
    assert remembering(capsys, 7) == "Lesson 99: 1 of 1 solved (99.1)\n"
    held = (tmp_path / "a folder" / "p.json").read_text(encoding="utf-8")
    assert json.loads(held) == {"solved": ["99.1"]}
    assert [path.name for path in (tmp_path / "a folder").iterdir()] == ["p.json"]
    solved.add("98.2")
    assert json.loads((tmp_path / "a folder" / "p.json").read_text(encoding="utf-8")) == {
        "solved": ["98.2", "99.1"]}


def test_lessons_stand_in_their_order(remembering, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "p.json"))
    remembering(capsys)
    monkeypatch.setattr(turns, "available", lambda: [4, 5])
    monkeypatch.setattr(turns, "of_lesson", lambda number: dict.fromkeys(
        f"{number}.{k}" for k in range(1, 12)))
    for name in ("4.2", "4.10", "4.1", "7.7"):
        solved.add(name)
    checks.progress()
    assert capsys.readouterr().out == ("Lesson 4: 3 of 11 solved (4.1, 4.2, 4.10)\n"
                                       "Lesson 5: 0 of 11 solved\n")


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"solved": 3}', '{"solved": [1]}', "\xff",
                                    '{"solved": ["99.1"', "[" * 100_000])
def test_a_damaged_file_stops_nothing(broken, remembering, monkeypatch, tmp_path, capsys):
    file = tmp_path / "p.json"
    file.write_text(broken, encoding="latin-1")
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    assert remembering(capsys, 7) == (f"Lesson 99: 0 of 1 solved\n{file} is damaged; it begins "
                                      "anew with your next right answer.\n")
    assert remembering(capsys, 2.5) == "Lesson 99: 1 of 1 solved (99.1)\n"


def test_a_place_that_cannot_be_written_stops_nothing(remembering, monkeypatch, tmp_path, capsys):
    (tmp_path / "a file").write_text("", encoding="utf-8")
    file = tmp_path / "a file" / "p.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    said = remembering(capsys, 2.5)
    assert said.startswith("Lesson 99: 0 of 1 solved\n") and said.count("\n") == 2
    assert "COURSE_PROGRESS" in said
    (tmp_path / "a folder").mkdir()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "a folder"))
    assert "cannot be read" in remembering(capsys, 2.5)
    assert list((tmp_path / "a folder").iterdir()) == []


def test_a_full_disk_leaves_the_old_file(remembering, monkeypatch, tmp_path, capsys):
    file = tmp_path / "p.json"
    file.write_text('{"solved": ["98.1"]}', encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(file))

    def full(*args):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "replace", full)
    assert "cannot be kept in" in remembering(capsys, 2.5)
    assert file.read_text(encoding="utf-8") == '{"solved": ["98.1"]}'
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


def test_nothing_is_read_or_written_while_notebooks_are_tested(monkeypatch, tmp_path, capsys, one):
    one(KINDS["Number"])
    file = tmp_path / "p.json"
    file.write_text('{"solved": ["99.1"]}', encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    checks.progress()
    assert "0 of 1" in capsys.readouterr().out
    file.unlink()
    checks.turn("99.1", 2.5)
    assert not file.exists() and solved.path() is None
    assert "PYTEST_CURRENT_TEST" in lessons.kernel_environment()


def test_the_file_lies_in_the_users_own_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert tmp_path in solved.path().parents and solved.path().name == "progress.json"
    monkeypatch.setattr(solved.platformdirs, "user_data_path", lambda *a, **k: Path("~/share"))
    assert solved.path() is None
    assert solved.read() == (set(), "")


def test_two_notebooks_may_write_at_once(tmp_path):
    """Whatever comes in between, the file is whole."""
    file = tmp_path / "p.json"
    code = ("import sys\nfrom utils.checks import solved\n"
            "for k in range(1, 40):\n    solved.add(f'{sys.argv[1]}.{k}')")
    environment = {name: value for name, value in os.environ.items()
                   if name != "PYTEST_CURRENT_TEST"} | {"COURSE_PROGRESS": str(file)}
    running = [subprocess.Popen([sys.executable, "-c", code, name], cwd=lessons.ROOT,
                                env=environment) for name in ("1", "2")]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    held = solved.names_in(file)
    assert held <= {f"{lesson}.{k}" for lesson in (1, 2) for k in range(1, 40)}
    assert {"1.39", "2.39"} & held
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


def test_submissions_are_marked_again_when_the_comparison_changes(monkeypatch, tmp_path):
    package = Path(checks.__file__).parent
    shutil.copytree(package, tmp_path / "checks")
    monkeypatch.setattr(checks, "__file__", str(tmp_path / "checks" / "__init__.py"))
    before = grade.rules()
    with open(tmp_path / "checks" / "values.py", "a", encoding="utf-8") as file:
        file.write("\n")
    assert grade.rules() != before


def test_assignments_are_checked_as_before(capsys):
    checks.check("4-1", 3)
    assert capsys.readouterr().out.startswith("Exercise 4-1, ")
    assert checks.FOLDER.is_dir() and checks.compare(1.0, 1.0) is None
