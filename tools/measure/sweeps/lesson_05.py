"""Lesson 05, GRU: three cells of equal size on four tasks, and few units without a reset gate."""

import functools

import numpy as np

from tools.measure.sweeps import Sweep
from utils import corpora, environment, tasks
from utils.evidence import cells, training
from utils.tasks import reviews, totals

KINDS = {"tanh": cells.SimpleRNN, "LSTM": cells.LSTM, "GRU": cells.GRU}
LEARNING_RATES = (0.001, 0.003, 0.01)

# Hidden sizes that give each cell nearly as many weights as a GRU with 32 units has.
ADDING_SIZES = {"tanh": 57, "LSTM": 28, "GRU": 32}
REVIEW_SIZES = {"tanh": 73, "LSTM": 25, "GRU": 32}
MELODY_SIZES = {"tanh": 63, "LSTM": 27, "GRU": 32}
SENTENCE_SIZES = {"tanh": 65, "LSTM": 27, "GRU": 32}
FILLER_SENTENCES = (1, 10, 20)


def adding_run(kind, learning_rate, seed):
    """Train on the adding problem, 100 steps long, until solved or for 2,000 updates."""
    cell = KINDS[kind](2, ADDING_SIZES[kind], rng=seed, dtype="float32")
    model = training.Model(cell, 1, rng=seed + 100)
    rng = np.random.default_rng(seed)
    x, targets = tasks.adding(300, 100, 1000 + seed)

    def check():
        return cells.squared_error(model.predict(x), targets)[0]

    history = training.fit(model, lambda step: tasks.adding(32, 100, rng), 2000,
                           training.Adam(learning_rate), clip=("norm", 1.0), check=check,
                           solved_below=0.01)
    return [(history.steps, "steps"), (history.checks[-1][1], "MSE")]


ONE_HOT = np.eye(len(reviews.VOCABULARY), dtype="float32")


def nail(cell, gate, value):
    """Hold one gate of a cell at 0 or 1, by a bias that no update of training can move away."""
    columns = np.arange(cell.hidden_size) + cell.blocks.index(gate) * cell.hidden_size
    cell.weights["bias"][0, columns] = 30 if value else -30


