"""Film reviews in which one phrase decides, with any amount of filler before or behind it.

The family is that of the lecture notes' long film review, whose judgement stands in one phrase.
Here the phrase may stand at the start, in the middle or at the end. The filler tells the story of
the film; on request some of its sentences are opinions of other people about other things, in the
very words of the verdict. All of it is drawn without looking at the verdict: a model that forgets
the phrase, or never sees it, is right in half of the reviews.
"""

import math

import numpy as np

from utils import validate
from utils.tasks.lags import generator
from utils.tasks.words import Lexicon, section

CHANCE = 1 / 2
FLOOR = math.log(2)
"""Cross-entropy in nats of the best guess without the verdict; accuracy 1/2."""

PLACES = ("start", "middle", "end")

_LISTS = section("reviews")
_NEUTRAL = {kind: tuple(_LISTS[f"{kind}s"]) for kind in (
    "job", "place", "number", "thing", "vehicle", "instrument", "relative", "snack")}
_DECISIVE = {kind: (tuple(_LISTS[f"unfavourable_{kind}s"]), tuple(_LISTS[f"favourable_{kind}s"]))
             for kind in ("verb", "adjective")}
BLAME, PRAISE = (tuple(word for pair in _DECISIVE.values() for word in pair[side])
                 for side in (0, 1))
"""The words that an unfavourable and a favourable verdict, or opinion, is made with."""
DECISIVE_WORDS = tuple(word for pair in _DECISIVE.values() for words in pair for word in words)
_FORMS = (*_LISTS["verdicts"], *_LISTS["fillers"], *_LISTS["opinions"])
VOCABULARY = tuple(dict.fromkeys(
    [*DECISIVE_WORDS, *(word for words in _NEUTRAL.values() for word in words),
     *(word for form in _FORMS for word in form.split() if not word.startswith("{"))]))
_LEXICON = Lexicon("reviews", VOCABULARY)
encode, decode = _LEXICON.encode, _LEXICON.decode
_ID = _LEXICON.ids
_SLOTS = (*_NEUTRAL, *_DECISIVE)


def _codes(forms):
    """Return forms of equal length as codes: ids for words, -1 - k for the k-th kind of slot."""
    return np.array([[-1 - _SLOTS.index(word[1:-1]) if word.startswith("{") else _ID[word]
                      for word in form.split()] for form in forms])


_VERDICTS, _FILLERS, _OPINIONS = (_codes(_LISTS[name]) for name in
                                  ("verdicts", "fillers", "opinions"))
VERDICT_LENGTH, SENTENCE_LENGTH = _VERDICTS.shape[1], _FILLERS.shape[1]


def draw(batch, sentences, rng, place="start", opinions=0):
    """Draw reviews with a verdict and a filler of ten words a sentence.

    Args:
        batch: number of reviews.
        sentences: filler sentences in each, 0 or more.
        rng: generator or seed.
        place: where the verdict stands: "start", "middle" or "end" of the review. In the middle,
            half of the sentences stand before it (of an odd number the smaller half).
        opinions: how many of the sentences are opinions of others, at random places; each is
            favourable or not, whatever the verdict.

    Returns:
        Token ids (batch, VERDICT_LENGTH + sentences * SENTENCE_LENGTH), and targets (batch,), 1 for
        a favourable and 0 for an unfavourable verdict. Floor: FLOOR, ln 2 as cross-entropy, and
        CHANCE, 1/2 as accuracy.

    Raises:
        InputError: a size out of range, an unknown place, or no generator.
    """
    batch = validate.whole_number("batch", batch)
    sentences = validate.whole_number("sentences", sentences, 0)
    before = verdict_start(sentences, place)
    opinions = validate.whole_number("opinions", opinions, 0, sentences)
    rng = generator(rng)
    targets = rng.integers(0, 2, size=batch)
    filler = _FILLERS[rng.integers(0, len(_FILLERS), size=(batch, sentences))]
    if opinions:
        chosen = rng.random((batch, sentences)).argsort(axis=1)[:, :opinions]
        filler[np.arange(batch)[:, None], chosen] = _OPINIONS[
            rng.integers(0, len(_OPINIONS), size=chosen.shape)]
    verdict = _VERDICTS[rng.integers(0, len(_VERDICTS), size=batch)]
    filler = filler.reshape(batch, sentences * SENTENCE_LENGTH)
    _fill(filler, rng, lambda rows: rng.integers(0, 2, size=len(rows)))
    _fill(verdict, rng, lambda rows: targets[rows])
    return np.concatenate([filler[:, :before], verdict, filler[:, before:]], axis=1), targets


def _fill(codes, rng, favourable):
    """Put random words into all slots; `favourable` gets the rows of the decisive ones."""
    for kind, words in _NEUTRAL.items():
        ids = np.array([_ID[word] for word in words])
        rows, columns = np.nonzero(codes == -1 - _SLOTS.index(kind))
        codes[rows, columns] = ids[rng.integers(0, len(ids), size=len(rows))]
    for kind, pair in _DECISIVE.items():
        ids = np.array([[_ID[word] for word in words] for words in pair])
        rows, columns = np.nonzero(codes == -1 - _SLOTS.index(kind))
        codes[rows, columns] = ids[favourable(rows), rng.integers(0, ids.shape[1], len(rows))]


def verdict_start(sentences, place="start"):
    """Return the step at which the verdict begins.

    Args:
        sentences: filler sentences in the review, 0 or more.
        place: "start", "middle" or "end", as in `draw`.

    Returns:
        The place of the verdict's first word, counted from 0.

    Raises:
        InputError: a number out of range, or an unknown place.
    """
    sentences = validate.whole_number("sentences", sentences, 0)
    validate.one_of("place", place, PLACES)
    return {"start": 0, "middle": sentences // 2, "end": sentences}[place] * SENTENCE_LENGTH
