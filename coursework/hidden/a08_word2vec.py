"""Assignment 8: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained

# --- 8-1 -----------------------------------------------------------------------------------------

def pair_table(ids, texts, reach, vocabulary_size, across=False, own=False):
    """Look around every place in turn; the options are common mistakes."""
    table = np.zeros((vocabulary_size, vocabulary_size), int)
    for place, centre in enumerate(ids):
        for distance in range(0 if own else 1, len(ids)):
            for other in {place - distance, place + distance}:
                if not 0 <= other < len(ids) or not (across or texts[place] == texts[other]):
                    continue
                if distance <= reach[place]:
                    table[centre, ids[other]] += 1
    return table


def pair_case(rng, lengths, vocabulary_size, window, what=None):
    """Return a row of words of several texts, with windows that were drawn."""
    texts = [n for n, length in enumerate(lengths) for _ in range(length)]
    return Case(([int(n) for n in rng.integers(0, vocabulary_size, len(texts))], texts,
                 [int(n) for n in rng.integers(1, window + 1, len(texts))], vocabulary_size),
                what or f"texts of {lengths} words, window up to {window}")


def pair_probes():
    """One window for all, windows that differ, two texts."""
    return (Case(([0, 1, 2, 3], [0] * 4, [1] * 4, 4), "four words, each window reaches 1 word"),
            Case(([0, 1, 0, 2], [0] * 4, [2] * 4, 4), "a word that occurs twice; windows of 2"),
            Case(([0, 1, 2, 3], [0] * 4, [1, 3, 1, 2], 4), "windows of different reach"),
            Case(([0, 1, 2, 3, 4], [0, 0, 0, 1, 1], [2] * 5, 5), "two texts"),
            pair_case(np.random.default_rng(81), [4, 1, 5], 4, 3, "three texts"))


def pair_cases(rng):
    """Texts of several lengths."""
    return [pair_case(rng, *case) for case in (([9], 5, 4), ([6, 7], 3, 2), ([3, 8, 5], 9, 3))]


# --- 8-2 -----------------------------------------------------------------------------------------

def subsample(counts, sample):
    """Count expected occurrences instead of shares."""
    total = sum(counts)
    keep = np.array([min(1.0, (sample * total / count) ** 0.5) for count in counts])
    left = keep * counts
    return keep, left.sum() / total, left / left.sum()


def subsample_by(rule):
    """Return `subsample` with another rule for keeping a word."""
    def wrong(counts, sample):
        share = counts / counts.sum()
        keep = rule(sample, share)
        return keep, (keep * share).sum(), keep * share / (keep * share).sum()
    return wrong


def mean_of_keep(counts, sample):
    """Give every word of the vocabulary the same weight."""
    keep, _, share = subsample(counts, sample)
    return keep, keep.mean(), share


def not_scaled(counts, sample):
    """Forget that the text has become shorter."""
    keep, left, share = subsample(counts, sample)
    return keep, left, share * left


def subsample_cases(rng):
    """Vocabularies of several sizes."""
    return [Case(((1000 * rng.pareto(1.0, size)).astype(int) + 1, float(sample)),
                 f"{size} words, t = {sample}")
            for size, sample in ((6, 0.02), (15, 0.01), (40, 0.003))]


# --- 8-3 -----------------------------------------------------------------------------------------

def collision(counts, power, k, shares=None):
    """Sum over words: it is the positive, and not all negatives are other words."""
    counts = np.asarray(counts, float)
    noise = np.exp(power * np.log(counts))
    noise /= noise.sum()
    shares = counts / counts.sum() if shares is None else shares
    return noise, sum(share * (1 - (1 - q) ** k) for share, q in zip(shares, noise, strict=True))


def collision_by(chance):
    """Return `collision` with another chance for each word."""
    def wrong(counts, power, k):
        noise, _ = collision(counts, power, k)
        return noise, (counts / counts.sum() * chance(noise, k)).sum()
    return wrong


def collision_cases(rng):
    """Vocabularies of several sizes."""
    return [Case((rng.integers(1, 400, size), float(power), k),
                 f"{size} words, power {power}, {k} negatives")
            for size, power, k in ((5, 0.75, 3), (12, 0.5, 8), (30, 0.75, 15))]


# --- 8-4 -----------------------------------------------------------------------------------------

def cbow_example(context, target, negatives, mean=True, divide=True, sign=1.0, share=1.0):
    """Go word by word; the options are common mistakes."""
    h = context.mean(axis=0) if mean else context.sum(axis=0)
    loss, d_h, d_words = 0.0, np.zeros(len(h)), []
    for word, wanted, weight in [(target, 1.0, 1.0)] + [(one, 0.0, share) for one in negatives]:
        score = word @ h
        loss += weight * (np.logaddexp(0, score) - wanted * score)
        d_score = sign * weight * (0.5 + 0.5 * np.tanh(score / 2) - wanted)
        d_words.append(d_score * h)
        d_h = d_h + d_score * word
    d_context = np.array([d_h / (len(context) if mean and divide else 1) for _ in context])
    return loss, d_context, d_words[0], np.array(d_words[1:])


def all_positive(context, target, negatives):
    """Treat the negatives as if they were right words."""
    return tuple(np.asarray(part) * turn for part, turn in
                 zip(cbow_example(context, target, -negatives), (1, 1, 1, -1), strict=True))


def cbow_case(rng, count, k, size, what=None):
    """Return a context, a target and negatives."""
    return Case((rng.normal(size=(count, size)), rng.normal(size=size),
                 rng.normal(size=(k, size))),
                what or f"{count} context words, {k} negatives, {size} numbers a word")


def cbow_probes():
    """Zeros, one context word, several."""
    rng = np.random.default_rng(84)
    return (Case((np.zeros((2, 2)), np.zeros(2), np.zeros((3, 2))), "all vectors are zero"),
            cbow_case(rng, 1, 1, 2, "one context word, one negative"),
            cbow_case(rng, 3, 1, 2, "three context words, one negative"),
            cbow_case(rng, 2, 4, 3, "two context words, four negatives"))


def cbow_cases(rng):
    """Several sizes."""
    return [cbow_case(rng, *sizes) for sizes in ((4, 2, 3), (2, 5, 4), (6, 3, 5))]


# --- 8-5 -----------------------------------------------------------------------------------------

def analogy(vectors, a, b, c, count, exclude=True, units=True, by="product"):
    """Rank the words one by one; the options are common mistakes."""
    def cosine(u, v):
        return u @ v / (np.sqrt((u @ u) * (v @ v)) if units else 1.0)

    found = []
    for word, vector in enumerate(vectors):
        if exclude and word in (a, b, c):
            continue
        to_a, to_b, to_c = (cosine(vector, vectors[one]) for one in (a, b, c))
        if by == "product":
            to_a, to_b, to_c = ((one + 1) / 2 for one in (to_a, to_b, to_c))
        score = to_b - to_a + to_c if by == "sum" else to_b * to_c / (to_a + 0.001)
        found.append((score, word))
    found = sorted(found, reverse=True)[:count]
    return np.array([word for _, word in found]), np.array([score for score, _ in found])


def analogy_case(rng, words, size, count, what=None):
    """Return vectors of different length, and three words."""
    vectors = rng.normal(size=(words, size)) * rng.uniform(0.3, 3, size=(words, 1))
    return Case((vectors, *map(int, rng.choice(words, 3, replace=False)), count),
                what or f"{words} words of {size} numbers, the best {count}")


def analogy_probes():
    """A square, vectors that are not of length 1, more words."""
    square = np.array([[1.0, 0.0, 0.2], [1.0, 1.0, 0.1], [0.1, 0.0, 1.0], [0.0, 1.0, 1.0],
                       [-1.0, 0.3, 0.0], [0.2, -1.0, 0.4]])
    square /= np.linalg.norm(square, axis=1, keepdims=True)
    rng = np.random.default_rng(85)
    return (Case((square, 0, 1, 2, 1), "six vectors of length 1, one answer"),
            Case((square, 0, 1, 2, 3), "the same, three answers"),
            Case((square * np.array([[1], [2], [3], [0.1], [5], [1]]), 0, 1, 2, 2),
                 "vectors of other lengths"),
            analogy_case(rng, 8, 4, 5, "random vectors"))


def analogy_cases(rng):
    """Vocabularies of several sizes."""
    return [analogy_case(rng, *sizes) for sizes in ((7, 3, 4), (15, 5, 6), (30, 2, 10))]


# --- 8-6 -----------------------------------------------------------------------------------------

def shifted_pmi(counts, k, floor=True, log=np.log):
    """Go through the table; the options are common mistakes."""
    total, rows, columns = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    table = np.zeros(counts.shape)
    for i, j in np.argwhere(counts):
        table[i, j] = (log(counts[i, j]) + log(total) - log(rows[i]) - log(columns[j]) - log(k))
    return np.maximum(table, 0) if floor else table


def pmi_case(rng, words, contexts, k, what=None):
    """Return counts with zeros, but with no empty row or column."""
    counts = rng.poisson(1.0, size=(words, contexts)) * rng.integers(1, 20, (words, contexts))
    counts[np.arange(max(words, contexts)) % words, np.arange(max(words, contexts)) % contexts] += 2
    return Case((counts, k), what or f"{words} words, {contexts} contexts, k = {k}")


def pmi_probes():
    """Independent, not independent, zeros, a shift."""
    rng = np.random.default_rng(86)
    return (Case((np.array([[2, 4], [3, 6]]), 1), "word and context are independent"),
            Case((np.array([[8, 1, 1], [1, 4, 5]]), 1), "they are not"),
            Case((np.array([[9, 0, 1], [0, 3, 2]]), 1), "pairs that never occur"),
            Case((np.array([[40, 1, 1], [1, 5, 30]]), 2), "k = 2"),
            pmi_case(rng, 4, 3, 2, "more words, k = 2"))


def pmi_cases(rng):
    """Tables of several sizes."""
    return [pmi_case(rng, *sizes) for sizes in ((5, 7, 1), (8, 4, 2), (12, 12, 3))]


EXERCISES = (
    Explained("8-7", 1),
    Exercise(
        "8-1", "pair_table", 3, pair_table, pair_probes(), pair_cases,
        {"rows and columns have changed places, or the window of the context word counts":
            lambda *args: pair_table(*args).T,
         "a pair reaches from one text into the next": lambda *args: pair_table(*args, across=True),
         "a word is in its own context": lambda *args: pair_table(*args, own=True),
         "all windows reach as far as the widest":
            lambda ids, texts, reach, size: pair_table(ids, texts, [max(reach)] * len(ids), size),
         "a pair is marked once, however often it occurs":
            lambda *args: np.minimum(pair_table(*args), 1)},
    ),
    Exercise(
        "8-2", "subsample", 2, subsample,
        (Case((np.array([1, 1, 1, 1]), 0.25), "all words equally often, t is their share"),
         Case((np.array([4, 3, 2, 1]), 0.1), "four words, t is the share of the rarest"),
         Case((np.array([500, 300, 150, 40, 10]), 0.05), "t between the shares")),
        subsample_cases,
        {"the probability to keep a word may be above 1":
            subsample_by(lambda t, f: np.sqrt(t / f)),
         "the rule is that of word2vec.c, not of the paper":
            subsample_by(lambda t, f: np.minimum(1, np.sqrt(t / f) + t / f)),
         "the square root is missing": subsample_by(lambda t, f: np.minimum(1, t / f)),
         "this is the probability to drop a word": subsample_by(
             lambda t, f: 1 - np.minimum(1, np.sqrt(t / f)) + 1e-12),
         "the share that is left is a mean over the words of the vocabulary, not over the text":
            mean_of_keep,
         "the new shares do not sum to 1": not_scaled},
    ),
    Exercise(
        "8-3", "collision", 3, collision,
        (Case((np.array([1, 1]), 1.0, 1), "two words, one negative"),
         Case((np.array([9, 1]), 1.0, 1), "a frequent word and a rare one"),
         Case((np.array([9, 1]), 0.5, 1), "power 0.5"),
         Case((np.array([100, 50, 10, 1]), 0.75, 5), "five negatives")),
        collision_cases,
        {"the power is taken of nothing: the noise has the shares of the text":
            lambda counts, power, k: collision(counts, 1.0, k),
         "k times the chance of one, which can be above 1":
            collision_by(lambda noise, k: k * noise),
         "this is the chance that all negatives hit": collision_by(lambda noise, k: noise ** k),
         "this is the chance that none hits": collision_by(lambda noise, k: (1 - noise) ** k),
         "the context word is drawn from the noise, not from the text":
            lambda counts, power, k: collision(counts, power, k, collision(counts, power, k)[0])},
    ),
    Exercise(
        "8-4", "cbow_example", 5, cbow_example, cbow_probes(), cbow_cases,
        {"h is the sum of the context, not its mean":
            lambda *args: cbow_example(*args, mean=False),
         "the way back through the mean lacks the division (word2vec.c does that, too)":
            lambda *args: cbow_example(*args, divide=False),
         "the gradients have the wrong sign": lambda *args: cbow_example(*args, sign=-1.0),
         "the negatives count 1/k each": lambda context, target, negatives:
            cbow_example(context, target, negatives, share=1 / len(negatives)),
         "the negatives are pulled towards h, as if they were right": all_positive},
    ),
    Exercise(
        "8-5", "analogy", 3, analogy, analogy_probes(), analogy_cases,
        {"a, b or c can be the answer": lambda *args: analogy(*args, exclude=False),
         "the vectors are not brought to length 1": lambda *args: analogy(*args, units=False),
         "the cosines are not moved to lie between 0 and 1":
            lambda *args: analogy(*args, by="cosine"),
         "the score is the sum b - a + c": lambda *args: analogy(*args, by="sum"),
         "a and b have changed places":
            lambda vectors, a, b, c, count: analogy(vectors, b, a, c, count)},
        {"line 4: the value gets a minus": "all vectors turn round, their cosines stay"},
    ),
    Exercise(
        "8-6", "shifted_pmi", 3, shifted_pmi, pmi_probes(), pmi_cases,
        {"numbers below 0 are kept": lambda *args: shifted_pmi(*args, floor=False),
         "the logarithm has base 2": lambda *args: shifted_pmi(*args, log=np.log2),
         "the shift by log k is missing": lambda counts, k: shifted_pmi(counts, 1),
         "log k is added": lambda counts, k: shifted_pmi(counts, 1 / k)},
    ),
    Explained("8-8", 3),
)
