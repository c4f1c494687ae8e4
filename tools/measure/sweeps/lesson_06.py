"""Sweeps of lesson 06: letters to phonemes with longer delays; four tasks one way and both ways.

The second group is the lesson's own code: plain Keras, about as many weights one way as both ways.
A baseline without a network stands beside each.
"""

import re
from collections import Counter
from functools import cache, partial

import numpy as np

from tools.measure.sweeps import Sweep
from utils import corpora, environment
from utils.evidence import cells, training

LETTERS = np.eye(27, dtype="float32")                # 0 is a blank, a is 1, z is 26


def by_length(pairs, sounds):
    """Return {length: (letters, labels)} for words with labels."""
    groups = {}
    for word, labels in pairs:
        group = groups.setdefault(len(word), ([], []))
        group[0].append([ord(letter) - 96 for letter in word])
        group[1].append([sounds.index(label) for label in labels])
    return {length: tuple(map(np.array, group)) for length, group in groups.items()}


def phonemes(seed, delay, steps=1200):
    """Train on 10,000 words as the lesson does, and count the letters right in 1,000 others.

    Args:
        seed: of words and weights.
        delay: letters that are read before the answer is given.
        steps: updates, the last third of them with a fifth of the learning rate.
    """
    train, test = corpora.aligned_pronunciations(11_000, seed=seed, test_count=1000)
    sounds = list(corpora.phoneme_labels())
    known, held_out = by_length(train, sounds), by_length(test, sounds)
    lengths = np.array(sorted(known))
    share = np.array([known[length][0].size for length in lengths], float)
    rng = np.random.default_rng(seed)
    cell = cells.SimpleRNN(27, 128, rng=rng, dtype="float32")
    model = training.Model(cell, len(sounds), "cross_entropy", every_step=True, rng=rng)
    plain = model.loss

    def late(answers, targets):
        value, d_answers = plain(answers[:, delay:], targets)
        return value, np.pad(d_answers, ((0, 0), (delay, 0), (0, 0)))

    def prepare(letters, labels):
        return LETTERS[np.pad(letters, ((0, 0), (0, delay)))], labels

    def draw(step):
        letters, labels = known[int(rng.choice(lengths, p=share / share.sum()))]
        pick = rng.integers(0, len(letters), 64)
        return prepare(letters[pick], labels[pick])

    model.loss, adam = late, training.Adam(0.003)
    for part, adam.learning_rate in ((steps - steps // 3, 0.003), (steps // 3, 0.0006)):
        training.fit(model, draw, part, adam, clip=("norm", 1.0))
    hits = []
    for letters, labels in held_out.values():
        x, wanted = prepare(letters, labels)
        hits.append((model.predict(x).argmax(axis=-1)[:, delay:] == wanted).ravel())
    return [(100 * np.concatenate(hits).mean(), "%")]


PIECE = 40                                           # words that a network reads at a time
MARKS = {",": 1, ".": 2, "?": 2, "!": 2}
TOKEN = re.compile(r"\w+(?:[.,'\u2019-]\w+)*|[,.?!]")


def marked(text):
    """Return lower-case words, and what stands behind each: 0 nothing, 1 a comma, 2 a full stop."""
    words, marks = [], []
    for token in TOKEN.findall(text.lower()):
        if token not in MARKS:
            words.append(token)
            marks.append(0)
        elif words:
            marks[-1] = MARKS[token]
    return words, marks


def named(text):
    """Return lower-case words and marks, and whether each is a name: 1, written with a capital.

    The first word of a sentence always has a capital; it is a name if it has one elsewhere, too,
    in more than half of its places.
    """
    tokens = TOKEN.findall(text)
    first = [k == 0 or tokens[k - 1] in ".?!" for k in range(len(tokens))]
    capital = [token[0].isupper() and token != "I" for token in tokens]
    inside = Counter(token.lower() for token, start in zip(tokens, first, strict=True) if not start)
    large = Counter(token.lower() for token, start, big in zip(tokens, first, capital, strict=True)
                    if big and not start)
    tags = [large[token.lower()] > inside[token.lower()] / 2 if start else big
            for token, start, big in zip(tokens, first, capital, strict=True)]
    return [token.lower() for token in tokens], list(map(int, tags))


@cache
def pieces(of):
    """Return train, validation and test part of the articles: (words (pieces, 40), tags, size).

    Args:
        of: `marked` or `named`. The last 14 articles are the test, the six before for validation.
    """
    texts = list(corpora.wikipedia_texts().values())
    order = np.random.default_rng(0).permutation(len(texts))
    parts = [of("\n".join(texts[k] for k in part)) for part in np.split(order, (-20, -14))]
    known = ["", "?", *(word for word, n in Counter(parts[0][0]).items() if n > 2)]
    number = {word: k for k, word in enumerate(known)}
    made = []
    for words, tags in parts:
        whole = len(words) // PIECE * PIECE
        ids = np.array([number.get(word, 1) for word in words[:whole]]).reshape(-1, PIECE)
        made.append((ids, np.array(tags[:whole]).reshape(-1, PIECE)))
    shuffled = np.random.default_rng(0).permutation(len(made[0][0]))
    made[0] = tuple(part[shuffled] for part in made[0])
    return *made, len(known)


def layer(ways, units, every_step=True):
    """Return a GRU, or one that reads both ways with about as many weights."""
    import keras
    made = keras.layers.GRU(units, return_sequences=every_step)
    return keras.layers.Bidirectional(made) if ways == 2 else made


def learn(model, train, valid, epochs, batch):
    """Fit with early stopping, as the lesson does."""
    import keras
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)
    model.fit(*train, validation_data=valid, epochs=epochs, batch_size=batch, callbacks=[stop],
              verbose=0)


def late(ids, delay):
    """Return ids with `delay` blanks behind: the answer to word t comes `delay` steps later."""
    return np.pad(ids, ((0, 0), (0, delay)))


def tagger(seed, of, ways, units, delay=0):
    """Train a tagger; return the probabilities of tags in the validation and in the test pieces."""
    keras = environment.load_keras()
    environment.seed_everything(seed)
    train, valid, test, known = pieces(of)
    model = keras.Sequential([
        keras.layers.Embedding(known, 32), layer(ways, units),
        keras.layers.Cropping1D((delay, 0)),
        keras.layers.Dense(3, activation="softmax")])
    learn(model, *((late(ids, delay), tags) for ids, tags in (train, valid)), 8, 128)
    return [model.predict(late(part[0], delay), verbose=0) for part in (valid, test)]


def windows(ids, beside):
    """Return each word with `beside` words on either side, (words, 2 beside + 1)."""
    padded = np.pad(ids.ravel(), beside)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * beside + 1)


