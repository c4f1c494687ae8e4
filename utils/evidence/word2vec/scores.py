"""How good are word vectors? People's ratings, analogies, neighbours, and words split in two."""

import numpy as np

from utils import tasks, validate


def keyed_vectors(words, vectors):
    """Return vectors as gensim's KeyedVectors, which can list neighbours.

    Args:
        words: list of strings.
        vectors: (len(words), vector_size).

    Raises:
        InputError: as many vectors as words are needed.
    """
    from gensim.models import KeyedVectors
    vectors = validate.array("vectors", vectors, (len(words), "vector_size"))
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(list(words), vectors)
    return keyed


def unit_rows(vectors):
    """Return vectors divided by their length; a vector of zeros stays one.

    Args:
        vectors: (count, vector_size).
    """
    vectors = validate.array("vectors", vectors, ("count", "vector_size"))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def cosines(vectors, others=None):
    """Return the cosine of each vector with each of the others (by default with each other).

    Args:
        vectors: (count, vector_size).
        others: (other_count, vector_size), or None.

    Returns:
        (count, other_count); 0 where a vector is all zeros.
    """
    units = unit_rows(vectors)
    return units @ (units if others is None else unit_rows(others)).T


def pair_score(keyed, pairs):
    """Return how well cosines rank pairs of words as people do.

    Args:
        keyed: gensim KeyedVectors.
        pairs: list of (word, word, rating).

    Returns:
        (Spearman's rank correlation, number of pairs whose words both have a vector).

    Raises:
        InputError: fewer than three pairs are covered.
    """
    from scipy.stats import spearmanr
    covered = [pair for pair in pairs if pair[0] in keyed and pair[1] in keyed]
    if len(covered) < 3:
        raise validate.InputError("pairs must hold at least 3 pairs whose words have a vector; "
                                  f"{len(covered)} of {len(pairs)} have.")
    found = [float(keyed.similarity(first, second)) for first, second, _ in covered]
    return float(spearmanr(found, [rating for *_, rating in covered]).statistic), len(covered)


def analogy_scores(keyed, questions, exclude=True, among=None):
    """Answer 'a is to b as c is to ?' with the word nearest to b - a + c (unit vectors).

    Args:
        keyed: gensim KeyedVectors.
        questions: list of (section, (a, b, c, d)); d is the right answer. Those with a word that
            has no vector are left out.
        exclude: a, b and c cannot be the answer, as in the papers.
        among: only the first so many words can be the answer, None for all.

    Returns:
        {section: (right answers, questions asked)}, in the order of the questions.
    """
    units = unit_rows(keyed.vectors)[:among]
    places = keyed.key_to_index
    asked = [(section, [places[word] for word in four]) for section, four in questions
             if all(places.get(word, len(units)) < len(units) for word in four)]
    scores = {}
    for start in range(0, len(asked), 500):
        part = asked[start:start + 500]
        a, b, c, d = np.array([ids for _, ids in part]).T
        found = (units[b] - units[a] + units[c]) @ units.T
        if exclude:
            for banned in (a, b, c):
                found[np.arange(len(part)), banned] = -np.inf
        for (section, _), right in zip(part, found.argmax(axis=1) == d, strict=True):
            so_far = scores.get(section, (0, 0))
            scores[section] = (so_far[0] + int(right), so_far[1] + 1)
    return scores


def nearest(keyed, words, count=10):
    """Return the ids of the nearest other words of each word.

    Args:
        keyed: gensim KeyedVectors.
        words: list of words that have a vector.
        count: neighbours per word.

    Returns:
        (len(words), count) int array, nearest first.

    Raises:
        InputError: a word without a vector, or more neighbours than words.
    """
    for word in words:
        if word not in keyed:
            raise validate.InputError(f"words must all have a vector; {word!r} has none.")
    validate.whole_number("count", count, 1, len(keyed) - 1)
    ids = np.array([keyed.key_to_index[word] for word in words])
    found = cosines(keyed.vectors[ids], keyed.vectors)
    found[np.arange(len(ids)), ids] = -np.inf
    return np.argsort(-found, axis=1, kind="stable")[:, :count]


def neighbour_overlap(first, second, words, count=10):
    """Return which share of the nearest neighbours two sets of vectors have in common.

    Args:
        first: gensim KeyedVectors.
        second: gensim KeyedVectors of the same words.
        words: list of words whose neighbours are compared.
        count: neighbours per word.

    Returns:
        Mean over the words, from 0 to 1.

    Raises:
        InputError: the two do not have the same words.
    """
    if set(first.index_to_key) != set(second.index_to_key):
        raise validate.InputError("first and second must have the same words; got "
                                  f"{len(first)} and {len(second)} words that differ.")
    lists = [[{keyed.index_to_key[i] for i in row} for row in nearest(keyed, words, count)]
             for keyed in (first, second)]
    return float(np.mean([len(a & b) / count for a, b in zip(*lists, strict=True)]))


def split_words(sequences, words, rng=0):
    """Replace each occurrence of some words at random by one of two made-up halves.

    The two halves of a word mean the same, exactly, and occur about equally often: good vectors
    must make them neighbours.

    Args:
        sequences: list of token lists.
        words: the words to split; `word` becomes `word|1` or `word|2`.
        rng: seed or generator.

    Returns:
        List of token lists.
    """
    rng, chosen = tasks.generator(rng), frozenset(words)
    halves = []
    for sequence in sequences:
        coins = rng.integers(1, 3, len(sequence))
        halves.append([f"{token}|{coin}" if token in chosen else token
                       for token, coin in zip(sequence, coins.tolist(), strict=True)])
    return halves


def halves_score(keyed, words):
    """Return the share of halves whose nearest neighbour is the other half.

    Args:
        keyed: gensim KeyedVectors, trained on what `split_words` returned.
        words: the words that were split; those with a half that has no vector are left out.

    Raises:
        InputError: no word is left.
    """
    words = [word for word in words if f"{word}|1" in keyed and f"{word}|2" in keyed]
    if not words:
        raise validate.InputError("words must hold a word whose two halves both have a vector; "
                                  "none has.")
    hits = 0
    for half, other in (("1", "2"), ("2", "1")):
        found = nearest(keyed, [f"{word}|{half}" for word in words], 1)[:, 0]
        hits += sum(keyed.index_to_key[i] == f"{word}|{other}"
                    for word, i in zip(words, found, strict=True))
    return hits / (2 * len(words))
