"""Sweeps of lesson 08: ours beside gensim on Wikipedia, and words split in two on film reviews."""

from functools import partial

import numpy as np

from tools.measure.sweeps import Sweep
from utils import corpora, environment
from utils.evidence import word2vec

MODELS = {"CBOW": 0, "skip-gram": 1}
OTHER_SEED = 100                  # added to the seed of the second gensim run
WIKIPEDIA_EPOCHS = 10
SIZES = (50_000, 200_000, 1_000_000)
TIMES = (10, 20, 40, 80, 160)     # how often each half occurs, about
WORDS = 60                        # at most so many words are split for each entry of TIMES
SETTINGS = {
    "CBOW, 5 epochs": {"sg": 0, "epochs": 5},
    "skip-gram, 5 epochs": {"sg": 1, "epochs": 5},
    "CBOW, 15 epochs, learning rate 0.05": {"sg": 0, "epochs": 15, "alpha": 0.05},
    "skip-gram, 5 epochs, learning rate 0.05": {"sg": 1, "epochs": 5, "alpha": 0.05},
}


def by_gensim(sequences, seed, **settings):
    """Train with gensim, one worker; return its vectors and the CPU seconds."""
    from gensim.models import Word2Vec
    with environment.Stopwatch() as watch:
        model = Word2Vec(sequences, vector_size=100, workers=1, seed=seed, **settings)
    return model.wv, watch.seconds


def pieces(sequences, length=1000):
    """Return texts cut into pieces; gensim drops what lies beyond 10,000 words of a text."""
    return [one[start:start + length] for one in sequences for start in range(0, len(one), length)]


def wikipedia(seed, model):
    """Train on the Wikipedia excerpt twice with gensim and once with ours, and compare."""
    articles = pieces(corpora.wikipedia_articles().values())
    settings = {"sg": MODELS[model], "epochs": WIKIPEDIA_EPOCHS}
    first, _ = by_gensim(articles, seed, **settings)
    second, _ = by_gensim(articles, seed + OTHER_SEED, **settings)
    trained = word2vec.train(articles, model.lower(), epochs=WIKIPEDIA_EPOCHS, seed=seed)
    ours = word2vec.keyed_vectors(trained.word_list.words, trained.W_in)
    words = first.index_to_key[100:1100]
    results = [word2vec.neighbour_overlap(first, keyed, words) for keyed in (second, ours)]
    for name in corpora.PAIR_LISTS:
        pairs = corpora.word_pairs(name)
        results += [word2vec.pair_score(keyed, pairs)[0] for keyed in (first, ours)]
    return [(result, "of 1") for result in results]


def halves(seed, size, **settings):
    """Split words of film reviews in two, train with gensim, and count halves that find each other.

    Returns:
        The shares of halves that are nearest neighbours, one for each entry of TIMES (-1 where no
        word occurs that often); the same after the mean vector has been subtracted; the rank
        correlations with both lists of ratings; CPU seconds.
    """
    rng = np.random.default_rng(seed)
    reviews, total = [], 0
    for review in corpora.film_reviews():
        reviews.append(review[:size - total])
        total += len(reviews[-1])
        if total == size:
            break
    counted = word2vec.WordList(reviews)
    groups = []
    for times in TIMES:
        near = np.flatnonzero(np.abs(counted.counts / (2 * times) - 1) <= 0.1)
        chosen = rng.permutation(near)[:WORDS]
        groups.append([counted.words[i] for i in chosen])
    split = word2vec.split_words(reviews, [word for group in groups for word in group], rng)
    keyed, seconds = by_gensim(split, seed, **settings)
    centred = word2vec.keyed_vectors(keyed.index_to_key, keyed.vectors - keyed.vectors.mean(axis=0))
    results = [(100 * word2vec.halves_score(vectors, group) if group else -1.0, "%")
               for vectors in (keyed, centred) for group in groups]
    results += [(word2vec.pair_score(keyed, corpora.word_pairs(name))[0], "of 1")
                for name in corpora.PAIR_LISTS]
    return [*results, (seconds, "CPU s")]


def size_name(size):
    """Return a size as it stands in the table: 50 k, 1,000 k."""
    return f"{size // 1000:,} k words"


SWEEPS = [
    *(Sweep(tuple(f"08 {figure}" for figure in (
        "neighbour overlap: gensim and gensim", "neighbour overlap: ours and gensim",
        "wordsim353: gensim", "wordsim353: ours", "simlex999: gensim", "simlex999: ours")),
        f"{model}, Wikipedia, 10 epochs", partial(wikipedia, model=model)) for model in MODELS),
    *(Sweep((*(f"08 halves seen {times} times" for times in TIMES),
             *(f"08 halves seen {times} times, mean subtracted" for times in TIMES),
             "08 halves: wordsim353", "08 halves: simlex999", "08 halves: seconds"),
            f"{setting}, {size_name(size)}", partial(halves, size=size, **options))
      for size in SIZES for setting, options in SETTINGS.items()),
]
