import re

import numpy as np
import pytest

from test_cells import KINDS, problem, shaken
from utils.evidence import cells, gradients
from wrong_input import answer_to

CELLS = ["tanh", "sigmoid", "linear", "LSTM", "GRU reset after", "GRU reset before"]


@pytest.mark.parametrize("kind", CELLS)
def test_the_certificate_holds(kind):
    cell = shaken(KINDS[kind](3, 4), 1)
    found = gradients.certificate(cell, problem(cell, 2, 6, 2)[0])
    assert found.worst()[0] <= 1e-10
    assert max(found.worst()[1:]) <= 1e-6
    assert found.holds()
    names = {"kernel", "recurrent_kernel", "bias", "x", "initial h"}
    assert set(found.errors) == names | ({"initial c"} if kind == "LSTM" else set())


class NoSlope(cells.SimpleRNN):
    """A derivation that forgets the slope of tanh."""

    def backward(self, *args, **options):
        self.activation, kept = "linear", self.activation
        try:
            return super().backward(*args, **options)
        finally:
            self.activation = kept


def test_a_broken_derivation_breaks_the_certificate_and_it_says_so():
    cell = shaken(NoSlope(3, 4), 1)
    found = gradients.certificate(cell, problem(cell, 2, 6, 2)[0])
    hand_autodiff, hand_differences, autodiff_differences = found.worst()
    assert min(hand_autodiff, hand_differences) > 1e-2
    assert autodiff_differences <= 1e-6          # two of three agree: the hand is wrong
    assert not found.holds()
    assert "DOES NOT HOLD" in str(found)


def test_a_gradient_of_nan_does_not_hold():
    found = gradients.Certificate({"kernel": (float("nan"), 0.0, 0.0)}, {"kernel": (1, 1)})
    assert not found.holds()


def test_the_table_names_every_gradient_once_with_its_shape():
    cell = shaken(cells.LSTM(3, 4), 1)
    lines = str(gradients.certificate(cell, problem(cell, 2, 5, 2)[0])).splitlines()
    assert [line.split("  ")[0] for line in lines[1:-1]] == [
        "kernel", "recurrent_kernel", "bias", "x", "initial h", "initial c"]
    assert "(4, 16)" in lines[2]
    assert lines[-1].startswith("certificate holds")
    assert all(line.count("\u2248") == 3 for line in lines[1:-1])