def review_model(kind, place, learning_rate, seed, steps=1500, solved_below=0.02, longest=10,
                 nailed=None):
    """Train on reviews with up to `longest` filler sentences, half of them opinions."""
    cell = KINDS[kind](len(ONE_HOT), REVIEW_SIZES[kind], rng=seed, dtype="float32")
    if nailed is not None:
        nail(cell, *nailed)
    model = training.Model(cell, 2, "cross_entropy", rng=seed + 100)
    rng = np.random.default_rng(seed)

    def draw(step):
        sentences = int(rng.integers(0, longest + 1))
        ids, targets = reviews.draw(32, sentences, rng, place, sentences // 2)
        return ONE_HOT[ids], targets

    return model, training.fit(model, draw, steps, training.Adam(learning_rate),
                               clip=("norm", 1.0), solved_below=solved_below)


def review_run(kind, place, learning_rate, seed):
    """Test a trained model on reviews of several lengths, up to twice the longest trained on."""
    model, history = review_model(kind, place, learning_rate, seed)
    results = [(history.steps, "steps")]
    for sentences in FILLER_SENTENCES:
        ids, targets = reviews.draw(500, sentences, 1000 + seed, place, sentences // 2)
        results.append((100 * np.mean(model.predict(ONE_HOT[ids]).argmax(-1) == targets), "%"))
    return results


def nailed_run(nailed, learning_rate, steps, seed):
    """Test a GRU with one gate held, verdict at the start, on reviews of 6 filler sentences."""
    model, history = review_model("GRU", "start", learning_rate, seed, steps, longest=6,
                                  nailed=nailed)
    ids, targets = reviews.draw(500, 6, 1000 + seed, "start", 3)
    return [(history.steps, "steps"),
            (100 * np.mean(model.predict(ONE_HOT[ids]).argmax(-1) == targets), "%")]


def one_bit_run(update_bias, lag, learning_rate, steps, seed):
    """Let a GRU of 16 units learn to recall one bit; return the updates that it took."""
    cell = cells.GRU(2, 16, update_bias=update_bias, rng=seed, dtype="float32")
    model = training.Model(cell, 2, "cross_entropy", rng=seed + 100)
    rng = np.random.default_rng(seed)
    history = training.fit(model, lambda step: tasks.one_bit(32, lag, rng), steps,
                           training.Adam(learning_rate), clip=("norm", 1.0), solved_below=0.02)
    return [(history.solved_at or steps, "steps"), (int(bool(history.solved_at)), "of 1")]


def gate_run(seed):
    """Train a GRU much longer than needed, verdict at the end; look at its gates on new reviews."""
    model, _ = review_model("GRU", "end", 0.01, seed, steps=3000, solved_below=None)
    ids, _ = reviews.draw(300, 6, 1000 + seed, "end", 3)
    model.predict(ONE_HOT[ids])
    filler = model.cell.gates["reset"][:, :reviews.verdict_start(6, "end")]
    return [(filler.mean(), "of 1"), (100 * (filler < 0.2).mean(), "%"),
            (100 * (filler > 0.8).mean(), "%")]


@functools.cache
def melodies():
    """Return sopranos as padded one-hot notes, next notes and masks, in three parts."""
    train, test = corpora.split_chorales(60)
    parts = {"train": train[40:], "validation": train[:40], "test": test}
    pitches = sorted({pitch for chorale in corpora.chorales() for pitch, _ in chorale.melody})
    ids = {pitch: number for number, pitch in enumerate(pitches)}
    longest = max(len(chorale.melody) for chorale in corpora.chorales()) - 1
    result = {}
    for name, chorales in parts.items():
        notes = np.zeros((len(chorales), longest + 1), dtype=int)
        mask = np.zeros((len(chorales), longest), dtype="float32")
        for row, chorale in enumerate(chorales):
            notes[row, :len(chorale.melody)] = [ids[pitch] for pitch, _ in chorale.melody]
            mask[row, :len(chorale.melody) - 1] = 1
        result[name] = (np.eye(len(pitches), dtype="float32")[notes[:, :-1]], notes[:, 1:], mask)
    return result


def melody_run(kind, learning_rate, seed):
    """Learn the next note of a soprano, keep the weights that are best on validation, and test."""
    parts = melodies()
    cell = KINDS[kind](parts["train"][0].shape[-1], MELODY_SIZES[kind], rng=seed, dtype="float32")
    model = training.Model(cell, cell.input_size, "cross_entropy", every_step=True, rng=seed + 100)
    draw = training.batches(parts["train"], 32, seed)

    def short(step):
        x, targets, mask = draw(step)
        longest = int(mask.sum(axis=1).max())
        return x[:, :longest], targets[:, :longest], mask[:, :longest]

    best = [np.inf, None]

    def check():
        loss = score(model, parts["validation"])[0]
        if loss < best[0]:
            best[:] = loss, {layer: {name: weight.copy() for name, weight in weights.items()}
                             for layer, weights in model.weights.items()}
        return loss

    training.fit(model, short, 500, training.Adam(learning_rate), clip=("norm", 1.0), check=check)
    for layer, weights in best[1].items():
        for name, weight in weights.items():
            model.weights[layer][name][...] = weight
    loss, accuracy = score(model, parts["test"])
    return [(best[0], "nats"), (loss, "nats"), (100 * accuracy, "%")]


def score(model, part):
    """Return the mean cross-entropy and the accuracy over the places that count."""
    x, targets, mask = part
    answers = model.predict(x)
    right = answers.argmax(-1) == targets
    return cells.cross_entropy(answers, targets, mask)[0], float(right[mask > 0].mean())


@functools.cache
def sentences():
    """Return film-review sentences as padded ids with labels, and the size of the vocabulary."""
    parts = corpora.review_sentences()
    words = {name: [corpora.tokenise(text) for text in part[0]] for name, part in parts.items()}
    vocabulary = corpora.Vocabulary.from_sequences(words["train"], least_count=3)
    return {name: (vocabulary.pad([vocabulary.encode(row[:40]) for row in words[name]], 40),
                   parts[name][1]) for name in parts}, len(vocabulary)


def sentence_run(kind, learning_rate, seed):
    """Learn the sentiment of sentences in Keras, keep the epoch best on validation, and test."""
    keras = environment.set_up(seed)
    parts, vocabulary_size = sentences()
    layer = {"tanh": keras.layers.SimpleRNN, "LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}
    model = keras.Sequential([
        keras.layers.Embedding(vocabulary_size, 32, mask_zero=True),
        layer[kind](SENTENCE_SIZES[kind]), keras.layers.Dropout(0.5),
        keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy",
                  metrics=["accuracy"])
    best = keras.callbacks.EarlyStopping("val_loss", patience=10, restore_best_weights=True)
    history = model.fit(*parts["train"], batch_size=64, epochs=4, verbose=0, callbacks=[best],
                        validation_data=parts["validation"])
    accuracy = model.evaluate(*parts["test"], verbose=0)[1]
    return [(min(history.history["val_loss"]), "nats"), (100 * accuracy, "%")]


def total_run(units, r_fixed, seed):
    """Keep a running total in Keras, as the lesson does; return the error on new sequences.

    Args:
        units: of the GRU.
        r_fixed: hold its reset gate at 1, by a bias that nothing can move.
        seed: of the weights and of the order of the batches.
    """
    keras = environment.set_up(seed)

    def bias(shape, dtype=None):
        values = np.zeros(shape)
        values[0, units:2 * units] = 30 if r_fixed else 0
        return keras.ops.convert_to_tensor(values, dtype)

    model = keras.Sequential([keras.layers.Input((None, 2)),
                              keras.layers.GRU(units, return_sequences=True, bias_initializer=bias),
                              keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    model.fit(*totals.draw(2000, 20, 0), epochs=12, batch_size=50, verbose=0)
    return [(model.evaluate(*totals.draw(500, 20, 1), verbose=0), "MSE")]


def setting(kind, size, learning_rate, more=""):
    """Return the name of a setting, such as "GRU 32, learning rate 0.01"."""
    return f"{kind} {size}, learning rate {learning_rate:g}{more}"


REVIEW_TASKS = ("05 reviews: steps until learnt", *(
    f"05 reviews: accuracy with {10 * count} filler words" for count in FILLER_SENTENCES))
SWEEPS = [
    *(Sweep(("05 adding, 100 steps: steps until solved", "05 adding, 100 steps: error"),
            setting(kind, ADDING_SIZES[kind], rate), functools.partial(adding_run, kind, rate))
      for kind in KINDS for rate in LEARNING_RATES),
    *(Sweep(REVIEW_TASKS, setting(kind, REVIEW_SIZES[kind], rate, f", verdict: {place}"),
            functools.partial(review_run, kind, place, rate))
      for place in reviews.PLACES for kind in KINDS for rate in LEARNING_RATES),
    Sweep(tuple(f"05 reset gate on the filler, {what}" for what in (
        "mean", "below 0.2", "above 0.8")),
          setting("GRU", 32, 0.01, ", verdict: end, 3000 updates"), gate_run),
    # The rivals: more time and another rate, for a gate held at 0 and for one left at its start.
    *(Sweep(("05 reviews, verdict: start, gate held: steps",
             "05 reviews, verdict: start, gate held: accuracy"),
            f"{name}, learning rate {rate:g}, {steps} updates",
            functools.partial(nailed_run, nailed, rate, steps))
      for name, nailed, rate, steps in (("r 1", ("reset", 1), 0.01, 600),
                                        ("z 0", ("update", 0), 0.01, 600),
                                        ("z 0", ("update", 0), 0.001, 1500))),
    *(Sweep(("05 one bit, lag 40: steps", "05 one bit, lag 40: learnt"),
            f"GRU 16, bias of z {bias}, learning rate {rate:g}, {steps} updates",
            functools.partial(one_bit_run, bias, 40, rate, steps))
      for bias, rate, steps in ((0, 0.01, 400), (0, 0.003, 1500), (0, 0.01, 1500), (0, 0.03, 1500),
                                (3, 0.01, 400))),
    *(Sweep(("05 melodies: validation", "05 melodies: test loss", "05 melodies: test accuracy"),
            setting(kind, MELODY_SIZES[kind], rate), functools.partial(melody_run, kind, rate))
      for kind in KINDS for rate in LEARNING_RATES),
    *(Sweep(("05 sentences: validation", "05 sentences: test accuracy"),
            setting(kind, SENTENCE_SIZES[kind], rate), functools.partial(sentence_run, kind, rate))
      for kind in KINDS for rate in LEARNING_RATES),
    *(Sweep(("05 totals: error",), f"GRU({units}), r {'fixed at 1' if r_fixed else 'free'}",
            functools.partial(total_run, units, r_fixed))
      for units in (1, 2, 4, 16) for r_fixed in (False, True)),
]
