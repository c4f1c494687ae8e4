"""Stories that name a person once and ask for the name after any number of irrelevant words.

The family is that of 'Venky stays in India. Venky has a friend, whose name is Dev. Dev is an AI
faculty. Venky learns AI from ___': other people, places, relations and subjects, and irrelevant
sentences of six forms between the fact and the question. These may name any person, the one who
is asked for included, but they are drawn without looking at the answer. So nothing behind the fact
tells it, and a model that forgets the fact is right once in eight.
"""

import math

import numpy as np

from utils import validate
from utils.tasks.lags import generator
from utils.tasks.words import Lexicon, section

_LISTS = section("stories")
NAMES = tuple(_LISTS["names"])
CHANCE = 1 / len(NAMES)
FLOOR = math.log(len(NAMES))
"""Cross-entropy in nats of the best guess without the fact; accuracy 1/8."""

UNIT_STORY = ("venky stays in india . venky has a friend whose name is dev . "
              "dev is an ai faculty . venky learns ai from")
"""The sentence of the lecture notes, in the words of the task; the answer is 'dev'."""

_SLOTS = {"hero": tuple(_LISTS["heroes"]), "name": NAMES, "place": tuple(_LISTS["places"]),
          "relation": tuple(_LISTS["relations"]), "subject": tuple(_LISTS["subjects"]),
          "thing": tuple(_LISTS["things"]), "person": (*_LISTS["heroes"], *NAMES),
          "a": ("a", "an")}
_FORMS = (_LISTS["fact"], _LISTS["question"], *_LISTS["irrelevant"])
VOCABULARY = tuple(dict.fromkeys(
    [*(word for words in _SLOTS.values() for word in words),
     *(word for form in _FORMS for word in form.split() if not word.startswith("{"))]))
_LEXICON = Lexicon("stories", VOCABULARY)
encode, decode = _LEXICON.encode, _LEXICON.decode
WORDS = ("", *VOCABULARY)
"""The words of `mixed` by their number; number 0 is padding."""

_ID = _LEXICON.ids


def _codes(form):
    """Return a form as codes: ids for words, -1 - k for the k-th kind of slot."""
    kinds = list(_SLOTS)
    return [-1 - kinds.index(word[1:-1]) if word.startswith("{") else _ID[word]
            for word in form.split()]


_FACT, _QUESTION = np.array(_codes(_LISTS["fact"])), np.array(_codes(_LISTS["question"]))
_IRRELEVANT = [_codes(form) for form in _LISTS["irrelevant"]]
_LENGTHS = np.array([len(codes) for codes in _IRRELEVANT])
_STARTS = np.cumsum(_LENGTHS) - _LENGTHS
_WORDS = np.concatenate(_IRRELEVANT)
FACT_LENGTH, QUESTION_LENGTH = len(_FACT), len(_QUESTION)