def test_finite_differences_of_known_functions():
    a = np.array([[0.3, -1.2], [2.0, 0.7]])
    kept = a.copy()
    np.testing.assert_allclose(gradients.finite_differences(lambda: float((a ** 3).sum()), a),
                               3 * kept ** 2, rtol=1e-9)
    np.testing.assert_array_equal(a, kept)
    coarse, fine = (np.abs(gradients.finite_differences(
        lambda: float(np.exp(a).sum()), a, step) - np.exp(kept)).max() for step in (1e-1, 1e-5))
    assert fine < 1e-8 < 1e-3 < coarse


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_of_the_steps_sum_to_the_gradient(kind):
    cell = shaken(KINDS[kind](3, 4), 3)
    x, d_states, state = problem(cell, 2, 7, 4)
    parts = gradients.by_time_step(cell, x, d_states, state)
    whole = gradients.by_hand(cell, x, d_states, state)
    for name, weight in cell.weights.items():
        assert parts[name].shape == (7, *weight.shape)
        np.testing.assert_allclose(parts[name].sum(axis=0), whole[name], rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", CELLS)
def test_a_contribution_is_the_gradient_of_that_use_alone(kind):
    """Differences with the weight moved at one step only, and kept at all others."""
    cell = shaken(KINDS[kind](2, 3), 5)
    x, d_states, state = problem(cell, 1, 5, 6)
    parts = gradients.by_time_step(cell, x, d_states, state)
    name, place, used = "recurrent_kernel", (1, 2), 2

    def loss(change):
        carried, total = state, 0.0
        for t in range(5):
            cell.weights[name][place] += change * (t == used)
            total += float((cell.forward(x[:, t:t + 1], carried)[:, 0] * d_states[:, t]).sum())
            cell.weights[name][place] -= change * (t == used)
            carried = cell.final_state
        return total

    expected = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert parts[name][used][place] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("kind", CELLS)
def test_step_jacobians_equal_differences(kind):
    cell = shaken(KINDS[kind](2, 3), 7)
    x, _, state = problem(cell, 1, 4, 8)
    jacobians = gradients.step_jacobians(cell, x, state)

    def step(joined):
        parts = np.split(joined[None], len(cell.state_names), axis=1)
        cell.forward(x[:, 2:3], parts[0] if len(parts) == 1 else tuple(parts))
        return np.hstack(cell.final_state)[0] if len(parts) > 1 else cell.final_state[0]

    cell.forward(x[:, :2], state)
    before = np.hstack(cell.final_state)[0] if kind == "LSTM" else cell.final_state[0]
    columns = [(step(before + unit) - step(before - unit)) / 2e-5
               for unit in 1e-5 * np.eye(len(before))]
    np.testing.assert_allclose(jacobians[2], np.array(columns).T, rtol=0, atol=1e-9)


def test_jacobian_norms_of_a_linear_cell_are_those_of_matrix_powers():
    cell = shaken(cells.SimpleRNN(2, 4, "linear"), 9)
    U = cell.weights["recurrent_kernel"]
    norms = gradients.jacobian_norms(cell, np.ones((1, 12, 2)))
    expected = [np.linalg.norm(np.linalg.matrix_power(U, lag), 2) for lag in range(13)]
    np.testing.assert_allclose(norms, expected, rtol=1e-12)


def test_jacobian_norm_of_the_belt_is_the_largest_product_of_forget_gates():
    """With no recurrent weights, d c(T) / d c(t) is diagonal: a product of forget gates."""
    cell = shaken(cells.LSTM(2, 5), 10)
    cell.weights["recurrent_kernel"][:] = 0
    x = problem(cell, 1, 8, 0)[0]
    norms = gradients.jacobian_norms(cell, x, part="c")
    cell.forward(x)
    forget = cell.gates["forget"][0]
    expected = [forget[8 - lag:].prod(axis=0).max() for lag in range(9)]
    np.testing.assert_allclose(norms, expected, rtol=1e-12)


def test_jacobian_norm_is_what_a_small_change_can_grow_by():
    cell = shaken(cells.GRU(2, 4), 11)
    x, _, state = problem(cell, 1, 6, 12)
    norm = gradients.jacobian_norms(cell, x, state)[6]
    rng, end, grown = np.random.default_rng(0), cell.forward(x, state)[0, -1], 0.0
    for _ in range(2000):
        change = rng.normal(size=(1, 4))
        change *= 1e-6 / np.linalg.norm(change)
        grown = max(grown, np.linalg.norm(cell.forward(x, state + change)[0, -1] - end) / 1e-6)
    assert 0.95 * norm < grown <= norm * 1.001


@pytest.mark.parametrize("kind", CELLS)
def test_state_jacobian_is_zero_for_the_future_and_equals_differences(kind):
    cell = shaken(KINDS[kind](2, 3), 13)
    x, _, state = problem(cell, 1, 5, 14)
    jacobian = gradients.state_jacobian(cell, x, state)
    assert jacobian.shape == (5, 5, 3, 2)
    for t in range(5):
        assert not jacobian[t, t + 1:].any()
        assert all(jacobian[t, s].any() for s in range(t + 1))
    for s, channel in [(0, 1), (3, 0)]:
        moved = [x.copy(), x.copy()]
        moved[0][0, s, channel] += 1e-5
        moved[1][0, s, channel] -= 1e-5
        above, below = (cell.forward(change, state)[0].copy() for change in moved)
        np.testing.assert_allclose(jacobian[:, s, :, channel], (above - below) / 2e-5, rtol=0,
                                   atol=1e-9)


X = np.zeros((2, 5, 3))
CELL = cells.SimpleRNN(3, 4)
WRONG = {
    "certificate of a float32 cell": (
        lambda: gradients.certificate(cells.GRU(3, 4, dtype="float32"), X), "float64 .* float32"),
    "certificate of a layer": (lambda: gradients.certificate("GRU", X), "cells, .* got str"),
    "certificate on another width": (lambda: gradients.certificate(CELL, X[..., :2]),
                                     r"\(batch, sequence_length, 3\); got shape \(2, 5, 2\)"),
    "differences in float32": (
        lambda: gradients.finite_differences(lambda: 0.0, np.zeros(3, np.float32)),
        "float64, .* got float32"),
    "differences of a list": (lambda: gradients.finite_differences(lambda: 0.0, [1.0]), "got list"),
    "step 0": (lambda: gradients.finite_differences(lambda: 0.0, np.zeros(3), 0), "above 0; got 0"),
    "step of infinity": (lambda: gradients.finite_differences(lambda: 0.0, np.zeros(3), np.inf),
                         "step must be a number"),
    "two sequences": (lambda: gradients.jacobian_norms(CELL, X),
                      r"\(1, sequence_length, 3\); got shape \(2, 5, 3\)"),
    "no such part": (lambda: gradients.jacobian_norms(CELL, X[:1], part="c"), "'h'; got 'c'"),
    "state jacobian of two sequences": (lambda: gradients.state_jacobian(CELL, X),
                                        r"got shape \(2, 5, 3\)"),
    "steps of NaN": (lambda: gradients.by_time_step(CELL, X * np.nan, X), "x must be finite"),
    "steps with a wrong loss": (lambda: gradients.by_time_step(CELL, X, X),
                                r"d_states must have shape \(2, 5, 4\); got shape \(2, 5, 3\)"),
    "errors of two shapes": (lambda: gradients.relative_error(X, X[0]), "second must have shape"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_says_what_came_and_what_was_expected(case):
    call, message = WRONG[case]
    assert re.search(message, answer_to(call))


def test_relative_error():
    assert gradients.relative_error([1.0, 2.0], [1.0, 2.5]) == pytest.approx(0.2)
    assert gradients.relative_error(np.zeros(3), np.zeros(3)) == 0
    assert np.isnan(gradients.relative_error([1.0], [np.nan]))
