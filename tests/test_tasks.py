import math

import numpy as np
import pytest

from utils import tasks
from utils.validate import InputError

DRAWS = {
    "adding": (tasks.adding, 20), "one_bit": (tasks.one_bit, 7), "recall": (tasks.recall, 7),
    "temporal_order": (tasks.temporal_order, 30), "copy": (tasks.copy, 5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_gives_the_same_examples_and_another_seed_others(name):
    draw, length = DRAWS[name]
    for first, second in zip(draw(16, length, 3), draw(16, length, np.random.default_rng(3)),
                             strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(draw(16, length, 3)[1], draw(16, length, 4)[1])


@pytest.mark.parametrize("name", DRAWS)
def test_a_generator_moves_on(name):
    draw, length = DRAWS[name]
    rng = np.random.default_rng(0)
    assert not np.array_equal(draw(16, length, rng)[1], draw(16, length, rng)[1])


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("bad", [(0, 20, 0), (4, 0, 0), (4, 20, "0"), (4, 20, -1), (4, 20, None),
                                 (4, 20.0, 0), (True, 20, 0), (4, 20, True)])
def test_wrong_arguments_are_named(name, bad):
    with pytest.raises(InputError, match="batch|sequence_length|lag|delay|rng"):
        DRAWS[name][0](*bad)


@pytest.mark.parametrize("length", [2, 3, 10, 51])
def test_adding_has_one_mark_in_each_half_and_their_sum_as_target(length):
    inputs, targets = tasks.adding(500, length, 0)
    assert inputs.shape == (500, length, 2) and targets.shape == (500, 1)
    values, marks = inputs[..., 0], inputs[..., 1]
    assert values.min() >= 0 and values.max() <= 1
    assert np.isin(marks, (0, 1)).all()
    np.testing.assert_array_equal(marks[:, :length // 2].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, length // 2:].sum(axis=1), 1)
    np.testing.assert_allclose((values * marks).sum(axis=1), targets[:, 0], rtol=0, atol=1e-15)
    assert len(np.unique(marks.argmax(axis=1))) == length // 2


def test_adding_floor_is_the_error_of_the_best_constant():
    _, targets = tasks.adding(400_000, 4, 0)
    constants = np.linspace(0.8, 1.2, 41)
    errors = [np.mean((targets - constant) ** 2) for constant in constants]
    assert constants[np.argmin(errors)] == pytest.approx(1, abs=0.011)
    assert min(errors) == pytest.approx(tasks.ADDING_FLOOR, abs=0.001)
    # Exactly: E[(u + v - 1)^2] on a grid of midpoints, whose error is known to be n^-2 / 6.
    grid = (np.arange(1000) + 0.5) / 1000
    exact = np.mean((grid[:, None] + grid[None, :] - 1) ** 2)
    assert exact + 1e-6 / 6 == pytest.approx(tasks.ADDING_FLOOR, abs=1e-12)


def test_one_bit_shows_the_bit_at_step_0_alone():
    inputs, targets = tasks.one_bit(300, 12, 0)
    assert inputs.shape == (300, 13, 2) and targets.shape == (300,)
    np.testing.assert_array_equal(inputs[:, 0, 0], 2 * targets - 1)
    assert not inputs[:, 1:, 0].any()
    np.testing.assert_array_equal(inputs[:, :, 1], np.eye(13)[[12]].repeat(300, axis=0))


def test_noise_after_the_bit_is_as_loud_as_asked_and_tells_nothing():
    inputs, targets = tasks.one_bit(20_000, 5, 0, noise=0.5)
    np.testing.assert_array_equal(inputs[:, 0, 0], 2 * targets - 1)
    assert inputs[:, 1:, 0].std() == pytest.approx(0.5, abs=0.01)
    told = [np.corrcoef(inputs[:, step, 0], targets)[0, 1] for step in range(1, 6)]
    assert np.abs(told).max() < 0.03
    with pytest.raises(InputError, match="noise"):
        tasks.one_bit(4, 5, 0, noise=-1.0)


def test_one_bit_floor_is_the_entropy_of_a_fair_bit():
    _, targets = tasks.one_bit(200_000, 1, 0)
    guesses = np.linspace(0.4, 0.6, 41)
    losses = [-np.mean(np.where(targets, np.log(p), np.log(1 - p))) for p in guesses]
    assert min(losses) == pytest.approx(tasks.ONE_BIT_FLOOR, abs=1e-4)
    assert -2 * 0.5 * math.log(0.5) == pytest.approx(tasks.ONE_BIT_FLOOR, abs=1e-15)


def test_recall_asks_for_the_marked_bit_and_no_other_bit_tells_it():
    inputs, targets = tasks.recall(20_000, 6, 0)
    assert inputs.shape == (20_000, 7, 2) and targets.shape == (20_000,)
    assert np.isin(inputs[..., 0], (-1, 1)).all()
    np.testing.assert_array_equal(inputs[:, :, 1], np.eye(7)[[0]].repeat(20_000, axis=0))
    np.testing.assert_array_equal(inputs[:, 0, 0], 2 * targets - 1)
    told = [np.corrcoef(inputs[:, step, 0], targets)[0, 1] for step in range(1, 7)]
    assert np.abs(told).max() < 0.03
    assert targets.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("length", [10, 13, 40])
def test_temporal_order_is_readable_from_the_two_symbols(length):
    inputs, targets = tasks.temporal_order(400, length, 0)
    assert inputs.shape == (400, length, 6)
    np.testing.assert_array_equal(inputs.sum(axis=-1), 1)
    for sequence, target in zip(inputs.argmax(axis=-1), targets, strict=True):
        places = np.flatnonzero(sequence < 2)
        assert len(places) == 2
        assert length // 10 <= places[0] < 0.2 * length + 1
        assert int(0.4 * length) <= places[1] < 0.5 * length + 1
        assert target == 2 * sequence[places[0]] + sequence[places[1]]


def test_temporal_order_floor_is_the_entropy_of_four_equal_classes():
    _, targets = tasks.temporal_order(200_000, 10, 0)
    shares = np.bincount(targets, minlength=4) / len(targets)
    assert -np.sum(shares * np.log(shares)) == pytest.approx(tasks.TEMPORAL_ORDER_FLOOR, abs=1e-4)
    # At the last step only a distractor is seen, and it is independent of the class.
    inputs, targets = tasks.temporal_order(50_000, 10, 1)
    for symbol in range(2, 6):
        seen = targets[inputs[:, -1, symbol] == 1]
        assert np.bincount(seen, minlength=4) / len(seen) == pytest.approx([0.25] * 4, abs=0.02)


@pytest.mark.parametrize("delay", [1, 2, 30])
def test_copy_asks_for_the_first_ten_symbols_at_the_last_ten_steps(delay):
    inputs, targets = tasks.copy(50, delay, 0)
    assert inputs.shape == (50, delay + 20, 10) and targets.shape == (50, delay + 20)
    ids = inputs.argmax(axis=-1)
    np.testing.assert_array_equal(ids[:, :10], targets[:, -10:])
    assert ids[:, :10].max() == 7
    assert (targets[:, :-10] == 8).all()
    np.testing.assert_array_equal(np.argwhere(ids == 9)[:, 1], 9 + delay)
    assert (ids[:, 10:9 + delay] == 8).all() and (ids[:, 10 + delay:] == 8).all()


@pytest.mark.parametrize("delay", [1, 50])
def test_copy_floor_is_reached_by_the_memoryless_strategy(delay):
    _, targets = tasks.copy(2000, delay, 0)
    chances = np.zeros((delay + 20, 9))
    chances[:-10, 8] = 1
    chances[-10:, :8] = 1 / 8
    loss = -np.log(chances[np.arange(delay + 20), targets]).mean()
    assert loss == pytest.approx(tasks.copy_floor(delay), abs=1e-12)
    assert np.bincount(targets[:, -10:].ravel()) / 20_000 == pytest.approx([1 / 8] * 8, abs=0.01)


def test_one_hot_refuses_ids_out_of_range():
    np.testing.assert_array_equal(tasks.one_hot([[2, 0]], 3), [[[0, 0, 1], [1, 0, 0]]])
    with pytest.raises(InputError, match="ids from 0 to 2"):
        tasks.one_hot([3], 3)
    with pytest.raises(InputError, match="whole numbers"):
        tasks.one_hot([0.5], 3)