def draw(batch, distance, rng):
    """Draw stories whose fact and question are `distance` irrelevant words apart.

    Args:
        batch: number of stories.
        distance: words, full stops included, of the irrelevant sentences between; 0, or 3 and
            more, because the shortest sentence has 3.
        rng: generator or seed.

    Returns:
        Token ids (batch, FACT_LENGTH + distance + QUESTION_LENGTH) and the token id of the name
        that belongs in the blank, (batch,). Floor: FLOOR, ln 8 as cross-entropy, and CHANCE, 1/8 as
        accuracy.

    Raises:
        InputError: a size out of range, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    distance = validate.whole_number("distance", distance, 0)
    if 0 < distance < _LENGTHS.min():
        raise validate.InputError(f"distance must be 0 or at least {_LENGTHS.min()}, the length of "
                                  f"the shortest irrelevant sentence; got {distance}.")
    rng = generator(rng)
    told = {kind: rng.integers(0, len(_SLOTS[kind]), size=batch)
            for kind in ("hero", "name", "place", "relation", "subject")}
    an = [word[0] in "aeiou" for word in _SLOTS["subject"]]
    told["a"] = np.array(an, dtype=int)[told["subject"]]
    fact, question = (np.tile(codes, (batch, 1)) for codes in (_FACT, _QUESTION))
    for codes in (fact, question):
        for kind, chosen in told.items():
            _fill(codes, kind, lambda rows, chosen=chosen: chosen[rows])
    between = _arrange(batch, distance, rng)
    for kind in ("person", "place", "thing"):
        _fill(between, kind, lambda rows, kind=kind: rng.integers(
            0, len(_SLOTS[kind]), size=len(rows)))
    return (np.concatenate([fact, between, question], axis=1),
            np.array([_ID[name] for name in NAMES])[told["name"]])


def mixed(count, longest, rng, padding="pre"):
    """Draw stories, each with a distance of its own, filled up with zeros.

    When the distance is the same in all stories, a network can learn to read the name at one fixed
    place. Here the name may stand at any place, so there is something to choose.

    Args:
        count: number of stories.
        longest: greatest distance; each story's is drawn evenly from 0, 3, 4, ..., longest.
        rng: generator or seed.
        padding: where the zeros stand, "pre" (in front) or "post" (at the end); a recurrent layer
            of Keras on a GPU with TensorFlow wants them at the end.

    Returns:
        Word numbers x (count, FACT_LENGTH + longest + QUESTION_LENGTH) and the number of the name
        that belongs in the blank, y (count,). The word with number k is WORDS[k]; 0 is padding.

    Raises:
        InputError: a size out of range, or no generator.
    """
    count = validate.whole_number("count", count)
    longest = validate.whole_number("longest", longest, _LENGTHS.min())
    validate.one_of("padding", padding, ("pre", "post"))
    rng = generator(rng)
    distances = rng.choice([0, *range(_LENGTHS.min(), longest + 1)], size=count)
    x = np.zeros((count, FACT_LENGTH + longest + QUESTION_LENGTH), dtype=int)
    y = np.zeros(count, dtype=int)
    for distance in np.unique(distances):
        rows = np.flatnonzero(distances == distance)
        ids, names = draw(len(rows), int(distance), rng)
        start = x.shape[1] - ids.shape[1] if padding == "pre" else 0
        x[rows, start:start + ids.shape[1]] = ids + 1
        y[rows] = names + 1
    return x, y


def text(row):
    """Return one row of `mixed` as text, padding left out.

    Args:
        row: word numbers, (sequence_length,).

    Raises:
        InputError: no word numbers.
    """
    row = validate.token_ids("row", row, len(WORDS), axes=("sequence_length",))
    return " ".join(WORDS[number] for number in row if number)


def _fill(codes, kind, choose):
    """Put words into all slots of one kind; `choose` gets the rows of the slots."""
    words = np.array([_ID[word] for word in _SLOTS[kind]])
    rows, columns = np.nonzero(codes == -1 - list(_SLOTS).index(kind))
    codes[rows, columns] = words[choose(rows)]


def _arrange(batch, distance, rng):
    """Return forms of irrelevant sentences, drawn until exactly `distance` words are there."""
    left, chosen = np.full(batch, distance), []
    while left.any():
        rest = left[:, None] - _LENGTHS
        possible = (rest == 0) | (rest >= _LENGTHS.min())
        form = np.where(left > 0, (rng.random(possible.shape) * possible).argmax(axis=1), -1)
        left = left - np.where(form < 0, 0, _LENGTHS[form])
        chosen.append(form)
    if not chosen:
        return np.empty((batch, 0), dtype=int)
    # Every story has exactly `distance` words, so all of them joined end to end fill the array.
    forms = np.stack(chosen, axis=1).ravel()
    forms = forms[forms >= 0]
    lengths = _LENGTHS[forms]
    shift = np.repeat(_STARTS[forms] - (np.cumsum(lengths) - lengths), lengths)
    return _WORDS[np.arange(lengths.sum()) + shift].reshape(batch, distance)