def linear(of, beside=3):
    """Return what `tagger` does, by logistic regression on each word and its neighbours."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    train, valid, test, _ = pieces(of)
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore", dtype="float32"),
                          LogisticRegression(max_iter=40))
    model.fit(windows(train[0], beside), train[1].ravel())
    return [model.predict_proba(windows(part[0], beside)).reshape(*part[1].shape, -1)
            for part in (valid, test)]


def looked_up(of):
    """Return what `tagger` does, by each word's most frequent tag; rare words are names."""
    train, valid, test, known = pieces(of)
    counts = np.zeros((known, 3), int)
    np.add.at(counts, (train[0], train[1]), 1)
    table = counts.argmax(axis=1)
    table[1] = 1
    return [np.eye(3)[table[part[0]]] for part in (valid, test)]


def f1(true, said):
    """Return F1 of a yes-or-no answer in %, for arrays of True and False."""
    return 200 * (true & said).sum() / (true.sum() + said.sum())


def both_marks(chances):
    """Return F1 of full stops and of commas, and of full stops at the best threshold, in %.

    The most probable tag is a hard rule for who is never sure. So full stops are counted once more
    with the threshold that is best in the validation pieces.
    """
    (valid, test), (_, true, wanted, _) = chances, pieces(marked)
    said, stops, right = test.argmax(axis=-1), true[1] == 2, wanted[1] == 2
    threshold = max(np.arange(0.02, 0.98, 0.02), key=lambda t: f1(stops, valid[..., 2] > t))
    return [(f1(right, said == 2), "%"), (f1(wanted[1] == 1, said == 1), "%"),
            (f1(right, test[..., 2] > threshold), "%")]


