import math

import numpy as np
import pytest

from utils.tasks import reviews
from utils.validate import InputError

LONG = reviews.SENTENCE_LENGTH


def pieces(ids, sentences, place):
    """Split reviews into verdict and filler, (batch, sentences, LONG)."""
    first = reviews.verdict_start(sentences, place)
    verdict = ids[:, first:first + reviews.VERDICT_LENGTH]
    rest = np.delete(ids, np.s_[first:first + reviews.VERDICT_LENGTH], axis=1)
    return verdict, rest.reshape(len(ids), sentences, LONG)


def favour(ids):
    """Return how many favourable less unfavourable words are in each row."""
    lists = reviews.section("reviews")
    good = [reviews.VOCABULARY.index(word) for kind in ("verbs", "adjectives")
            for word in lists[f"favourable_{kind}"]]
    bad = [reviews.VOCABULARY.index(word) for kind in ("verbs", "adjectives")
           for word in lists[f"unfavourable_{kind}"]]
    return np.isin(ids, good).sum(axis=-1) - np.isin(ids, bad).sum(axis=-1)


@pytest.mark.parametrize("place", reviews.PLACES)
@pytest.mark.parametrize(("sentences", "opinions"), [(0, 0), (1, 0), (5, 0), (5, 3), (4, 4)])
def test_the_verdict_stands_where_it_should_and_decides(place, sentences, opinions):
    ids, targets = reviews.draw(300, sentences, 0, place, opinions)
    assert ids.shape == (300, reviews.VERDICT_LENGTH + sentences * LONG)
    assert ids.min() >= 0 and ids.max() < len(reviews.VOCABULARY)
    verdict, filler = pieces(ids, sentences, place)
    np.testing.assert_array_equal(favour(verdict), 2 * targets - 1)
    assert {" ".join(reviews.decode(row)[:3]) for row in verdict} == {"in short i", "all in all"}
    np.testing.assert_array_equal(np.abs(favour(filler)).sum(axis=1), opinions)
    assert set(targets) == {0, 1}


@pytest.mark.parametrize("opinions", [0, 3])
def test_the_filler_tells_nothing_so_half_is_the_best_without_the_verdict(opinions):
    ids, targets = reviews.draw(20_000, 3, 1, "middle", opinions)
    _, filler = pieces(ids, 3, "middle")
    assert targets.mean() == pytest.approx(reviews.CHANCE, abs=0.015)
    # Every word at every place, and the balance of opinions, is as frequent under either target.
    for word in range(len(reviews.VOCABULARY)):
        there = filler.reshape(len(ids), -1) == word
        assert np.abs(there[targets == 1].mean(axis=0) - there[targets == 0].mean(axis=0)).max() \
            < 0.03
    balance = favour(filler).sum(axis=1)
    for value in np.unique(balance):
        assert targets[balance == value].mean() == pytest.approx(0.5, abs=0.04)
    assert math.log(2) == reviews.FLOOR
    assert abs(math.exp(-reviews.FLOOR) - reviews.CHANCE) < 1e-15


def test_opinions_are_favourable_or_not_and_stand_at_random_places():
    ids, _ = reviews.draw(4000, 4, 0, "start", 1)
    _, filler = pieces(ids, 4, "start")
    balance = favour(filler)
    assert (np.abs(balance).sum(axis=1) == 1).all()
    np.testing.assert_allclose(np.abs(balance).mean(axis=0), 0.25, rtol=0, atol=0.03)
    assert balance.sum() / 4000 == pytest.approx(0, abs=0.06)


def test_a_seed_gives_the_same_reviews_and_a_generator_moves_on():
    first, again, other = (reviews.draw(16, 3, seed, "end", 1) for seed in (3, 3, 4))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(reviews.draw(16, 3, rng, "end", 1)[0], first[0])
    assert not np.array_equal(reviews.draw(16, 3, rng, "end", 1)[0], first[0])


def test_the_verdict_starts_after_the_sentences_before_it():
    assert [reviews.verdict_start(5, place) for place in reviews.PLACES] == [0, 20, 50]
    assert reviews.verdict_start(0, "end") == 0


def test_encode_and_decode_are_inverse():
    ids, _ = reviews.draw(5, 4, 0, "middle", 2)
    for row in ids:
        np.testing.assert_array_equal(reviews.encode(" ".join(reviews.decode(row))), row)
    assert reviews.decode(reviews.encode("In short, I LOVED this film.")) == [
        "in", "short", "i", "loved", "this", "film", "."]


def test_no_word_is_both_favourable_and_unfavourable_and_none_stands_twice():
    assert len(set(reviews.DECISIVE_WORDS)) == len(reviews.DECISIVE_WORDS) == 16
    assert len(set(reviews.VOCABULARY)) == len(reviews.VOCABULARY)


@pytest.mark.parametrize(("wrong", "named"), [
    ({"batch": 0}, "batch"), ({"batch": True}, "batch"), ({"sentences": -1}, "sentences"),
    ({"sentences": 2.0}, "sentences"), ({"place": "front"}, "place"), ({"place": None}, "place"),
    ({"opinions": 4}, "opinions"), ({"opinions": -1}, "opinions"), ({"rng": "0"}, "rng"),
    ({"rng": None}, "rng"), ({"rng": -1}, "rng"),
])
def test_wrong_arguments_are_named(wrong, named):
    arguments = {"batch": 4, "sentences": 3, "rng": 0} | wrong
    with pytest.raises(InputError, match=named):
        reviews.draw(**arguments)


@pytest.mark.parametrize("wrong", ["in short i liked this film .", "", " , ", 7])
def test_a_text_with_other_words_is_refused(wrong):
    with pytest.raises(InputError, match="text"):
        reviews.encode(wrong)


def test_ids_that_are_no_words_are_refused():
    with pytest.raises(InputError, match="ids"):
        reviews.decode([len(reviews.VOCABULARY)])
    with pytest.raises(InputError, match="sentences"):
        reviews.verdict_start(-1)
