"""English words with their syllables, and those of them that differ in order alone."""

import functools

import numpy as np

from utils import validate
from utils.corpora import embeddings, speech

VOWELS = frozenset(("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY",
                    "UH", "UW"))
SHORTEST, LONGEST = 3, 12


@functools.cache
def _frequent():
    """Return words of 3 to 12 letters as {word: syllables}, the most frequent first.

    Abbreviations that are spelled out (NBA) have more sounds than letters: at most one more is
    allowed, which "menu" has. A word without a vowel (hmm) has no syllable and is left out.
    """
    spoken = speech.pronunciations()
    numbers = {word: sum(phoneme in VOWELS for phoneme in spoken[word])
               for word in embeddings.glove_words()
               if word in spoken and SHORTEST <= len(word) <= LONGEST
               and len(spoken[word]) <= len(word) + 1}
    return {word: number for word, number in numbers.items() if number}


def syllables(count=16_000, test_count=1_000, seed=0):
    """Return frequent English words with their number of syllables, split in three.

    The words are the most frequent ones of GloVe's list that the CMU Pronouncing Dictionary has,
    names among them. The number of syllables is that of the vowels in the first pronunciation. All
    words that have an anagram with another number among the words drawn ("quite", "quiet") are in
    the third part: what ignores the order of the letters cannot have all of them right.

    Args:
        count: how many words in all, 2,000 to 30,000.
        test_count: how many of them to hold out besides the anagrams, 1 to 1,000.
        seed: of the order.

    Returns:
        Dict with the keys "train", "test" and "anagrams"; each a pair of a list of words and an int
        array of their syllables. Anagrams of each other stand side by side.

    Raises:
        InputError: a count out of range.
        CourseError: a data package is missing or its file changed.
    """
    validate.whole_number("count", count, 2_000, 30_000)
    validate.whole_number("test_count", test_count, 1, 1_000)
    validate.whole_number("seed", seed, 0)
    number = _frequent()
    words = list(number)[:count]
    same_letters = {}
    for word in words:
        same_letters.setdefault("".join(sorted(word)), []).append(word)
    anagrams = [word for group in same_letters.values()
                if len({number[word] for word in group}) > 1 for word in group]
    others = [word for word in words if word not in set(anagrams)]
    others = [others[i] for i in np.random.default_rng(seed).permutation(len(others))]
    parts = {"train": others[test_count:], "test": others[:test_count], "anagrams": anagrams}
    return {name: (part, np.array([number[word] for word in part])) for name, part in parts.items()}
