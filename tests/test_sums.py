import numpy as np
import pytest

from utils.tasks import sums
from wrong_input import answer_to


def text(ids):
    return "".join(sums.CHARACTERS[number] for number in ids)


def test_a_seed_gives_the_same_questions_and_no_question_comes_twice():
    pairs = sums.draw(5000, 3)
    assert pairs.shape == (5000, 2) and pairs.min() >= 0 and pairs.max() <= 999
    np.testing.assert_array_equal(pairs, sums.draw(5000, np.random.default_rng(3)))
    assert not np.array_equal(pairs, sums.draw(5000, 4))
    assert len({tuple(sorted(pair)) for pair in pairs.tolist()}) == 5000


def test_every_count_of_digits_is_as_frequent_at_first():
    lengths = np.array([len(str(number)) for number in sums.draw(2000, 0, 6).ravel()])
    # A number of k drawn digits is shorter when its first digits are 0: 10 % of the time each.
    shares = [np.mean(lengths == count) for count in (6, 5, 4)]
    np.testing.assert_allclose(shares, [0.9 / 6, 0.99 / 6, 0.999 / 6], atol=0.02)


@pytest.mark.parametrize(("pair", "question", "answer"), [
    ((535, 61), "535+61 ", "596 "), ((0, 7), "0+7    ", "7   "), ((999, 999), "999+999", "1998")])
def test_text_is_what_one_writes(pair, question, answer):
    forward, answers = sums.as_text([pair], reverse=False)
    backward, _ = sums.as_text([pair])
    assert (text(forward[0]), text(answers[0])) == (question, answer)
    assert text(backward[0]) == question[::-1]


def test_columns_are_digits_from_the_units_on():
    columns, answers = sums.as_columns([(535, 61)])
    assert columns[0].tolist() == [[5, 1], [3, 6], [5, 0], [0, 0]]
    assert answers[0].tolist() == [6, 9, 5, 0]
    questions, again = sums.as_interleaved_text([(535, 61)])
    assert questions[0].tolist() == [5, 1, 3, 6, 5, 0] and again.tolist() == answers.tolist()


@pytest.mark.parametrize("digits", [1, 3, 5])
def test_all_presentations_say_the_same_sum(digits):
    pairs = sums.draw(20, 1, digits)
    questions, answers = sums.as_text(pairs, digits)
    columns, by_column = sums.as_columns(pairs, digits)
    places = 10 ** np.arange(digits + 1)
    np.testing.assert_array_equal((columns * places[:, None]).sum(axis=1), pairs)
    np.testing.assert_array_equal((by_column * places).sum(axis=1), pairs.sum(axis=1))
    assert [int(text(row)) for row in answers] == pairs.sum(axis=1).tolist()
    assert [eval(text(row)[::-1]) for row in questions] == pairs.sum(axis=1).tolist()


@pytest.mark.parametrize(("call", "came", "expected"), [
    (lambda: sums.draw(0, 0), "got 0", "at least 1"),
    (lambda: sums.draw(5, "0"), "'0'", "numpy.random.Generator"),
    (lambda: sums.draw(5, 0, 7), "got 7", "at most 6"),
    (lambda: sums.draw(100, 0, 1), "got 100", "at most 27"),
    (lambda: sums.as_text([(1000, 0)]), "to 1000", "from 0 to 999"),
    (lambda: sums.as_text([(1, 2, 3)]), "(1, 3)", "(count, 2)"),
    (lambda: sums.as_columns([(-1, 0)]), "from -1", "from 0 to 999"),
    (lambda: sums.as_columns([(0.5, 0)]), "float64", "whole numbers"),
    (lambda: sums.as_interleaved_text([]), "(0,)", "(count, 2)")])
def test_wrong_input_is_answered_with_what_came_and_what_was_expected(call, came, expected):
    message = answer_to(call)
    assert came in message and expected in message and message.endswith(".")
