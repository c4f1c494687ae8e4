"""Lesson 07, encoder-decoder: exact match by source length, and three ways to learn to add.

What one vector can hold is measured in public Keras alone, so it runs on each of its backends, and
the setting names it: KERAS_BACKEND=jax takes about a third of the time of TensorFlow.
"""

import functools
import os
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


BACKEND = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}[
    os.environ.get("KERAS_BACKEND", "tensorflow")]
LARGEST, UPDATES, BATCH, TESTED = 999_999_999, 3000, 64, 1000
START, END = 1, 2
SIZES = (16, 32, 64)
MOST = 16_000


@functools.cache
def medium_numbers(count):
    """Return (English ids, German given, German wanted) of new numbers, then of `count` others.

    All have 1 to 9 digits. The new ones are the same whatever the count.
    """
    import keras
    drawn = corpora.sample_numbers(MOST, TESTED, LARGEST, every_length=True)
    read, said = ([corpora.number_words(language, part) for part in (drawn[1], drawn[0][:count])]
                  for language in ("en", "de"))
    made = []
    for language, special, forms in ((read, (), (((), ()),)),
                                     (said, ("<start>", "<end>"),
                                      ((("<start>",), ()), ((), ("<end>",))))):
        words = sorted({word for part in language for sentence in part for word in sentence})
        ids = {word: number for number, word in enumerate(["", *special, *words])}
        for before, behind in forms:
            rows = [[ids[word] for word in (*before, *sentence, *behind)]
                    for part in language for sentence in part]
            padded = keras.utils.pad_sequences(rows, padding="post")
            made.append((padded[:TESTED], padded[TESTED:]))
    return list(zip(*made, strict=True))


def number_translator(units, attends, words):
    """Return (model to train, reader, writer) of an encoder-decoder of two GRU layers.

    Args:
        units: of both layers, so also the size of the context vector.
        attends: whether the decoder looks at every state of the encoder (dot product).
        words: number of English and of German ids.
    """
    import keras
    from keras import layers
    source, given = keras.Input((None,)), keras.Input((None,))
    encoder = layers.GRU(units, return_sequences=True, return_state=True)
    decoder = layers.GRU(units, return_sequences=True, return_state=True)
    target_embedding = layers.Embedding(words[1], 32, mask_zero=True)
    attention, mix = layers.Attention(), layers.Dense(units, activation="tanh")
    scores = layers.Dense(words[1], activation="softmax")

    def write(given, before, states, real):
        hidden, after = decoder(target_embedding(given), initial_state=before)
        if attends:
            found = attention([hidden, states], mask=[None, real])
            hidden = mix(layers.Concatenate()([hidden, found]))
        return scores(hidden), after

    states, context = encoder(layers.Embedding(words[0], 32, mask_zero=True)(source))
    real = keras.ops.not_equal(source, 0)
    model = keras.Model([source, given], write(given, context, states, real)[0])
    token, before = keras.Input((1,)), keras.Input((units,))
    all_states = keras.Input((None, units))
    writer = keras.Model([source, token, before, all_states],
                         write(token, before, all_states, real))
    return model, keras.Model(source, [states, context]), writer


def exactly(reader, writer, x, wanted):
    """Return the share of rows, in %, that greedy decoding writes as wanted, up to <end>."""
    states, state = reader.predict_on_batch(x)
    token, right = np.full((len(x), 1), START), np.ones(len(x), bool)
    for column in wanted.T:
        chances, state = writer.predict_on_batch([x, token, state, states])
        token = chances.argmax(axis=-1)
        right &= (token[:, 0] == column) | (column == 0)
    return 100 * right.mean()


def vector_run(units, count, attends, seed):
    """Train with 3,000 updates; return exact match on 1,000 new and 1,000 training numbers."""
    keras = environment.load_keras()
    environment.seed_everything(seed)
    (new_x, _, new_wanted), (x, given, wanted) = medium_numbers(count)
    words = [int(part.max()) + 1 for part in (x, wanted)]
    model, reader, writer = number_translator(units, attends, words)
    rate = keras.optimizers.schedules.CosineDecay(0.01, UPDATES)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit([x, given], wanted, batch_size=BATCH, epochs=round(UPDATES * BATCH / count),
              verbose=0)
    return [(exactly(reader, writer, new_x, new_wanted), "%"),
            (exactly(reader, writer, x[:TESTED], wanted[:TESTED]), "%")]


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
VECTOR_TASKS = ("07 numbers below a billion, new ones exact",
                "07 numbers below a billion, training ones exact")
VECTORS = [
    *(("plain", units, 8000) for units in SIZES),
    ("plain", 64, 2000),
    *(("attention", units, 8000) for units in (16, 64)),
    ("attention", 64, 2000),
]
SWEEPS = [
    *(Sweep(VECTOR_TASKS, f"{name}, {units} units, {count} numbers, {BACKEND}",
            functools.partial(vector_run, units, count, name == "attention"), (0, 1, 2))
      for name, units, count in VECTORS),
    *(Sweep(BOTTLENECK_TASKS, f"{kind}, 6 epochs", functools.partial(bottleneck_run, kind, 6))
      for kind in KINDS),
    Sweep(BOTTLENECK_TASKS, "plain, 30 epochs", functools.partial(bottleneck_run, "plain", 30)),
    *(Sweep(ADDITION_TASKS, kind, functools.partial(addition_run, kind), (0, 1, 2))
      for kind in ADDITION),
]
