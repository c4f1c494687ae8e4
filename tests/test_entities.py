import itertools
import math

import numpy as np
import pytest

from utils import tasks
from utils.tasks import entities
from utils.tasks.words import section
from utils.validate import InputError

CASES = list(itertools.product(entities.CLUE_PLACES, (False, True)))
HEAD = entities.HEAD_LENGTH


def pieces(ids, place):
    """Split sentences into person, verb and word, and the clue."""
    return (ids[:, :HEAD], ids[:, HEAD:]) if place == "after" else (ids[:, -HEAD:], ids[:, :-HEAD])


@pytest.mark.parametrize(("place", "new"), CASES)
def test_every_sentence_is_person_verb_word_and_clue(place, new):
    lists, words = section("entities"), entities.NEW_WORDS if new else entities.WORDS
    ids, tags = entities.draw(300, 0, place, new)
    assert ids.shape == tags.shape == (300, entities.LENGTH)
    at = entities.word_at(place)
    for row, row_tags in zip(ids, tags, strict=True):
        told, named = entities.decode(row), [entities.TAGS[tag] for tag in row_tags]
        assert told[at - 2] in lists["new_people" if new else "people"]
        assert told[at - 1] in lists["verbs"]
        assert named[at - 2:at + 1] == ["person", "other", named[at]]
        assert named[at] in words[told[at]]
        assert set(np.delete(named, [at - 2, at])) == {"other"}


@pytest.mark.parametrize(("place", "new"), CASES)
def test_person_verb_and_word_tell_nothing_about_the_reading(place, new):
    ids, tags = entities.draw(60_000, 1, place, new)
    at = entities.word_at(place)
    words = entities.NEW_WORDS if new else entities.WORDS
    for word, (first, second) in words.items():
        there = ids[:, at] == entities.VOCABULARY.index(word)
        assert there.mean() == pytest.approx(1 / len(words), abs=0.01)
        one, other = (there & (tags[:, at] == entities.TAGS.index(kind))
                      for kind in (first, second))
        assert one.sum() + other.sum() == there.sum()
        assert one.sum() / there.sum() == pytest.approx(entities.CHANCE, abs=0.03)
        for column in (at - 2, at - 1):
            for value in np.unique(ids[:, column]):
                share = (ids[one, column] == value).mean() - (ids[other, column] == value).mean()
                assert abs(share) < 0.06
    assert math.log(2) == entities.FLOOR
    assert abs(math.exp(-entities.FLOOR) - entities.CHANCE) < 1e-15


@pytest.mark.parametrize("new", [False, True])
def test_the_clue_decides_and_its_first_word_does_not(new):
    ids, tags = entities.draw(20_000, 2, "after", new)
    kinds, clues = tags[:, HEAD - 1], ids[:, HEAD:]
    kind_of = {}
    for kind, clue in zip(kinds, map(tuple, clues), strict=True):
        assert kind_of.setdefault(clue, kind) == kind
    its = ids[:, HEAD] == entities.VOCABULARY.index("it")
    the = ids[:, HEAD] == entities.VOCABULARY.index("the")
    assert (its | the).all()
    for kind in np.unique(kinds):
        assert its[kinds == kind].mean() == pytest.approx(0.5, abs=0.04)


def test_no_pair_of_words_that_decides_belongs_to_two_kinds():
    lists = section("entities")
    owner = {}
    for clue in lists["clues"]:
        for word in (*clue["first"], *clue["second"]):
            assert owner.setdefault(word, clue["kind"]) == clue["kind"]
    neutral = {*lists["people"], *lists["new_people"], *lists["verbs"], *lists["adverbs"],
               *entities.WORDS, *entities.NEW_WORDS}
    assert not neutral & set(owner)
    assert len(entities.WORDS) + len(entities.NEW_WORDS) >= 12
    assert len(set(entities.VOCABULARY)) == len(entities.VOCABULARY)


def test_what_is_new_is_not_in_training_but_its_clue_words_are():
    known, fresh = (entities.draw(40_000, 3, "after", new)[0] for new in (False, True))
    assert not set(known[:, [0, 2]].ravel()) & set(fresh[:, [0, 2]].ravel())
    known_clues, new_clues = (set(map(tuple, ids[:, HEAD:])) for ids in (known, fresh))
    assert not known_clues & new_clues and len(new_clues) >= 80
    assert set(itertools.chain(*new_clues)) <= set(itertools.chain(*known_clues))
    # Nor is a new clue the same but for its adverb.
    adverbs = set(entities.encode(" ".join(section("entities")["adverbs"])))
    assert not {frozenset(clue) - adverbs for clue in known_clues} & {
        frozenset(clue) - adverbs for clue in new_clues}


def test_the_sentences_of_the_unit_belong_to_the_task_and_their_clues_are_new():
    known, fresh = (entities.draw(40_000, 4, "after", new)[0] for new in (False, True))
    for sentence in entities.UNIT_SENTENCES:
        ids = entities.encode(sentence)
        assert " ".join(entities.decode(ids)) == sentence
        np.testing.assert_array_equal(entities.encode(
            sentence.replace("apple", "apple,").capitalize()), ids)
        length = len(ids)
        assert not (known[:, HEAD:length] == ids[HEAD:]).all(axis=1).any()
        assert (fresh[:, HEAD:length] == ids[HEAD:]).all(axis=1).any()
        assert (known[:, :HEAD] == ids[:HEAD]).all(axis=1).any()


def test_the_place_of_the_clue_changes_nothing_but_the_order():
    after, after_tags = entities.draw(50, 5, "after")
    before, before_tags = entities.draw(50, 5, "before")
    for one, two in ((after, before), (after_tags, before_tags)):
        np.testing.assert_array_equal(np.roll(one, -HEAD, axis=1), two)
    assert [entities.word_at(place) for place in entities.CLUE_PLACES] == [2, 7]


def test_a_seed_gives_the_same_sentences_and_a_generator_moves_on():
    first, again, other = (entities.draw(16, seed)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(entities.draw(16, rng)[0], first)
    assert not np.array_equal(entities.draw(16, rng)[0], first)
    assert tasks.entities is entities


@pytest.mark.parametrize(("wrong", "named"), [
    ({"batch": 0}, "batch"), ({"batch": "8"}, "batch"), ({"rng": None}, "rng"),
    ({"place": "behind"}, "place"), ({"place": None}, "place"), ({"new": "yes"}, "new"),
    ({"new": None}, "new"),
])
def test_wrong_arguments_are_named(wrong, named):
    with pytest.raises(InputError, match=f"^{named} must"):
        entities.draw(**{"batch": 4, "rng": 0} | wrong)


def test_wrong_words_ids_and_places_are_refused():
    with pytest.raises(InputError, match="unknown: .?banana"):
        entities.encode("venky loves banana")
    with pytest.raises(InputError, match="ids"):
        entities.decode([len(entities.VOCABULARY)])
    with pytest.raises(InputError, match="place"):
        entities.word_at("behind")
