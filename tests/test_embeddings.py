"""What word vectors are trained on and tested with."""

import numpy as np
import pytest

from utils import corpora, environment
from utils.corpora import embeddings, sources
from wrong_input import answer_to


def test_wikipedia_is_words_without_mark_up():
    articles = corpora.wikipedia_articles()
    assert len(articles) == 106 and sum(map(len, articles.values())) == 452_944
    assert articles["Anarchism"][:5] == ["anarchism", "is", "political", "philosophy", "that"]
    assert all(word.isalpha() and word == word.lower() and 2 <= len(word) <= 15
               for word in articles["Albert Einstein"])
    articles["Anarchism"].clear()
    assert corpora.wikipedia_articles()["Anarchism"]


def test_film_reviews_are_shuffled_and_the_first_ones_stay_the_same():
    few, more = corpora.film_reviews(5), corpora.film_reviews(50)
    assert few == more[:5] and len(more) == 50
    assert not any(word in ("br", "<", ".") for review in more for word in review)
    assert len({tuple(review) for review in corpora.film_reviews(2000)}) > 1990


def test_the_sentences_of_the_sentiment_task_are_not_among_the_whole_reviews():
    whole = {" ".join(review[:8]) for review in corpora.film_reviews()}
    assert len(whole) > 20_000
    parts = corpora.review_sentences()
    begins = [" ".join(w for w in corpora.tokenise(sentence) if w[0].isalnum()).split()[:8]
              for sentences, _ in parts.values() for sentence in sentences]
    assert sum(" ".join(begin) in whole for begin in begins if len(begin) == 8) <= 1


def test_ratings_are_pairs_from_0_to_10():
    for name, count in (("wordsim353", 353), ("simlex999", 999)):
        pairs = corpora.word_pairs(name)
        assert len(pairs) == count
        assert all(0 <= rating <= 10 and first == first.lower() for first, _, rating in pairs)
    assert ("tiger", "cat", 7.35) in corpora.word_pairs("wordsim353")
    assert ("old", "new", 1.58) in corpora.word_pairs("simlex999")


def test_analogies_are_questions_in_sections():
    questions = corpora.analogies()
    assert len(questions) == 19_544 and len({section for section, _ in questions}) == 14
    assert all(len(words) == 4 for _, words in questions)
    assert questions[0] == ("capital-common-countries", ("athens", "greece", "baghdad", "iraq"))


def test_glove_has_a_vector_for_each_word():
    words, vectors = corpora.glove(2000)
    assert words[:3] == ["the", ",", "."] and vectors.shape == (2000, 50)
    assert vectors.dtype == np.float32
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = units[words.index("man")] @ units[words.index("woman")]
    assert cosine > 0.8


def test_wrong_input_is_one_sentence():
    assert "'wordsim353', 'simlex999'" in answer_to(lambda: corpora.word_pairs("wordsim"))
    assert "at least 1 and at most 25000" in answer_to(lambda: corpora.film_reviews(0))
    assert "at most 400000" in answer_to(lambda: corpora.glove(500_000))


@pytest.mark.parametrize("load", [
    embeddings._articles.__wrapped__, embeddings._reviews.__wrapped__, corpora.analogies,
    lambda: corpora.word_pairs("simlex999"), lambda: corpora.glove(10)])
def test_a_missing_package_is_named(monkeypatch, load):
    monkeypatch.setattr(sources, "_checked", {})
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(environment.CourseError, match="is missing; expected .* pip install"):
        load()
