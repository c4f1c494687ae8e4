"""Our word2vec beside gensim and beside a Keras model with two embeddings, on the same text.

Words a second count every word of the text, those that subsampling
leaves out included; examples a second count pairs of a word and a context word, each with its
negatives. Reading the text and counting its words is not timed, on any side.
"""

import itertools
import statistics

import numpy as np

from tools.measure.benchmarks import Row
from utils import corpora, environment
from utils.evidence import word2vec

WORDS = 200_000
SETTINGS = {"vector_size": 100, "window": 5, "sample": 1e-3}
K, KERAS_PAIRS, KERAS_BATCH = 5, 60_000, 1024


def text():
    """Return the first WORDS words of the Wikipedia excerpt, in pieces of 1,000."""
    words = itertools.chain.from_iterable(corpora.wikipedia_articles().values())
    words = list(itertools.islice(words, WORDS))
    return [words[start:start + 1000] for start in range(0, WORDS, 1000)]


def ours(sequences, model):
    """Return a job that trains for one epoch and gives (words a second, examples a second)."""
    def job():
        found = word2vec.train(sequences, model, k=K, epochs=1, **SETTINGS)
        return WORDS / found.seconds, found.examples / found.seconds
    return job


def by_gensim(sequences, model):
    """Return a job that trains for one epoch with one worker and gives (words a second, None)."""
    from gensim.models import Word2Vec

    def job():
        trained = Word2Vec(sg=int(model == "skip-gram"), negative=K, workers=1, seed=0, **SETTINGS)
        trained.build_vocab(sequences)
        with environment.Stopwatch() as watch:
            trained.train(sequences, total_examples=len(sequences), epochs=1)
        return WORDS / watch.seconds, None
    return job


def by_keras(sequences):
    """Return a job that trains on pairs with two embeddings and gives (None, examples a second)."""
    import keras
    word_list, rng = word2vec.WordList(sequences, 5), np.random.default_rng(0)
    blocks = word2vec.Blocks(*word_list.encode(sequences), SETTINGS["window"], rng)
    centres, contexts, allowed = blocks[:KERAS_PAIRS // 80]
    block, row, column = (places[:KERAS_PAIRS] for places in np.nonzero(allowed))
    cumulative = word2vec.negative_probabilities(word_list.counts).cumsum()
    negatives = word2vec.draw_negatives(cumulative, K * len(block), rng).reshape(-1, K)
    inputs = [centres[block, row][:, None],
              np.concatenate([contexts[block, column][:, None], negatives], axis=1)]
    labels = np.tile(np.eye(1, K + 1, dtype="float32"), (len(block), 1))
    word, others = keras.Input((1,), dtype="int32"), keras.Input((K + 1,), dtype="int32")
    size = SETTINGS["vector_size"]
    scores = keras.layers.Dot(axes=2)([keras.layers.Embedding(len(word_list), size)(word),
                                       keras.layers.Embedding(len(word_list), size)(others)])
    model = keras.Model([word, others], keras.layers.Flatten()(scores))
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(inputs, labels, batch_size=KERAS_BATCH, epochs=1, verbose=0)         # compiles

    def job():
        with environment.Stopwatch() as watch:
            model.fit(inputs, labels, batch_size=KERAS_BATCH, epochs=1, verbose=0)
        return None, len(labels) / watch.seconds
    return job


def speeds(turns=5):
    """Return {name: (words a second, examples a second)}, medians over turns taken in turn."""
    sequences = text()
    jobs = {f"{name}, {model}": make(sequences, model) for model in word2vec.MODELS
            for name, make in (("ours", ours), ("gensim", by_gensim))}
    jobs["Keras, skip-gram"] = by_keras(sequences)
    found = {name: [] for name in jobs}
    for _ in range(turns):
        for name, job in jobs.items():
            found[name].append(job())
    return {name: tuple(None if None in column else statistics.median(column)
                        for column in zip(*rows, strict=True)) for name, rows in found.items()}


def run():
    """Print words and examples a second, and the ratios; return rows."""
    print(f"{WORDS:,} words of Wikipedia, {SETTINGS['vector_size']} numbers a word, window "
          f"{SETTINGS['window']}, {K} negatives, one worker; thousands a CPU second.\n")
    found = speeds()
    print(f"{'':20}{'words':>10}{'examples':>10}")
    for name, row in found.items():
        print(f"{name:20}" + "".join(f"{value / 1000 if value else 0:10.0f}" if value
                                     else f"{'':10}" for value in row))
    rows = [Row(f"word2vec, {model}", "", found[f"ours, {model}"][0] / 1000,
                "thousand words a CPU second", "gensim", found[f"gensim, {model}"][0] / 1000)
            for model in word2vec.MODELS]
    rows.append(Row("word2vec, skip-gram", "", found["ours, skip-gram"][1] / 1000,
                    "thousand examples a CPU second", "Keras, two Embedding layers",
                    found["Keras, skip-gram"][1] / 1000))
    for row in rows:
        print(f"{row.what}: ours / {row.beside}, {row.unit}: {row.times():.2f}")
    return rows
