import numpy as np
import pytest

from utils.tasks import reber
from utils.validate import InputError


def walk(symbols):
    """Return the allowed next symbols by following the graph with a recogniser of its own."""
    moves = {1: {"T": 2, "P": 3}, 2: {"S": 2, "X": 4}, 3: {"T": 3, "V": 5}, 4: {"X": 3, "S": 6},
             5: {"P": 4, "V": 6}, 6: {"E": 7}}
    place, outer, allowed, due = "B", None, [], []
    for symbol in symbols:
        if place == "B":
            assert symbol == "B"
            place = "outer"
        elif place == "outer":
            assert symbol in "TP"
            outer, place = symbol, "inner B"
        elif place == "inner B":
            assert symbol == "B"
            place = 1
        elif place == 7:
            assert symbol == outer
            place = "E"
        elif place == "E":
            assert symbol == "E"
            place = "B"
        else:
            place = moves[place][symbol]
        nexts = {"B": "B", "outer": "TP", "inner B": "B", 7: outer, "E": "E"}
        allowed.append(set(nexts[place]) if place in nexts else set(moves[place]))
        due.append(place == 7)
    return allowed, due


def letters(row):
    return "".join(reber.SYMBOLS[number] for number in row)


def test_streams_follow_the_graph_and_say_what_may_come_next():
    inputs, possible, recall = reber.draw(20, 300, 0)
    assert inputs.shape == (20, 300) and possible.shape == (20, 300, 7)
    assert possible.dtype == bool and recall.shape == (20, 300) and recall.dtype == bool
    for row, options, due in zip(inputs, possible, recall, strict=True):
        allowed, expected = walk(letters(row))
        assert [{reber.SYMBOLS[k] for k in np.flatnonzero(step)} for step in options] == allowed
        np.testing.assert_array_equal(due, expected)


def test_the_next_symbol_is_always_possible():
    inputs, possible, _ = reber.draw(50, 200, 1)
    assert np.take_along_axis(possible[:, :-1], inputs[:, 1:, None], axis=2).all()
    assert set(np.unique(possible.sum(axis=2))) == {1, 2}


def test_recall_is_due_once_a_string_and_repeats_its_second_symbol():
    inputs, _, recall = reber.draw(10, 500, 2)
    for row, due in zip(inputs, recall, strict=True):
        text, places = letters(row), np.flatnonzero(due)
        ends = [place + 3 for place in places if place + 3 <= len(text)]
        for start, end in zip([0, *ends], ends, strict=False):
            string = text[start:end]
            assert string[0] == "B" and string[-1] == "E" and string[1] == string[-2]
            assert string[1] in "TP" and string[2] == "B" and string[-3] == "E"


def test_floor_of_recall_is_one_half():
    """What stands before the recall is the same graph behind T and behind P."""
    inputs, _, recall = reber.draw(200, 1000, 3)
    rows, places = np.nonzero(recall[:, :-1])
    answers = inputs[rows, places + 1]
    kept = places >= 4
    assert np.mean(answers == reber.SYMBOLS.index("T")) == pytest.approx(0.5, abs=0.02)
    # The best guess from the last four symbols, taken with knowledge of these very counts.
    contexts = {}
    for row, place, answer in zip(rows[kept], places[kept], answers[kept], strict=True):
        key = letters(inputs[row, place - 3:place + 1])
        if "B" not in key:
            contexts.setdefault(key, []).append(answer == reber.SYMBOLS.index("T"))
    assert len(contexts) >= 5
    for told in contexts.values():
        assert len(told) < 200 or np.mean(told) == pytest.approx(0.5, abs=0.1)


def test_the_lag_of_the_memory_varies():
    inputs, _, recall = reber.draw(1, 20_000, 4)
    places = np.flatnonzero(recall[0])
    lengths = np.diff(places)
    assert lengths.min() == 9 and lengths.max() > 20
    assert 11 < lengths.mean() < 13


def test_a_seed_gives_the_same_stream_and_a_generator_moves_on():
    for one, two in zip(reber.draw(3, 40, 7), reber.draw(3, 40, np.random.default_rng(7)),
                        strict=True):
        np.testing.assert_array_equal(one, two)
    rng = np.random.default_rng(7)
    assert not np.array_equal(reber.draw(3, 40, rng)[0], reber.draw(3, 40, rng)[0])


@pytest.mark.parametrize("bad", [(0, 20, 0), (4, 0, 0), (4, 20, "0"), (4, 20, -1), (4, 20.0, 0),
                                 (True, 20, 0), (4, 20, None)])
def test_wrong_arguments_are_named(bad):
    with pytest.raises(InputError, match="batch|sequence_length|rng"):
        reber.draw(*bad)
