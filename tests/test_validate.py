import numpy as np
import pytest

from utils import validate
from wrong_input import answer_to

WRONG = [
    # what is called, what came, what was expected
    (lambda: validate.whole_number("units", 2.5), "2.5 (float)", "whole number, at least 1"),
    (lambda: validate.whole_number("units", True), "True (bool)", "whole number"),
    (lambda: validate.whole_number("units", np.True_), "(bool)", "whole number"),
    (lambda: validate.whole_number("units", "3"), "'3' (str)", "whole number"),
    (lambda: validate.whole_number("units", None), "None (NoneType)", "whole number"),
    (lambda: validate.whole_number("units", 0), "got 0", "at least 1"),
    (lambda: validate.whole_number("units", 9, 1, 8), "got 9", "at least 1 and at most 8"),
    (lambda: validate.real_number("rate", "fast"), "'fast' (str)", "a number"),
    (lambda: validate.real_number("rate", True), "True (bool)", "a number"),
    (lambda: validate.real_number("rate", float("nan")), "got nan", "a number from -inf to inf"),
    (lambda: validate.real_number("rate", float("inf")), "got inf", "a number"),
    (lambda: validate.real_number("rate", 1.5, 0, 1), "got 1.5", "from 0 to 1"),
    (lambda: validate.real_number("rate", -0.1, minimum=0), "got -0.1", "from 0"),
    (lambda: validate.one_of("cell", "gru2", ("rnn", "gru")), "'gru2'", "'rnn', 'gru'"),
    (lambda: validate.one_of("cell", ["gru"], ("rnn", "gru")), "['gru']", "'rnn', 'gru'"),
    (lambda: validate.text("alt", 7), "7 (int)", "must be a string"),
    (lambda: validate.text("alt", ""), "got ''", "must not be empty"),
    (lambda: validate.text("alt", " \n"), "\\n", "must not be empty"),
    (lambda: validate.array("x", np.ones((2, 3)), ("batch", "steps", 4)), "(2, 3)",
     "(batch, steps, 4)"),
    (lambda: validate.array("x", np.ones((2, 3)), ("batch", 4)), "(2, 3)", "(batch, 4)"),
    (lambda: validate.array("x", np.ones((0, 3)), ("batch", 3)), "(0, 3)", "(batch, 3)"),
    (lambda: validate.array("x", 1.0, ("units",)), "()", "(units,)"),
    (lambda: validate.array("x", [[1, 2], [3]], ("batch", "steps")), "list", "(batch, steps)"),
    (lambda: validate.array("x", ["a", "b"], ("batch",)), "<U1", "must hold numbers"),
    (lambda: validate.array("x", ["a", "b"], ("batch",), float), "list", "shape (batch,)"),
    (lambda: validate.array("x", [1j], ("batch",)), "complex", "must hold numbers"),
    (lambda: validate.array("x", [1.0, np.nan, np.inf], ("batch",)), "2 of its 3", "finite"),
    (lambda: validate.token_ids("ids", [[0.0, 1.0]], 5), "float64", "whole numbers"),
    (lambda: validate.token_ids("ids", [[0, 5]], 5), "from 0 to 5", "ids from 0 to 4"),
    (lambda: validate.token_ids("ids", [[-1, 2]], 5), "from -1 to 2", "ids from 0 to 4"),
    (lambda: validate.token_ids("ids", [0, 1], 5), "(2,)", "(batch, sequence_length)"),
    (lambda: validate.token_ids("ids", np.zeros((1, 0), int), 5), "(1, 0)", "sequence_length"),
]


@pytest.mark.parametrize(("call", "came", "expected"), WRONG)
def test_a_wrong_input_is_answered_with_what_came_and_what_was_expected(call, came, expected):
    message = answer_to(call)
    assert came in message and expected in message and message.endswith(".")


def test_a_right_input_comes_back_in_the_type_that_is_worked_with():
    number = validate.whole_number("units", np.int32(8), 1, 8)
    assert number == 8 and type(number) is int
    number = validate.real_number("rate", np.float32(0.5), 0, 0.5)
    assert number == 0.5 and type(number) is float
    assert validate.real_number("rate", 3) == 3.0
    assert validate.one_of("cell", "gru", {"rnn": 1, "gru": 2}) == "gru"
    assert validate.one_of("clip", None, (None, "norm")) is None
    assert validate.text("alt", "a") == "a"
    assert validate.text("alt", "", empty=True) == ""


def test_an_array_keeps_or_changes_its_type_as_asked():
    assert validate.array("x", [[1, 2, 3]], ("batch", 3)).dtype.kind == "i"
    assert validate.array("x", [[1, 2, 3]], ("batch", 3), float).dtype == np.float64
    whole = np.ones((2, 3), np.float32)
    assert validate.array("x", whole, ("batch", 3)) is whole
    assert np.isnan(validate.array("x", [np.nan], ("batch",), finite=False)[0])
    assert validate.array("x", 2.5, ()) == 2.5


def test_ids_at_both_ends_of_the_vocabulary_pass():
    ids = validate.token_ids("ids", [[0, 4]], 5)
    np.testing.assert_array_equal(ids, [[0, 4]])
    assert validate.token_ids("ids", [3], 5, ("sequence_length",)).shape == (1,)
