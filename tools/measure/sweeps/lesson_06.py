"""Sweeps of lesson 06: letters to phonemes, read from left to right, with longer delays."""

from functools import partial

import numpy as np

from tools.measure.sweeps import Sweep
from utils import corpora
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


SWEEPS = [Sweep(("06 letters to phonemes",), f"forward, delay {delay}",
                partial(phonemes, delay=delay)) for delay in (2, 3, 4)]