def spans(tags):
    """Return the names in rows of tags, as (row, first word, word behind the last)."""
    edges = np.diff(np.pad((tags == 1).astype(int), ((0, 0), (1, 1))))
    rows, starts = np.nonzero(edges == 1)
    return set(zip(rows, starts, np.nonzero(edges == -1)[1], strict=True))


def whole_names(chances):
    """Return F1 of names found from their first word to their last, in %."""
    true, found = spans(pieces(named)[2][1]), spans(chances[1].argmax(axis=-1))
    return [(200 * len(true & found) / (len(true) + len(found)), "%")]


def sentiment(seed, ways, units):
    """Train on film-review sentences; return the accuracy on 1,000 others, in %."""
    keras = environment.load_keras()
    environment.seed_everything(seed)
    data = corpora.review_sentences()
    vectorise = keras.layers.TextVectorization(10_000, output_sequence_length=40)
    vectorise.adapt(data["train"][0])
    train, valid, test = ((np.array(vectorise(data[name][0])), data[name][1])
                          for name in ("train", "validation", "test"))
    model = keras.Sequential([
        keras.layers.Embedding(10_000, 32, mask_zero=True), layer(ways, units, every_step=False),
        keras.layers.Dense(2, activation="softmax")])
    learn(model, train, valid, 8, 64)
    return [(100 * model.evaluate(*test, verbose=0)[1], "%")]


def bag_of_words():
    """Return the accuracy of TF-IDF and logistic regression on the same sentences, in %."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    data = corpora.review_sentences()
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10))
    return [(100 * model.fit(*data["train"]).score(*data["test"]), "%")]


MARKED = ("06 punctuation, full stops, F1", "06 punctuation, commas, F1",
          "06 punctuation, full stops, F1 at the best threshold")
NAMED, SENTIMENT = ("06 names, F1",), ("06 film sentences, accuracy",)
ONE_WAY, BOTH_WAYS = ("one way, GRU(64)", 1, 64), ("both ways, GRU(40)", 2, 40)
SEEDS = (0, 1, 2)

SWEEPS = [Sweep(("06 letters to phonemes",), f"forward, delay {delay}",
                partial(phonemes, delay=delay)) for delay in (2, 3, 4)]
for setting, ways, units in (ONE_WAY, BOTH_WAYS):
    for tasks, of, score in ((MARKED, marked, both_marks), (NAMED, named, whole_names)):
        SWEEPS.append(Sweep(tasks, setting, lambda seed, of=of, score=score, ways=ways, units=units:
                            score(tagger(seed, of, ways, units)), SEEDS))
    SWEEPS.append(Sweep(SENTIMENT, setting, partial(sentiment, ways=ways, units=units), SEEDS))
SWEEPS += [Sweep(MARKED, f"one way, GRU(64), delay {delay}", lambda seed, delay=delay:
                 both_marks(tagger(seed, marked, 1, 64, delay)), SEEDS) for delay in (1, 2, 3, 5)]
SWEEPS += [
    Sweep(MARKED, "logistic regression, 3 words on each side",
          lambda seed: both_marks(linear(marked)), (0,)),
    Sweep(NAMED, "logistic regression, 3 words on each side",
          lambda seed: whole_names(linear(named)), (0,)),
    Sweep(NAMED, "each word's most frequent tag", lambda seed: whole_names(looked_up(named)), (0,)),
    Sweep(SENTIMENT, "TF-IDF of words and pairs, logistic regression",
          lambda seed: bag_of_words(), (0,))]
