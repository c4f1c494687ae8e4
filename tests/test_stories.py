import math

import numpy as np
import pytest

from utils import environment, tasks
from utils.tasks import stories, words
from utils.validate import InputError

DISTANCES = (0, 3, 4, 7, 30, 61)


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_seed_gives_the_same_stories_and_another_seed_others(distance):
    first, again = stories.draw(32, distance, 5), stories.draw(32, distance, 5)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[1], stories.draw(32, distance, 6)[1])
    rng = np.random.default_rng(5)
    assert np.array_equal(stories.draw(32, distance, rng)[0], first[0])
    assert not np.array_equal(stories.draw(32, distance, rng)[0], first[0])


@pytest.mark.parametrize("distance", DISTANCES)
def test_every_story_is_fact_irrelevant_sentences_question(distance):
    ids, answers = stories.draw(200, distance, 0)
    assert ids.shape == (200, stories.FACT_LENGTH + distance + stories.QUESTION_LENGTH)
    for row, answer in zip(ids, answers, strict=True):
        told = stories.decode(row)
        sentences = " ".join(told).split(" . ")
        hero, name = told[0], stories.VOCABULARY[answer]
        assert hero in words.section("stories")["heroes"] and name in stories.NAMES
        assert sentences[0].startswith(f"{hero} stays in ")
        assert sentences[1].startswith(f"{hero} has a ")
        assert sentences[1].endswith(f" whose name is {name}")
        article, subject = sentences[2].split()[2:4]
        assert sentences[2] == f"{name} is {article} {subject} faculty"
        assert article == ("an" if subject[0] in "aeiou" else "a")
        assert sentences[-1] == f"{hero} learns {subject} from"
        between = told[stories.FACT_LENGTH:stories.FACT_LENGTH + distance]
        assert not between or between[-1] == "."
        # Nothing between may look like a second fact or a second question.
        assert not {"name", "faculty", "learns", "has"} & set(between)


def test_all_six_forms_of_irrelevant_sentences_occur():
    ids, _ = stories.draw(50, 60, 0)
    between = ids[:, stories.FACT_LENGTH:-stories.QUESTION_LENGTH]
    lengths, signs = set(), set()
    for row in between:
        for sentence in " ".join(stories.decode(row)).split(" ."):
            lengths.add(len(sentence.split()))
            signs |= {"rains", "likes", "visits", "goes", "good", "talk"} & set(sentence.split())
    assert signs == {"rains", "likes", "visits", "goes", "good", "talk"}
    assert lengths == {0, 2, 3, 4, 6}


def test_the_answer_is_one_of_eight_with_equal_chances():
    _, answers = stories.draw(80_000, 0, 0)
    counts = np.array([np.mean(answers == name)
                       for name in np.unique(answers)])
    assert len(counts) == 8 and counts == pytest.approx([stories.CHANCE] * 8, abs=0.005)
    assert -np.sum(counts * np.log(counts)) == pytest.approx(stories.FLOOR, abs=1e-3)
    assert pytest.approx(math.log(8), abs=1e-15) == stories.FLOOR


def test_nothing_behind_the_fact_tells_the_answer():
    """The words between name people, but drawn without the answer: naive Bayes stays at chance."""
    size = len(stories.VOCABULARY)

    def behind(seed):
        ids, answers = stories.draw(40_000, 30, seed)
        counts = np.zeros((len(ids), size))
        for column in ids[:, stories.FACT_LENGTH:].T:
            counts[np.arange(len(ids)), column] += 1
        return counts, answers

    counts, answers = behind(0)
    names = np.unique(answers)
    rates = np.array([counts[answers == name].mean(axis=0) for name in names])
    scores = np.log(rates + 1e-9)
    counts, answers = behind(1)
    guess = names[(counts @ scores.T - rates.sum(axis=1)).argmax(axis=1)]
    assert np.mean(guess == answers) == pytest.approx(stories.CHANCE, abs=0.008)


def test_the_fact_tells_the_answer():
    ids, answers = stories.draw(500, 30, 0)
    np.testing.assert_array_equal(ids[:, stories.decode(ids[0]).index("name") + 2], answers)


def test_irrelevant_sentences_may_name_the_answer_itself():
    ids, answers = stories.draw(2000, 40, 0)
    between = ids[:, stories.FACT_LENGTH:-stories.QUESTION_LENGTH]
    named = (between == answers[:, None]).any(axis=1).mean()
    assert 0.1 < named < 0.9
    heroes = words.section("stories")["heroes"]
    assert {*heroes, *stories.NAMES} <= {stories.VOCABULARY[word] for word in np.unique(between)}


