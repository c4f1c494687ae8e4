import itertools

import numpy as np
import pytest

from utils.evidence import decoding
from utils.validate import InputError
from wrong_input import answer_to

END = 2


def random_model(size, units, seed=0, sharpness=3.0):
    """A tiny RNN: its next token depends on all tokens before, and no two sequences tie."""
    rng = np.random.default_rng(seed)
    A, B, C = (rng.normal(size=shape) for shape in ((size, units), (units, units), (units, size)))

    def step(state, token):
        h = np.tanh(A[token] + state["now"][0] @ B)
        scores = sharpness * h @ C / np.sqrt(units)
        return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), {"now": (h,)}
    return step


def start_of(batch, units, seed=1):
    rng = np.random.default_rng(seed)
    return {"now": (rng.normal(size=(batch, units)),)}, rng.integers(0, 4, size=batch)


def by_hand(step, state, start, end, longest):
    """Every sequence of one row with its score, by a loop over all products of tokens."""
    size = step(state, start)[0].shape[1]
    found = {}
    for tokens in itertools.product(range(size), repeat=longest):
        if end in tokens:
            tokens = tokens[:tokens.index(end)] + (end,)
        if tokens in found:
            continue
        score, at, token = 0.0, state, start
        for following in tokens:
            log_p, at = step(at, token)
            score += log_p[0, following]
            token = np.array([following])
        found[tokens] = score
    return found


@pytest.mark.parametrize("longest", [1, 2, 4])
def test_exhaustive_scores_every_sequence_once(longest):
    step = random_model(4, 5)
    state, start = start_of(3, 5)
    tokens, scores = decoding.exhaustive(step, state, start, END, longest)
    count = sum(3 ** k for k in range(longest + 1))
    assert tokens.shape == (3, count, longest) and scores.shape == (3, count)
    for row in range(3):
        wanted = by_hand(step, decoding.take(state, np.array([row])), start[row:row + 1], END,
                         longest)
        found = {}
        for sequence, score in zip(tokens[row].tolist(), scores[row], strict=True):
            ended = sequence.index(END) + 1 if END in sequence else longest
            assert set(sequence[ended:]) <= {END}
            found[tuple(sequence[:ended])] = score
        assert found.keys() == wanted.keys() and len(found) == count
        np.testing.assert_allclose([found[key] for key in wanted], list(wanted.values()),
                                   rtol=0, atol=1e-12)
        assert (np.diff(scores[row]) <= 0).all()


