"""Lesson 07, encoder-decoder: exact match by source length, and three ways to learn to add."""

import functools
import time

import numpy as np

from tools.measure.sweeps import Sweep
from utils import corpora, environment
from utils.evidence import cells, seq2seq, training
from utils.tasks import sums

LENGTHS = ((1, 4), (5, 8), (9, 12), (13, 16), (17, 19), (20, 23))
TRAIN, TEST = 8000, 1200
KINDS = {
    "plain": {"reverse": False},
    "reversed": {"reverse": True},
    "attention": {"reverse": False, "attention": True},
    "attention, two directions": {"reverse": False, "attention": True, "bidirectional": True},
}


@functools.cache
def long_numbers(language="de"):
    """Return English and other words of numbers of 1 to 12 digits, to train and to test."""
    parts = corpora.sample_numbers(TRAIN, TEST, corpora.LARGEST_NUMBER, every_length=True)
    return [(corpora.number_words("en", part), corpora.number_words(language, part))
            for part in parts]


def bottleneck_run(kind, epochs, seed):
    """Train a small translator of long numbers; return exact match, all and by source length."""
    (english, german), (new_english, new_german) = long_numbers()
    environment.seed_everything(seed)
    model = seq2seq.Translator(corpora.Vocabulary.from_sequences(english),
                               corpora.Vocabulary.from_sequences(german), 64, 32, **KINDS[kind])
    model.fit(english, german, epochs)
    right = np.array([a == b for a, b in zip(model.translate(new_english), new_german,
                                             strict=True)])
    length = np.array([len(words) for words in new_english])
    return [(100 * right.mean(), "%"),
            *((100 * right[(length >= low) & (length <= high)].mean(), "%")
              for low, high in LENGTHS)]


QUESTIONS, HELD_OUT = 45_000, 5_000


def addition_net(length, symbols):
    """Return the net of the Keras example addition_rnn: LSTM 128, RepeatVector, LSTM 128."""
    import keras
    from keras import layers
    return keras.Sequential([
        keras.Input((length, symbols)), layers.LSTM(128), layers.RepeatVector(4),
        layers.LSTM(128, return_sequences=True), layers.Dense(symbols, activation="softmax")])


def until_exact(net, questions, answers, symbols, batch_size, learning_rate, most_epochs=60):
    """Train a Keras net until 99 % of the held-out answers are exact; return how it went.

    Returns:
        CPU seconds of training, evaluation left out, epochs, and the exact match in %.
    """
    import keras
    one_hot = np.eye(symbols, dtype="float32")
    x, y = one_hot[questions], one_hot[answers]
    net.compile(keras.optimizers.Adam(learning_rate), "categorical_crossentropy")
    seconds = exact = epoch = 0.0
    while exact < 99 and epoch < most_epochs:
        started = time.process_time()
        net.fit(x[:QUESTIONS], y[:QUESTIONS], batch_size=batch_size, verbose=0)
        seconds, epoch = seconds + time.process_time() - started, epoch + 1
        written = net.predict(x[QUESTIONS:], batch_size=1000, verbose=0).argmax(-1)
        exact = 100 * np.mean((written == answers[QUESTIONS:]).all(axis=1))
    return seconds, epoch, exact


def addition_as_published(seed):
    """Run addition_rnn as keras.io describes it: reversed question, batch 32, Adam at 0.001."""
    pairs = sums.draw(QUESTIONS + HELD_OUT, seed)
    questions, answers = sums.as_text(pairs)
    environment.seed_everything(seed)
    return until_exact(addition_net(7, 12), questions, answers, 12, 32, 0.001)


def addition_interleaved(seed):
    """Give the same net the digits in pairs from the units on; batch 128, Adam at 0.01."""
    pairs = sums.draw(QUESTIONS + HELD_OUT, seed)
    questions, answers = sums.as_interleaved_text(pairs)
    environment.seed_everything(seed)
    return until_exact(addition_net(6, 10), questions, answers, 10, 128, 0.01)


def addition_by_columns(seed):
    """Let our own SimpleRNN of 32 units read columns and write a digit at each.

    Returns:
        CPU seconds of training, checks left out, epochs, and the exact match in %.
    """
    pairs = sums.draw(QUESTIONS + HELD_OUT, seed)
    columns, answers = sums.as_columns(pairs)
    x = np.eye(10, dtype="float32")[columns].reshape(len(pairs), 4, 20)
    cell = cells.SimpleRNN(20, 32, rng=seed, dtype="float32")
    model = training.Model(cell, 10, "cross_entropy", every_step=True, rng=seed + 100)
    draw = training.batches((x[:QUESTIONS], answers[:QUESTIONS]), 32, seed)
    checking = 0.0

    def wrong():
        nonlocal checking
        started = time.process_time()
        exact = (model.predict(x[QUESTIONS:]).argmax(-1) == answers[QUESTIONS:]).all(axis=1)
        checking += time.process_time() - started
        return 100 - 100 * exact.mean()

    history = training.fit(model, draw, 20_000, training.Adam(0.01), check=wrong, check_every=50,
                           solved_below=1.0)
    return (history.seconds - checking, 32 * history.steps / QUESTIONS,
            100 - history.checks[-1][1])


ADDITION = {
    "as published": addition_as_published,
    "same net, digits in pairs": addition_interleaved,
    "32 units, digits in columns": addition_by_columns,
}


def addition_run(kind, seed):
    """Return CPU seconds, epochs and exact match of one way to learn to add."""
    seconds, epochs, exact = ADDITION[kind](seed)
    return [(seconds, "CPU s"), (epochs, "epochs"), (exact, "%")]


BOTTLENECK_TASKS = ("07 German, all lengths",
                    *(f"07 German, {low} to {high} words" for low, high in LENGTHS))
ADDITION_TASKS = ("07 addition: CPU time to 99 %", "07 addition: epochs to 99 %",
                  "07 addition: exact at the end")
SWEEPS = [
    *(Sweep(BOTTLENECK_TASKS, f"{kind}, 6 epochs", functools.partial(bottleneck_run, kind, 6))
      for kind in KINDS),
    Sweep(BOTTLENECK_TASKS, "plain, 30 epochs", functools.partial(bottleneck_run, "plain", 30)),
    *(Sweep(ADDITION_TASKS, kind, functools.partial(addition_run, kind), (0, 1, 2))
      for kind in ADDITION),
]
