"""Words with two readings, and a clue that tells which one is meant: behind the word or before it.

The family is that of 'Venky loves apple, it keeps him healthy' and 'Venky loves apple, the company
produces best electronics'. Person, verb, word and reading are drawn independently of each other.
So, with the clue behind the word, whatever stands before and at the word tells nothing about its
reading: a model that reads from left to right and answers at once is right in half of the cases,
however large it is and however long it is trained.
"""

import math

import numpy as np

from utils import validate
from utils.tasks.lags import generator
from utils.tasks.words import Lexicon, section

CHANCE = 1 / 2
FLOOR = math.log(2)
"""Cross-entropy in nats at the ambiguous word of the best guess without the clue; accuracy 1/2."""

_LISTS = section("entities")
KINDS = tuple(dict.fromkeys(clue["kind"] for clue in _LISTS["clues"]))
TAGS = ("other", "person", *KINDS)
WORDS, NEW_WORDS = ({word: tuple(kinds) for word, kinds in _LISTS[name].items()}
                    for name in ("words", "new_words"))
CLUE_PLACES = ("after", "before")

UNIT_SENTENCES = ("venky loves apple it keeps him healthy",
                  "venky loves apple the company produces best electronics")
"""The sentences of the lecture notes, in the words of the task; their clues are kept out of
training."""


def _phrases(new):
    """Return the clues as words: equally many for each kind, half of them of each form."""
    return [[clue["form"].format(first=first, second=second, adverb=adverb).split()
             for clue in _LISTS["clues"] if clue["kind"] == kind
             for i, first in enumerate(clue["first"]) for j, second in enumerate(clue["second"])
             if ((i + j) % 4 == 0) == new for adverb in _LISTS["adverbs"]] for kind in KINDS]


_KNOWN, _NEW = _phrases(False), _phrases(True)
VOCABULARY = tuple(dict.fromkeys(
    [*_LISTS["people"], *_LISTS["new_people"], *_LISTS["verbs"], *WORDS, *NEW_WORDS,
     *(word for kind in _KNOWN for row in kind for word in row)]))
_LEXICON = Lexicon("entities", VOCABULARY)
encode, decode = _LEXICON.encode, _LEXICON.decode
_ID = _LEXICON.ids
HEAD_LENGTH, CLUE_LENGTH = 3, len(_KNOWN[0][0])
LENGTH = HEAD_LENGTH + CLUE_LENGTH


def _ids(words):
    """Return words, in nested lists of equal lengths, as an array of ids."""
    return np.vectorize(_ID.get)(np.array(words))


_CLUES = {False: _ids(_KNOWN), True: _ids(_NEW)}             # (kinds, clues, CLUE_LENGTH)


def word_at(place="after"):
    """Return where the ambiguous word stands, counted from 0, with the clue after or before it.

    Raises:
        InputError: an unknown place.
    """
    validate.one_of("place", place, CLUE_PLACES)
    return HEAD_LENGTH - 1 if place == "after" else LENGTH - 1


def draw(batch, rng, place="after", new=False):
    """Draw sentences such as 'venky loves apple it keeps him healthy today', with their tags.

    Args:
        batch: number of sentences.
        rng: generator or seed.
        place: the clue stands "after" or "before" the person, the verb and the ambiguous word.
        new: False for training; True for people, ambiguous words and clues that training never
            has. A new clue is a new pair of words, each of which training does have.

    Returns:
        Token ids and tags, whole numbers into TAGS, both (batch, LENGTH). The ambiguous word stands
        at `word_at(place)`. Floor there with the clue after it: CHANCE, 1/2 as accuracy, and FLOOR,
        ln 2 as cross-entropy.

    Raises:
        InputError: no size, no generator, an unknown place, or `new` neither True nor False.
    """
    batch = validate.whole_number("batch", batch)
    rng = generator(rng)
    word_at(place)
    validate.one_of("new", new, (True, False))
    words = NEW_WORDS if new else WORDS
    readings = np.array([[KINDS.index(kind) for kind in kinds] for kinds in words.values()])
    people = _ids(_LISTS["new_people" if new else "people"])
    person = people[rng.integers(0, len(people), size=batch)]
    verb = _ids(_LISTS["verbs"])[rng.integers(0, len(_LISTS["verbs"]), size=batch)]
    word = rng.integers(0, len(words), size=batch)
    kind = readings[word, rng.integers(0, 2, size=batch)]
    clue = _CLUES[new][kind, rng.integers(0, _CLUES[new].shape[1], size=batch)]
    head = np.stack([person, verb, _ids(list(words))[word]], axis=1)
    head_tags = np.stack([np.full(batch, TAGS.index("person")), np.zeros(batch, dtype=int),
                          kind + TAGS.index(KINDS[0])], axis=1)
    parts, tags = [head, clue], [head_tags, np.zeros_like(clue)]
    if place == "before":
        parts, tags = parts[::-1], tags[::-1]
    return np.concatenate(parts, axis=1), np.concatenate(tags, axis=1)
