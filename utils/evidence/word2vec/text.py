"""From a text to examples: word ids, subsampling, windows, pairs, and the draw of negatives.

Papers: Mikolov, Chen, Corrado, Dean 2013 (arXiv:1301.3781) for the two models; Mikolov, Sutskever,
Chen, Corrado, Dean 2013 (NeurIPS) for subsampling (eq. 5) and negative sampling (eq. 4).
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from utils import tasks, validate

KEEP_RULES = ("word2vec.c", "paper")


class WordList:
    """The words of a text by frequency, the most frequent one first; a word's place is its id.

    Attributes:
        words: list of strings.
        ids: {word: id}.
        counts: (vocabulary_size,) int64, how often each word occurs.
    """

    def __init__(self, sequences, least_count=1):
        """Count the words of `sequences` and keep those that occur at least `least_count` times.

        Words that occur equally often stand in alphabetical order.

        Args:
            sequences: list of token lists; no window reaches from one list into the next.
            least_count: leave out words that occur less often.

        Raises:
            InputError: a string instead of lists, an iterator, nothing left, or least_count out of
                range.
        """
        validate.whole_number("least_count", least_count)
        if isinstance(sequences, Iterator) or any(isinstance(one, Iterator) for one in sequences):
            raise validate.InputError("sequences must be a list of token lists; got an iterator, "
                                      "which can be read only once: write list(...) around it.")
        if isinstance(sequences, str) or any(isinstance(one, str) for one in sequences):
            raise validate.InputError("sequences must be a list of token lists; got a string where "
                                      "a list of tokens was expected.")
        counted = Counter()
        for sequence in sequences:
            counted.update(sequence)
        kept = sorted((word for word, count in counted.items() if count >= least_count),
                      key=lambda word: (-counted[word], word))
        if not kept:
            raise validate.InputError(f"sequences must hold a word that occurs at least "
                                      f"{least_count} times; got {len(counted)} different words.")
        self.words = kept
        self.ids = {word: number for number, word in enumerate(kept)}
        self.counts = np.array([counted[word] for word in kept], np.int64)

    def __len__(self):
        """Return the number of words."""
        return len(self.words)

    def encode(self, sequences):
        """Return all texts as one row of ids, and for each id the number of its text.

        Words that are not in the list are left out, as word2vec.c does: their neighbours move
        together.

        Args:
            sequences: list of token lists.

        Returns:
            (ids, texts): two int32 arrays (token_count,).
        """
        found = [[self.ids[token] for token in sequence if token in self.ids]
                 for sequence in sequences]
        lengths = [len(one) for one in found]
        ids = np.fromiter((number for one in found for number in one), np.int32, sum(lengths))
        return ids, np.repeat(np.arange(len(found), dtype=np.int32), lengths)


def keep_probabilities(counts, sample=1e-3, rule="word2vec.c"):
    """Return the probability with which each occurrence of a word is kept.

    With f the word's share of all tokens and t the sample, the paper (eq. 5) keeps with
    sqrt(t / f), and word2vec.c with sqrt(t / f) + t / f; both at most 1.

    Args:
        counts: (vocabulary_size,) occurrences, each above 0.
        sample: t, above 0; 0 keeps everything.
        rule: "word2vec.c" (gensim has it too) or "paper".

    Returns:
        (vocabulary_size,) float64.

    Raises:
        InputError: wrong counts, sample or rule.
    """
    counts = _counts(counts)
    validate.real_number("sample", sample, minimum=0)
    validate.one_of("rule", rule, KEEP_RULES)
    if sample == 0:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / counts
    return np.minimum(1.0, np.sqrt(ratio) + (ratio if rule == "word2vec.c" else 0.0))


def negative_probabilities(counts, power=0.75):
    """Return the distribution of negatives: f^power, scaled to sum 1.

    Args:
        counts: (vocabulary_size,) occurrences, each above 0.
        power: 1 draws words as often as the text does, 0 all alike.

    Raises:
        InputError: wrong counts or power.
    """
    weights = _counts(counts) ** validate.real_number("power", power)
    return weights / weights.sum()


def draw_negatives(cumulative, count, rng):
    """Draw ids from a distribution given as its running sum.

    Args:
        cumulative: (vocabulary_size,), `negative_probabilities(...).cumsum()`.
        count: how many.
        rng: NumPy generator.

    Returns:
        (count,) int array.
    """
    return np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")


def windows(count, window, rng, shrink=True):
    """Return the reach of the window at each position: 1 to `window`, all alike.

    word2vec.c shrinks each window at random, so that a near word is used more often than a far one:
    a word at distance d has the probability (window - d + 1) / window.

    Args:
        count: positions.
        window: greatest reach.
        rng: NumPy generator or seed.
        shrink: False gives every position the whole window.

    Returns:
        (count,) int array.
    """
    validate.whole_number("window", window)
    if not shrink:
        return np.full(count, window)
    return tasks.generator(rng).integers(1, window + 1, count)


def pairs(tokens, window):
    """List the training examples of one sentence, as a table in a book does.

    Args:
        tokens: list of words.
        window: how many words on either side belong to the context.

    Returns:
        List of (centre, [context words]); CBOW predicts the centre from the whole list, skip-gram
        each word of the list from the centre.

    Raises:
        InputError: no list of words, or a window below 1.
    """
    validate.whole_number("window", window)
    if isinstance(tokens, str):
        raise validate.InputError(f"tokens must be a list of words; got the string {tokens!r}.")
    return [(word, [*tokens[max(0, i - window):i], *tokens[i + 1:i + 1 + window]])
            for i, word in enumerate(tokens)]


def _counts(counts):
    """Return counts as floats, all above 0."""
    counts = validate.array("counts", counts, ("vocabulary_size",), np.float64)
    if counts.min() <= 0:
        raise validate.InputError(f"counts must be above 0; the least is {counts.min():g}.")
    return counts
