"""What readers bring to lesson 03: models for the doctor, tables of their own."""

import io

import nbformat
import numpy as np
import pytest

from tools.notebooks import lessons
from utils import tasks

CELLS = {cell.id: cell.source for cell in nbformat.read(
    lessons.NOTEBOOKS / "03_gradient_problems.ipynb", as_version=4).cells}


def defined(*names):
    """Return the names that some cells of the lesson define, by the cells' ids."""
    import keras
    import pandas as pd
    from keras import layers, ops
    space = {"keras": keras, "layers": layers, "ops": ops, "np": np, "pd": pd}
    for name in names:
        exec(CELLS[name], space)
    return space


@pytest.fixture(scope="module")
def lesson():
    return defined("slope-of", "two-gains", "doctor")


@pytest.fixture(scope="module")
def recall():
    return tasks.recall(8, 19, rng=0)


def test_the_doctor_takes_the_first_model_of_the_lesson_and_labels_in_one_column(lesson, recall):
    x, y = recall
    model = lesson["network"](1.0)
    curve = lesson["doctor"](model, x, y)
    assert curve.shape == (20,) and np.all(curve > 0)
    np.testing.assert_allclose(lesson["doctor"](model, x, y[:, None]), curve, rtol=1e-5)


def test_the_doctor_sees_a_small_gain(lesson, recall):
    x, y = recall
    kept, lost = (lesson["doctor"](lesson["network"](gain), x, y) for gain in (1.0, 0.5))
    assert lost[-1] / lost[0] < 1e-3 * kept[-1] / kept[0]


def unfit(keras):
    layers = keras.layers

    def compiled(model):
        model.compile("adam", "binary_crossentropy")
        return model
    start = keras.Input((20, 2))
    functional = keras.Model(start, layers.Dense(1)(layers.GRU(4)(start)))
    return {"not compiled": keras.Sequential([layers.GRU(4), layers.Dense(1)]),
            "functional": compiled(functional),
            "both ways": compiled(keras.Sequential([layers.Bidirectional(layers.GRU(4))])),
            "no recurrent layer": compiled(keras.Sequential([layers.Dense(1)])),
            "nothing": None}


@pytest.mark.parametrize("case", ["not compiled", "functional", "both ways", "no recurrent layer",
                                  "nothing"])
def test_the_doctor_says_what_it_takes(case, lesson, recall):
    with pytest.raises(ValueError, match="a compiled Sequential model with a SimpleRNN"):
        lesson["doctor"](unfit(lesson["keras"])[case], *recall)


TABLES = {
    "names above": ("a,b,c,label\n1,2.5,3,0\n4,5,6,1\n", "header=0"),
    "columns counted above": ("0,1,2,3,4,label\n1,2,3,4,9,0\n", "header=0"),
    "counted, the label too": ("0,1,2,3,4,5\n1,2,3,4,9,0\n", "header=0"),
    "a number is missing": ("1,2.5,3,0\n4,,6,1\n", "missing (1), the first in line 2"),
    "a label is missing": ("1,2.5,3,\n4,5,6,1\n", "missing (1), the first in line 1"),
    "a shorter line": ("1,2.5,3,0\n4,5,6\n", "or that line is shorter"),
    "a word": ("1,2.5,3,0\n4,five,6,1\n", "line 2 holds 'five'"),
    "labels in words": ("1,2.5,3,cat\n4,5,6,dog\n", "its labels are cat, dog"),
    "labels of -1 and 1": ("1,2.5,3,-1\n4,5,6,1\n", "its labels are -1, 1"),
    "another separator": ("1;2;3;0\n4;5;6;1\n", "sep=';'")}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_cannot_be_used_is_told_why(case):
    names = defined("own-check")
    text, words = TABLES[case]
    with pytest.raises(ValueError, match="The table cannot be used") as told:
        names["check_table"](names["pd"].read_csv(io.StringIO(text), header=None))
    assert words in str(told.value)


def test_labels_that_are_numbered_as_told_can_be_used():
    names = defined("own-check")
    pd = names["pd"]
    table = pd.read_csv(io.StringIO("1,2.5,3,cat\n4,5,6,dog\n"), header=None)
    table[table.columns[-1]] = pd.factorize(table.iloc[:, -1])[0]
    names["check_table"](table)
    names["check_table"](pd.read_csv(io.StringIO("1,2.5,3,0\n4,5,6,1\n"), header=None))
