"""Assignment 7: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained

# --- 7-1 -----------------------------------------------------------------------------------------

def decoder_pairs(sentences, start, end, pad):
    """Write whole rows of start, words, end; what is given and wanted are two views of them."""
    width = max(len(words) for words in sentences) + 2
    rows = np.array([[start, *words, end] + [pad] * (width - len(words) - 2)
                     for words in sentences])
    given = rows[:, :-1].copy()
    for row, words in zip(given, sentences, strict=True):
        row[len(words) + 1:] = pad
    return given, rows[:, 1:]


def given_end(sentences, start, end, pad):
    """Give the end token to the decoder as well, where there is room."""
    given, wanted = decoder_pairs(sentences, start, end, pad)
    for row, words in zip(given, sentences, strict=True):
        row[len(words) + 1:len(words) + 2] = end
    return given, wanted


def padded_in_front(sentences, start, end, pad):
    """Put the padding in front."""
    pairs = decoder_pairs(sentences, start, end, pad)
    return tuple(np.array([np.roll(row, -len(words) - 1) for row, words in
                           zip(part, sentences, strict=True)]) for part in pairs)


def endless(sentences, start, end, pad):
    """Leave the end token out of what is wanted."""
    given, wanted = decoder_pairs(sentences, start, end, pad)
    for row, words in zip(wanted, sentences, strict=True):
        row[len(words)] = pad
    return given, wanted


def pairs_case(rng, lengths, special, what=None):
    """Return sentences of the given lengths with start, end and pad."""
    sentences = [[int(word) for word in rng.integers(10, 60, length)] for length in lengths]
    return Case((sentences, *special), what or f"sentences of {lengths} words")


def pairs_probes():
    """One sentence, one that is padded, an empty one."""
    return (Case(([[7, 8, 9]], 1, 2, 0), "one sentence"),
            Case(([[7, 8, 9], [5]], 1, 2, 0), "a short sentence beside a longer one"),
            Case(([[5, 5], [], [6, 7, 8, 9]], 3, 1, 4), "an empty sentence, other special ids"))


def pairs_cases(rng):
    """Several lengths, several special ids."""
    return [pairs_case(rng, *case) for case in (([2, 6], (2, 3, 0)), ([1, 4, 0, 3], (0, 1, 5)),
                                                ([5, 3, 7], (4, 2, 1)))]


# --- 7-2 -----------------------------------------------------------------------------------------

def two_scores(written, wanted, end, count_end=True):
    """Mark with NumPy; without `count_end` the end token is left out, a common mistake."""
    exact, right, places = [], 0, 0
    for row, wish in zip(np.asarray(written), np.asarray(wanted), strict=True):
        row, wish = (part[:np.append(np.flatnonzero(part == end), len(part))[0] + 1]
                     for part in (row, wish))
        if not count_end:
            row, wish = row[row != end], wish[wish != end]
        shared = min(len(row), len(wish))
        right += np.sum(row[:shared] == wish[:shared])
        places += len(wish)
        exact.append(np.array_equal(row, wish))
    return np.mean(exact), right / places


def uncut(written, wanted, end):
    """Count what stands behind the end token."""
    steps = max(written.shape[1], wanted.shape[1])
    a, b = (np.pad(part, ((0, 0), (0, steps - part.shape[1])), constant_values=end)
            for part in (written, wanted))
    return np.mean((a == b).all(axis=1)), np.mean(a == b)


def mean_of_rows(written, wanted, end):
    """Give every sentence the same weight, however long it is."""
    rows = [two_scores(written[n:n + 1], wanted[n:n + 1], end) for n in range(len(written))]
    return two_scores(written, wanted, end)[0], np.mean([row[1] for row in rows])


def over_the_written(written, wanted, end):
    """Divide by the number of tokens written."""
    return two_scores(written, wanted, end)[0], two_scores(wanted, written, end)[1]


def scores_case(rng, batch, steps, extra, what=None):
    """Return translations that are partly right; what stands behind the end is any token."""
    wanted, written = rng.integers(3, 6, (batch, steps)), rng.integers(3, 6, (batch, steps + extra))
    written[:, :steps] = np.where(rng.uniform(size=wanted.shape) < 0.7, wanted,
                                  written[:, :steps])
    for n in range(batch):
        place = int(rng.integers(1, steps))
        wanted[n, place] = 2
        written[n, min(max(0, place + int(rng.integers(-1, 2))), steps + extra - 1)] = 2
    length = int(np.argmax(wanted[0] == 2)) + 1
    written[0, :length] = wanted[0, :length]             # one is right, one has no end token
    written[-1][written[-1] == 2] = 3
    return Case((written, wanted, 2), what or f"{batch} sentences of up to {steps} tokens")


def scores_probes():
    """All right, one word wrong, rubbish behind the end, no end."""
    return (Case((np.array([[5, 6, 2]]), np.array([[5, 6, 2]]), 2), "all right"),
            Case((np.array([[5, 7, 2], [6, 2, 2]]), np.array([[5, 6, 2], [6, 2, 0]]), 2),
                 "one wrong word"),
            Case((np.array([[5, 2, 9, 9], [7, 2, 2, 2]]), np.array([[5, 2, 0], [7, 8, 2]]), 2),
                 "other tokens behind the end; an end that comes too soon"),
            Case((np.array([[5, 6, 7, 8, 9], [1, 1, 2, 0, 0]]), np.array([[5, 6, 2], [1, 2, 0]]),
                  2), "an end that never comes; an end that comes too late"),
            scores_case(np.random.default_rng(72), 5, 6, 2, "random tokens"))


def scores_cases(rng):
    """Batches of several sizes."""
    return [scores_case(rng, *sizes) for sizes in ((3, 5, 0), (6, 8, 1), (10, 4, 3))]


# --- 7-3 -----------------------------------------------------------------------------------------

def attend(queries, states, W, lengths, mask="right", scale=1.0):
    """Attend query by query over the real states alone; the options are common mistakes."""
    weights = np.zeros((*queries.shape[:2], states.shape[1]))
    for b, length in enumerate(lengths):
        for t, query in enumerate(queries[b]):
            read = states.shape[1] if mask in ("none", "after") else length
            scores = np.array([query @ W @ state for state in states[b, :read]]) * scale
            if mask == "zero":
                scores = np.append(scores, np.zeros(states.shape[1] - read))
            share = np.exp(scores - scores.max())
            weights[b, t, :len(share)] = share / share.sum()
            if mask == "after":
                weights[b, t, length:] = 0
    return np.einsum("bts,bse->bte", weights, states), weights


def over_the_queries(queries, states, W, lengths):
    """Let the weights of each state sum to 1 over the steps of the decoder."""
    _, weights = attend(states, queries, W.T, [queries.shape[1]] * len(queries))
    weights = weights.swapaxes(1, 2) * (np.arange(states.shape[1])
                                        < np.asarray(lengths)[:, None])[:, None]
    return weights @ states, weights


def attend_case(rng, steps, lengths, size, state_size, factor=1.0, what=None):
    """Return arguments of `attend`; a factor makes the scores large."""
    batch, longest = len(lengths), max(lengths) + 1
    return Case((rng.normal(size=(batch, steps, size)) * factor,
                 rng.normal(size=(batch, longest, state_size)),
                 rng.normal(size=(size, state_size)), lengths),
                what or f"{steps} steps, lengths {lengths}, {size} and {state_size} units")


def attend_probes():
    """A sum by head, a matrix, padding, large scores."""
    rng = np.random.default_rng(73)
    states = np.array([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]])
    return (Case((np.array([[[2.0, 0.0]]]), states, np.eye(2), [3]),
                 "the three states of the lesson, W the identity matrix, no padding"),
            Case((np.array([[[2.0, 0.0], [0.0, 1.0]]]), states, np.array([[0.0, 1.0], [1.0, 0.5]]),
                  [3]), "two queries, another W"),
            Case((np.array([[[2.0, 0.0]]]), states, np.eye(2), [2]), "the third state is padding"),
            attend_case(rng, 2, [3, 1], 3, 2, what="two sentences"),
            attend_case(rng, 2, [4, 2], 2, 3, 2000.0, "large scores"))


def attend_cases(rng):
    """Several sizes; the last has large scores."""
    return [attend_case(rng, 3, [int(n) for n in rng.integers(2, 7, 3)], 4, 3),
            attend_case(rng, 1, [int(n) for n in rng.integers(1, 5, 2)], 2, 5),
            attend_case(rng, 4, [5, 2, 3, 4], 3, 3),
            attend_case(rng, 2, [6, 3], 4, 2, 3000.0)]


# --- 7-4 -----------------------------------------------------------------------------------------

def sample(step, state, start, end, temperature, draws, carry=True, feed=True, stop=True,
           tempered=False, keep_end=True):
    """Draw with a search in the running sum; the options are common mistakes."""
    tokens, score, token = [], 0.0, start
    for draw in draws:
        log_p, new_state = step(state, token if feed else start)
        p = np.exp((log_p - log_p.max()) / temperature)
        p /= p.sum()
        token = min(int(np.searchsorted(p.cumsum(), draw, side="right")), len(p) - 1)
        score += np.log(p[token]) if tempered else log_p[token]
        state = new_state if carry else state
        if token == end and not keep_end:
            break
        tokens.append(token)
        if token == end and stop:
            break
    return tokens, float(score)


COUNTING = "lambda state, token: (state[0][state[1], token], (state[0], state[1] + 1))"
LAST_WORD = "lambda state, token: (state[token], state)"


def log_table(rng, *shape):
    """Return log-probabilities over the last axis."""
    p = rng.exponential(size=shape)
    return np.log(p / p.sum(axis=-1, keepdims=True))


def counting_case(rng, size, longest, end, temperature, what=None):
    """Return a model that gives other probabilities at every step and after every token."""
    table = log_table(rng, longest + 1, size, size)
    return Case(("step", (table, 0), 0, end, temperature,
                 rng.uniform(size=longest)),
                what or f"{size} tokens, {longest} draws, temperature {temperature}",
                {"step": COUNTING})


def sample_probes():
    """One token, a token that cannot be, a state, a temperature."""
    rng = np.random.default_rng(74)
    with np.errstate(divide="ignore"):
        chain = np.log(np.array([[0.1, 0.6, 0.3], [0.2, 0.5, 0.3], [0.4, 0.1, 0.5]]))
        gap = np.log(np.array([[0.0, 0.25, 0.75], [0.5, 0.0, 0.5], [0.3, 0.7, 0.0]]))
    flat = np.log(np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.25, 0.7, 0.05]]))
    last = {"step": LAST_WORD}
    return (Case(("step", chain, 0, 9, 1.0, np.array([0.65])), "one draw", last),
            Case(("step", chain, 0, 2, 1.0, np.array([0.3, 0.65, 0.99, 0.2, 0.5])),
                 "an end token", last),
            Case(("step", gap, 0, 9, 1.0, np.array([0.0, 0.0, 0.6, 0.9])),
                 "probabilities of 0, draws of 0", last),
            counting_case(rng, 4, 5, 9, 1.0, "a model whose state counts the steps"),
            Case(("step", flat, 0, 9, 0.5, np.array([0.15, 0.45, 0.75, 0.95, 0.62])),
                 "temperature 0.5", last),
            Case(("step", flat, 0, 9, 3.0, np.array([0.35, 0.45, 0.75, 0.95, 0.62])),
                 "temperature 3", last))


def sample_cases(rng):
    """Several temperatures, with and without an end token."""
    found = [counting_case(rng, *case) for case in ((5, 12, 99, 1.0), (4, 10, 99, 0.4),
                                                    (6, 14, 99, 2.5), (3, 25, 1, 1.5),
                                                    (5, 40, 2, 1.0), (6, 40, 5, 2.0))]
    with np.errstate(divide="ignore"):
        gap = np.log(np.array([[0.0, 0.5, 0.5], [0.0, 0.6, 0.4], [0.0, 0.2, 0.8]]))
    draws = np.append(rng.uniform(size=3), 0.0)
    return [*found, Case(("step", gap, 1, 9, 1.0, draws), "a draw of 0", {"step": LAST_WORD})]


# --- 7-5 -----------------------------------------------------------------------------------------

def beam(log_p, start, end, width, alpha, stays=False, extra=0, own=False, drop=False,
         final=True):
    """Keep sentences as dict entries and rank by sorting pairs; the options are mistakes."""
    going, over = {(): 0.0}, {}
    for table in log_p:
        longer = {}
        for words, score in going.items():
            row = table[words[-1] if words else start]
            tokens = np.argsort(-row)[:1] if own else range(len(row))
            longer |= {(*words, int(token)): score + row[token] for token in tokens}
        rivals = {**longer, **over} if stays else longer
        best = sorted(rivals, key=rivals.get, reverse=True)[:width]
        if stays:
            over = {words: rivals[words] for words in best if words[-1] == end}
        else:
            over |= {words: longer[words] for words in best if words[-1] == end}
        going = {words: longer[words] for words in best if words[-1] != end}
    found = over if drop else {**over, **going}
    value = {words: score / (len(words) + extra) ** alpha for words, score in found.items()}
    order = sorted(found, key=(value if final else found).get, reverse=True)[:width]
    return [list(words) for words in order], np.array([value[words] for words in order])


def beam_case(rng, size, longest, width, alpha, what=None):
    """Return a model in which the end is not rare."""
    p = rng.exponential(size=(longest, size, size)) + 0.05
    p[..., 1] += 0.4
    return Case((np.log(p / p.sum(axis=2, keepdims=True)), 0, 1, width, alpha),
                what or f"{size} tokens, up to {longest}, width {width}, alpha {alpha}")


def beam_probes():
    """Greedy, two at a time, what is not over, and the length."""
    rng = np.random.default_rng(75)
    trap = np.log(np.array([[0.03, 0.02, 0.5, 0.45], [0.27, 0.23, 0.24, 0.26],
                            [0.26, 0.24, 0.31, 0.19], [0.04, 0.9, 0.035, 0.025]]))
    return (Case((trap[None], 0, 1, 3, 0.0), "one token"),
            Case((np.stack([trap] * 3), 0, 1, 1, 0.0), "width 1, which is greedy decoding"),
            Case((np.stack([trap] * 2), 0, 1, 2, 0.0), "width 2: the better sentence starts worse"),
            beam_case(rng, 4, 3, 3, 0.0, "width 3"),
            beam_case(rng, 4, 4, 2, 1.0, "scores per token: alpha 1"),
            beam_case(rng, 4, 5, 3, 0.6, "alpha 0.6"))


def beam_cases(rng):
    """Several widths, lengths and powers."""
    return [beam_case(rng, *case) for case in ((3, 4, 2, 0.0), (6, 5, 4, 1.0), (5, 7, 3, 0.7),
                                               (4, 6, 5, 0.5), (7, 3, 6, 1.0))]


EXERCISES = (
    Explained("7-6", 1),
    Exercise(
        "7-1", "decoder_pairs", 2, decoder_pairs, pairs_probes(), pairs_cases,
        {"what is given is not shifted: it is what is wanted":
            lambda *args: (decoder_pairs(*args)[1],) * 2,
         "the decoder is also given the end token": given_end,
         "the padding stands in front": padded_in_front,
         "the end token is missing in what is wanted": endless,
         "given and wanted have changed places": lambda *args: decoder_pairs(*args)[::-1]},
    ),
    Exercise(
        "7-2", "two_scores", 3, two_scores, scores_probes(), scores_cases,
        {"what stands behind the end token is counted": uncut,
         "the end token itself is left out":
            lambda *args: two_scores(*args, count_end=False),
         "every sentence counts the same in the second number, however long": mean_of_rows,
         "the second number is divided by the tokens written, not by those wanted":
            over_the_written},
    ),
    Exercise(
        "7-3", "attend", 4, attend, attend_probes(), attend_cases,
        {"padding is looked at, too": lambda *args: attend(*args, mask="none"),
         "the scores of padding are set to 0, which is not a weight of 0":
            lambda *args: attend(*args, mask="zero"),
         "the weights of padding are set to 0 after the softmax, so the rest does not sum to 1":
            lambda *args: attend(*args, mask="after"),
         "the softmax runs over the steps of the decoder": over_the_queries,
         "the scores are divided by the root of the number of units":
            lambda queries, states, W, lengths: attend(queries, states, W, lengths,
                                                       scale=states.shape[2] ** -0.5)},
    ),
    Exercise(
        "7-4", "sample", 4, sample, sample_probes(), sample_cases,
        {"the model is asked with its first state at every step":
            lambda *args: sample(*args, carry=False),
         "the start token is fed in at every step": lambda *args: sample(*args, feed=False),
         "it goes on behind the end token": lambda *args: sample(*args, stop=False),
         "the end token is missing in the result": lambda *args: sample(*args, keep_end=False),
         "the score is that of the probabilities after the temperature":
            lambda *args: sample(*args, tempered=True),
         "the logarithms are multiplied by the temperature, not divided":
            lambda step, state, start, end, temperature, draws:
                sample(step, state, start, end, 1 / temperature, draws)},
    ),
    Exercise(
        "7-5", "beam", 5, beam, beam_probes(), beam_cases,
        {"a sentence that is over keeps its place in the beam":
            lambda *args: beam(*args, stays=True),
         "the start token is counted in the length": lambda *args: beam(*args, extra=1),
         "each beginning is continued by its best token alone":
            lambda *args: beam(*args, own=True),
         "sentences without an end token are left out": lambda *args: beam(*args, drop=True),
         "the sentences are sorted by the score before it is divided":
            lambda *args: beam(*args, final=False),
         "alpha is ignored": lambda *args: beam(*args[:-1], 0.0)},
    ),
    Explained("7-7", 3),
)
