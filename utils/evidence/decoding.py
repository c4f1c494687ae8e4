"""Write sequences with a model that gives the probabilities of the next token.

The model is a function `step(state, token) -> (log_probabilities, state)` for many rows at once:
`token` is (rows,) whole numbers, the token written last; `log_probabilities` is (rows, vocabulary),
natural logarithms; `state` is whatever the model wants to be given again: None, an array, or a
tuple, list or dict of states, every array with the rows on its first axis.

A sequence is over when it holds the end token, or after `longest` tokens. Its score is the sum of
the log-probabilities of its tokens, the end token included. All sequences that can be written so
have probabilities that sum to 1. Behind the end token a result is filled up with end tokens.

Sutskever, Vinyals and Le (2014), section 3.2, decode with a beam that keeps what is over as here.
"""

import numpy as np

from utils import validate

LARGEST_SEARCH = 2_000_000


def greedy(step, state, start, end, longest):
    """Write the most probable token at each step and feed it back in.

    Args:
        step: the model; see the top of this module.
        state: its state before the first token, `batch` rows.
        start: the start token of each row, (batch,).
        end: id of the end token.
        longest: tokens to write at most.

    Returns:
        tokens (batch, at most longest) and scores (batch,).

    Raises:
        InputError: wrong arguments, or a step that returns no log-probabilities.
    """
    token, end, longest = _checked(step, state, start, end, longest)
    written, scores = [], np.zeros(len(token))
    ended = np.zeros(len(token), bool)
    for _ in range(longest):
        log_p, state = _next(step, state, token, end)
        token = np.where(ended, end, log_p.argmax(axis=1))
        scores += np.where(ended, 0, log_p[np.arange(len(token)), token])
        written.append(token)
        ended |= token == end
        if ended.all():
            break
    return np.stack(written, axis=1), scores


def beam(step, state, start, end, longest, width):
    """Keep the `width` best beginnings at each step, over all ways to continue them.

    Args:
        step: the model; see the top of this module.
        state: its state before the first token, `batch` rows.
        start: the start token of each row, (batch,).
        end: id of the end token.
        longest: tokens to write at most.
        width: beginnings to keep per row. 1 is greedy decoding; as many as there are sequences is
            exhaustive search.

    Returns:
        tokens (batch, at most width, at most longest) and scores (batch, at most width), best
        first. A score of -inf marks a place for which there was no possible sequence.

    Raises:
        InputError: wrong arguments, or a step that returns no log-probabilities.
    """
    token, end, longest = _checked(step, state, start, end, longest)
    width = validate.whole_number("width", width)
    batch = len(token)
    scores, ended = np.zeros((batch, 1)), np.zeros((batch, 1), bool)
    written = np.zeros((batch, 1, 0), int)
    for t in range(longest):
        log_p, state = _next(step, state, token, end)
        beams, size = scores.shape[1], log_p.shape[1]
        nothing_more = np.where(np.arange(size) == end, 0.0, -np.inf)
        log_p = np.where(ended[..., None], nothing_more, log_p.reshape(batch, beams, size))
        totals = (scores[..., None] + log_p).reshape(batch, -1)
        best = np.argsort(-totals, axis=1, kind="stable")[:, :width]
        scores = np.take_along_axis(totals, best, axis=1)
        parent, token = np.divmod(best, size)
        written = np.concatenate([np.take_along_axis(written, parent[..., None], axis=1),
                                  token[..., None]], axis=2)
        ended = token == end                     # what is over goes on with the end token alone
        if ended.all() or t == longest - 1:
            break
        state = take(state, (beams * np.arange(batch)[:, None] + parent).ravel())
        token = token.ravel()
    return written, scores