def test_the_probabilities_of_all_sequences_sum_to_one():
    state, start = start_of(4, 6)
    _, scores = decoding.exhaustive(random_model(5, 6), state, start, END, 5)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_full_width_is_exhaustive_search(seed):
    step = random_model(4, 5, seed)
    state, start = start_of(6, 5, seed)
    wanted, best = decoding.exhaustive(step, state, start, END, 4)
    written, scores = decoding.beam(step, state, start, END, 4, wanted.shape[1])
    np.testing.assert_array_equal(written, wanted)
    np.testing.assert_allclose(scores, best, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_one_is_greedy(seed):
    step = random_model(7, 9, seed)
    state, start = start_of(50, 9, seed)
    greedy, score = decoding.greedy(step, state, start, END, 12)
    written, scores = decoding.beam(step, state, start, END, 12, 1)
    np.testing.assert_array_equal(written[:, 0], greedy)
    np.testing.assert_allclose(scores[:, 0], score, rtol=0, atol=1e-12)


def test_scores_are_what_the_model_gives_to_the_tokens():
    step = random_model(6, 8)
    state, start = start_of(20, 8)
    tokens, scores = decoding.greedy(step, state, start, END, 10)
    forced = decoding.teacher_forced(step, state, start, tokens, END)
    np.testing.assert_allclose(forced.sum(axis=1), scores, rtol=0, atol=1e-12)
    written, scores = decoding.beam(step, state, start, END, 10, 4)
    for k in range(4):
        forced = decoding.teacher_forced(step, state, start, written[:, k], END)
        np.testing.assert_allclose(forced.sum(axis=1), scores[:, k], rtol=0, atol=1e-12)


def test_a_row_does_not_depend_on_the_rows_beside_it():
    step = random_model(6, 8)
    state, start = start_of(12, 8)
    together, _ = decoding.beam(step, state, start, END, 9, 3)
    for row in range(12):
        alone, _ = decoding.beam(step, decoding.take(state, np.array([row])), start[row:row + 1],
                                 END, 9, 3)
        length = alone.shape[2]
        np.testing.assert_array_equal(together[row, :, :length], alone[0])
        assert (together[row, :, length:] == END).all()


def trap(state, token):
    """Token 0 looks best at once (0.5), but what follows is spread; 1 then 1 has 0.4 x 1."""
    probabilities = np.full((len(token), 4), 1e-12)
    table = {3: [0.5, 0.4, 0.1, 0], 0: [0.4, 0.3, 0.3, 0], 1: [0, 1, 0, 0]}
    second = {0: [0, 0, 1, 0], 1: [0, 0, 1, 0]}
    for row, (number, last) in enumerate(zip(state, token, strict=True)):
        probabilities[row] += second[last] if number == 2 else table[last]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return np.log(probabilities), state + 1


def test_greedy_walks_into_the_trap_and_a_beam_of_two_does_not():
    state, start = np.zeros(1, int), np.array([3])
    greedy, score = decoding.greedy(trap, state, start, END, 5)
    assert greedy.tolist() == [[0, 0, 2]] and np.exp(score) == pytest.approx(0.2)
    written, scores = decoding.beam(trap, state, start, END, 5, 2)
    assert written[0, 0].tolist() == [1, 1, 2]
    assert np.exp(scores[0, 0]) == pytest.approx(0.4)


def test_a_finished_sequence_stays_in_the_beam_and_is_not_written_on():
    def step(state, token):
        row = np.array([0.3, 0.05, 0.65])
        return np.log(np.tile(row, (len(token), 1))), state
    written, scores = decoding.beam(step, None, np.array([0]), END, 3, 3)
    assert written[0].tolist() == [[2, 2, 2], [0, 2, 2], [0, 0, 2]]
    np.testing.assert_allclose(np.exp(scores[0]), [0.65, 0.195, 0.0585], rtol=1e-12)
    greedy, _ = decoding.greedy(step, None, np.array([0]), END, 3)
    assert greedy.tolist() == [[2]]


def test_what_is_impossible_scores_minus_infinity():
    def step(state, token):
        return np.log(np.tile([0.5 + 1e-300, 1e-300, 0.5], (len(token), 1))), state

    def certain(state, token):
        with np.errstate(divide="ignore"):
            return np.log(np.tile([1.0, 0, 0], (len(token), 1))), state
    assert np.isfinite(decoding.beam(step, None, np.array([0]), END, 2, 9)[1]).sum() == 7
    written, scores = decoding.beam(certain, None, np.array([0]), END, 2, 4)
    assert written[0, 0].tolist() == [0, 0] and scores[0].tolist() == [0, *[-np.inf] * 3]


def test_states_of_every_form_follow_their_hypotheses():
    seen = []

    def step(state, token):
        seen.append(state)
        spread = np.log(np.tile([0.25] * 4, (len(token), 1)))
        nested, (pair, [several]) = state
        return spread, ({"sum": nested["sum"] + token}, (None, [several * 10 + token]))

    state = ({"sum": np.array([5, 50])}, (None, [np.array([5, 50])]))
    decoding.beam(step, state, np.array([0, 1]), END, 3, 6)
    kept, _ = decoding.beam(step, state, np.array([0, 1]), END, 2, 6)
    nested, (nothing, several) = seen[2]
    np.testing.assert_array_equal(nested["sum"].reshape(2, 6), [[5], [51]] + kept[:, :, 0])
    np.testing.assert_array_equal(several[0].reshape(2, 6), [[500], [5010]] + kept[:, :, 0])
    assert nothing is None and isinstance(several, list) and len(set(kept[0, :, 0])) > 1


STEP = random_model(4, 3)
STATE, START = start_of(2, 3)
FALSE_STEPS = {
    "probabilities": lambda state, token: (np.full((len(token), 4), 0.25), state),
    "raw scores": lambda state, token: (np.ones((len(token), 4)), state),
    "one row too few": lambda state, token: (np.log(np.full((len(token) - 1, 4), 0.25)), state),
    "no state": lambda state, token: np.log(np.full((len(token), 4), 0.25)),
    "nan": lambda state, token: (np.full((len(token), 4), np.nan), state),
}


@pytest.mark.parametrize(("call", "came", "expected"), [
    (lambda: decoding.greedy(None, STATE, START, END, 3), "NoneType", "a function (state, token)"),
    (lambda: decoding.greedy(STEP, STATE, 1, END, 3), "()", "(batch,)"),
    (lambda: decoding.greedy(STEP, STATE, [0.5, 1], END, 3), "float64", "whole numbers"),
    (lambda: decoding.greedy(STEP, STATE, START, -1, 3), "got -1", "at least 0"),
    (lambda: decoding.greedy(STEP, STATE, START, 4, 3), "got 4", "from 0 to 3"),
    (lambda: decoding.greedy(STEP, STATE, START, END, 0), "got 0", "at least 1"),
    (lambda: decoding.greedy(STEP, {"now": (np.zeros(1, int),)}, START, END, 2), "(1,)",
     "at least 2 rows"),
    (lambda: decoding.beam(STEP, "abc", START, END, 2, 2), "str", "None, an array"),
    (lambda: decoding.beam(STEP, STATE, START, END, 2, 0), "got 0", "at least 1"),
    (lambda: decoding.beam(STEP, STATE, START, END, 2, 1.5), "1.5 (float)", "whole number"),
    (lambda: decoding.exhaustive(STEP, STATE, START, END, 30), "make", "at most 2000000"),
    (lambda: decoding.teacher_forced(STEP, STATE, START, [[1, 2]]), "(1, 2)", "(2, 2)"),
    (lambda: decoding.teacher_forced(STEP, STATE, START, [[1], [7]]), "got 7", "from 0 to 3"),
    (lambda: decoding.greedy(FALSE_STEPS["probabilities"], None, START, END, 3), "5.136",
     "log-probabilities"),
    (lambda: decoding.beam(FALSE_STEPS["raw scores"], None, START, END, 3, 2), "10.87",
     "log-probabilities"),
    (lambda: decoding.greedy(FALSE_STEPS["one row too few"], None, START, END, 3), "(1, 4)",
     "(2, vocabulary)"),
    (lambda: decoding.greedy(FALSE_STEPS["no state"], None, START, END, 3), "ndarray", "a pair"),
    (lambda: decoding.greedy(FALSE_STEPS["nan"], None, START, END, 3), "nan",
     "log-probabilities")])
def test_wrong_input_is_answered_with_what_came_and_what_was_expected(call, came, expected):
    message = answer_to(call)
    assert came in message and expected in message and message.endswith(".")


def test_a_search_that_is_too_large_is_refused_before_it_starts():
    calls = []

    def step(state, token):
        calls.append(len(token))
        return np.log(np.full((len(token), 50), 0.02)), state
    with pytest.raises(InputError):
        decoding.exhaustive(step, None, np.zeros(1, int), END, 10)
    assert calls == [1]