def test_the_sentence_of_the_notes_is_a_story_of_the_family():
    ids = stories.encode("Venky stays in India. Venky has a friend, whose name is Dev. "
                         "Dev is an AI faculty. Venky learns AI from")
    np.testing.assert_array_equal(ids, stories.encode(stories.UNIT_STORY))
    drawn, answers = stories.draw(20_000, 0, 0)
    found = (drawn == ids).all(axis=1)
    assert found.any()
    assert {stories.VOCABULARY[answer] for answer in answers[found]} == {"dev"}


def test_encode_and_decode_are_inverse():
    ids, _ = stories.draw(1, 45, 3)
    np.testing.assert_array_equal(stories.encode(" ".join(stories.decode(ids[0]))), ids[0])
    assert len(set(stories.VOCABULARY)) == len(stories.VOCABULARY)


@pytest.mark.parametrize(("text", "named"), [
    ("Venky stays in Paris.", "paris"), ("", "empty"), ("  ", "empty"), (",", "unknown"),
    (None, "string"), ("Zork meets Zork and Quux", "zork, meets, quux")])
def test_a_text_of_other_words_is_refused_by_name(text, named):
    with pytest.raises(InputError, match=named):
        stories.encode(text)


def test_mixed_stories_are_stories_of_all_distances_filled_up_in_front():
    x, y = stories.mixed(3000, 60, 7)
    again = stories.mixed(3000, 60, np.random.default_rng(7))
    assert np.array_equal(x, again[0]) and np.array_equal(y, again[1])
    assert x.shape == (3000, 84) and y.shape == (3000,)
    distances = (x != 0).sum(axis=1) - stories.FACT_LENGTH - stories.QUESTION_LENGTH
    assert set(distances) == {0, *range(3, 61)}
    assert np.bincount(distances)[[0, *range(3, 61)]] == pytest.approx(3000 / 59, abs=30)
    padded = x == 0
    assert (np.diff(padded.astype(int), axis=1) <= 0).all(), "zeros stand only in front"
    for row, answer in zip(x[:200], y[:200], strict=True):
        told = stories.text(row).split()
        assert told[told.index("name") + 2] == stories.WORDS[answer]
        assert stories.text(row).startswith(f"{told[0]} stays in ")


def test_mixed_stories_may_be_filled_up_at_the_end():
    front, y = stories.mixed(300, 30, 1)
    end, names = stories.mixed(300, 30, 1, padding="post")
    assert np.array_equal(y, names) and front.shape == end.shape
    assert (end[:, 0] != 0).all() and (np.diff((end == 0).astype(int), axis=1) >= 0).all()
    assert [stories.text(row) for row in front] == [stories.text(row) for row in end]
    with pytest.raises(InputError, match="padding must be one of"):
        stories.mixed(3, 30, 1, padding="middle")


def test_the_names_of_mixed_stories_are_drawn_evenly_at_every_distance():
    x, y = stories.mixed(40_000, 20, 0)
    distances = (x != 0).sum(axis=1)
    for distance in np.unique(distances):
        counts = np.bincount(y[distances == distance])
        assert counts[counts > 0] / counts.sum() == pytest.approx([1 / 8] * 8, abs=0.04)


def test_mixed_and_text_refuse_wrong_arguments():
    for bad in ((0, 60, 0), (5, 2, 0), (5, 60.0, 0), (5, 60, None)):
        with pytest.raises(InputError, match="count|longest|rng"):
            stories.mixed(*bad)
    with pytest.raises(InputError, match="row"):
        stories.text([len(stories.WORDS)])


@pytest.mark.parametrize("bad", [(0, 5, 0), (4, -1, 0), (4, 1, 0), (4, 2, 0), (4, 5.0, 0),
                                 (4, 5, "0"), (4, 5, None), ("4", 5, 0), (True, 5, 0)])
def test_wrong_arguments_are_named(bad):
    with pytest.raises(InputError, match="batch|distance|rng"):
        stories.draw(*bad)


def test_decode_refuses_what_is_no_id():
    for bad in ([len(stories.VOCABULARY)], [-1], [0.5], [[0]]):
        with pytest.raises(InputError, match="ids"):
            stories.decode(bad)


def test_missing_word_lists_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    words._load.cache_clear()
    try:
        with pytest.raises(environment.CourseError, match="data/words.toml"):
            words.section("stories")
    finally:
        words._load.cache_clear()


def test_an_unknown_section_is_named():
    with pytest.raises(InputError, match="'stories'"):
        words.section("poems")


def test_the_package_offers_the_stories():
    assert tasks.stories is stories