def exhaustive(step, state, start, end, longest):
    """Score every sequence that can be written, and sort them.

    With n tokens beside the end token there are 1 + n + ... + n^longest of them, so this serves
    as a check of the other two on a small model.

    Args:
        step: the model; see the top of this module.
        state: its state before the first token, `batch` rows.
        start: the start token of each row, (batch,).
        end: id of the end token.
        longest: tokens to write at most.

    Returns:
        tokens (batch, sequences, longest) and scores (batch, sequences), best first.

    Raises:
        InputError: wrong arguments, a step that returns no log-probabilities, or more than
            LARGEST_SEARCH sequences to score.
    """
    token, end, longest = _checked(step, state, start, end, longest)
    batch = len(token)
    prefixes, scores = np.zeros((1, 0), int), np.zeros((batch, 1))
    found = []
    for t in range(longest):
        log_p, state = _next(step, state, token, end)
        size = log_p.shape[1]
        count = batch * sum((size - 1) ** k for k in range(longest + 1))
        if count > LARGEST_SEARCH:
            raise validate.InputError(f"longest must leave at most {LARGEST_SEARCH} sequences to "
                                      f"score; {longest} tokens out of {size} in {batch} rows "
                                      f"make {count}.")
        totals = scores[..., None] + log_p.reshape(batch, len(prefixes), size)
        found.append((_filled(prefixes, longest, end), totals[..., end]))
        others = np.delete(np.arange(size), end)
        before = np.repeat(np.arange(len(prefixes)), len(others))
        prefixes = np.column_stack([prefixes[before], np.tile(others, len(prefixes))])
        scores = totals[..., others].reshape(batch, -1)
        if t < longest - 1:
            rows = len(prefixes) // len(others) * np.arange(batch)[:, None] + before
            state, token = take(state, rows.ravel()), np.tile(prefixes[:, t], batch)
    found.append((prefixes, scores))
    tokens, scores = (np.concatenate(parts, axis=axis) for parts, axis in
                      zip(zip(*found, strict=True), (0, 1), strict=True))
    order = np.argsort(-scores, axis=1, kind="stable")
    return tokens[order], np.take_along_axis(scores, order, axis=1)


def teacher_forced(step, state, start, tokens, end=None):
    """Feed given tokens, right or wrong, and return what the model gives for each of them.

    Args:
        step: the model; see the top of this module.
        state: its state before the first token, `batch` rows.
        start: the start token of each row, (batch,).
        tokens: what to feed, (batch, length).
        end: id of the end token; what stands behind the first one counts 0. None counts all.

    Returns:
        The log-probability of each given token, given those before it, (batch, length).

    Raises:
        InputError: wrong arguments, or a step that returns no log-probabilities.
    """
    token, _, length = _checked(step, state, start, end or 0, np.shape(tokens)[-1])
    tokens = validate.token_ids("tokens", tokens, np.iinfo(np.int32).max, (len(token), length))
    found, ended = [], np.zeros(len(token), bool)
    for following in tokens.T:
        log_p, state = _next(step, state, token, following.max())
        found.append(np.where(ended, 0, log_p[np.arange(len(token)), following]))
        token = following
        if end is not None:
            ended |= token == end
    return np.stack(found, axis=1)


def take(state, rows):
    """Return a state with the given rows, in this order; a row may occur several times.

    Args:
        state: None, an array, or a tuple, list or dict of states.
        rows: (count,) whole numbers.

    Raises:
        InputError: something else, or an array without these rows.
    """
    if state is None:
        return None
    if isinstance(state, tuple | list):
        return type(state)([take(part, rows) for part in state])
    if isinstance(state, dict):
        return {name: take(part, rows) for name, part in state.items()}
    array = np.asarray(state)
    if array.ndim == 0 or array.dtype == object or len(array) <= rows.max():
        raise validate.InputError("state must be None, an array, or a tuple, list or dict of "
                                  f"them, with at least {rows.max() + 1} rows each; got "
                                  f"{type(state).__name__} of shape {array.shape}.")
    return array[rows]


def _checked(step, state, start, end, longest):
    """Return start, end and longest after checking all arguments that decoders share."""
    if not callable(step):
        raise validate.InputError("step must be a function (state, token) -> (log_probabilities, "
                                  f"state); got {type(step).__name__}.")
    start = validate.token_ids("start", start, np.iinfo(np.int32).max, ("batch",))
    take(state, np.arange(len(start)))
    return (start, validate.whole_number("end", end, 0), validate.whole_number("longest", longest))


def _next(step, state, token, end):
    """Call the model and check that it gave log-probabilities for every row."""
    answer = step(state, token)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise validate.InputError("step must return a pair (log_probabilities, state); got "
                                  f"{type(answer).__name__}.")
    log_p = validate.array("log_probabilities from step", answer[0], (len(token), "vocabulary"),
                           float, finite=False)
    if end >= log_p.shape[1]:
        raise validate.InputError(f"every token must be an id from 0 to {log_p.shape[1] - 1}, the "
                                  f"vocabulary of step; got {end}.")
    with np.errstate(over="ignore"):
        sums = np.exp(log_p).sum(axis=1)
    if not np.all(np.abs(sums - 1) < 1e-3):
        wrong = sums[np.argmin(np.abs(sums - 1) < 1e-3)]
        raise validate.InputError("step must return log-probabilities, whose exp sums to 1 in "
                                  f"every row; got a row with the sum {wrong:.4g}: use a log-"
                                  "softmax.")
    return log_p, answer[1]


def _filled(prefixes, longest, end):
    """Return prefixes (count, length) filled up with the end token to (count, longest)."""
    return np.pad(prefixes, ((0, 0), (0, longest - prefixes.shape[1])), constant_values=end)
