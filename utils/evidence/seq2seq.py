"""Encoder-decoder of two LSTMs: trained by Keras with teacher forcing, decoded in NumPy.

The encoder reads the source; its last state, the context vector, is the first state of the decoder
(Sutskever, Vinyals and Le 2014). With attention the decoder also looks at all states of the
encoder, by dot product (Luong, Pham and Manning 2015, equations 5, 7 and 8).
"""

import numpy as np

from utils import corpora, validate
from utils.evidence import cells, decoding, training


class Translator:
    """Translate token sequences of one vocabulary into those of another.

    Args:
        source: Vocabulary of what is read.
        target: Vocabulary of what is written.
        units: LSTM units of the decoder, and of the encoder.
        embedding: numbers per token.
        reverse: read the source from its end.
        attention: let the decoder look at all states of the encoder.
        bidirectional: read in both directions, with half of the units each.

    `model` is the Keras model, [source ids, given ids] to scores; `encoder` reads alone. `layers`
    holds its layers by name. Start weights come from Keras's own seed.
    """

    def __init__(self, source, target, units=128, embedding=64, reverse=True, attention=False,
                 bidirectional=False):
        import keras
        from keras import layers
        for name, value in (("source", source), ("target", target)):
            if not isinstance(value, corpora.Vocabulary):
                raise validate.InputError(f"{name} must be a corpora.Vocabulary; got "
                                          f"{type(value).__name__}.")
        units = validate.whole_number("units", units, 1 + bool(bidirectional))
        self.source, self.target, self.reverse = source, target, bool(reverse)
        made = {"read": layers.Embedding(len(source), embedding, mask_zero=True),
                "write": layers.Embedding(len(target), embedding),
                "decoder": layers.LSTM(units, return_sequences=True),
                "scores": layers.Dense(len(target))}
        options = {"return_sequences": bool(attention), "return_state": True}
        if bidirectional:
            made["encoder"] = layers.Bidirectional(layers.LSTM(units // 2, **options))
        else:
            made["encoder"] = layers.LSTM(units, **options)
        ids, given = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
        read, *last = made["encoder"](made["read"](ids))
        if bidirectional:                  # h forward, c forward, h backward, c backward
            last = [layers.Concatenate()(last[part::2]) for part in (0, 1)]
        hidden = made["decoder"](made["write"](given), initial_state=last)
        if attention:
            made["attention"] = layers.Attention()
            made["mix"] = layers.Dense(units, activation="tanh")
            found = made["attention"]([hidden, read])
            hidden = made["mix"](layers.Concatenate()([found, hidden]))
        self.model = keras.Model([ids, given], made["scores"](hidden))
        self.encoder = keras.Model(ids, [read, *last] if attention else last)
        self.layers = made

    def source_ids(self, sources):
        """Return source sequences as ids, (batch, sequence_length), as the encoder reads them."""
        return self.source.pad([self.source.encode(words[::-1] if self.reverse else words)
                                for words in sources])

    def target_ids(self, targets):
        """Return target sequences as ids with start and end token, (batch, sequence_length)."""
        return self.target.pad([self.target.encode(words, start=True, end=True)
                                for words in targets])

    def fit(self, sources, targets, epochs, learning_rate=8e-3, batch_size=64, label=None,
            after_epoch=None):
        """Train with teacher forcing, Adam and a learning rate that falls to zero as a cosine.

        The order of the examples comes from Keras's own seed.

        Args:
            sources: list of token lists.
            targets: list of token lists.
            epochs: passes through them.
            learning_rate: at the start.
            batch_size: examples per update.
            label: show progress under this name; None shows nothing.
            after_epoch: function of the epoch's number (from 1), or None.
        """
        import keras
        ids, written = self.source_ids(sources), self.target_ids(targets)
        steps = -(-len(ids) // batch_size) * epochs
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        self.model.compile(keras.optimizers.Adam(schedule),
                           keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        calls = [training.keras_progress(label)] if label else []
        if after_epoch:
            calls.append(keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: after_epoch(epoch + 1)))
        self.model.fit([ids, written[:, :-1]], written[:, 1:], epochs=epochs, verbose=0,
                       sample_weight=(written[:, 1:] > 0).astype("float32"),
                       batch_size=batch_size, callbacks=calls)

    def decoder(self):
        """Return the decoder as a NumPy function `step(state, token)` for `utils.decoding`.

        The function has the weights of this moment; training goes on without it. Its state is
        (h, c), with attention (h, c, states of the encoder, -inf at padding and 0 elsewhere).
        """
        cell = cells.from_keras(self.layers["decoder"])
        table, = self.layers["write"].get_weights()
        kernel, bias = self.layers["scores"].get_weights()
        mix = self.layers["mix"].get_weights() if "mix" in self.layers else None

        def step(state, token):
            h = cell.forward(table[token][:, None], state[:2])[:, 0]
            following = (*cell.final_state, *state[2:])
            if mix is not None:
                found, _ = attend(h, *state[2:])
                h = np.tanh(np.concatenate([found, h], axis=1) @ mix[0] + mix[1])
            return log_softmax(h @ kernel + bias), following
        return step

    def start(self, sources):
        """Read sources; return the decoder's first state and its first token for each."""
        ids = self.source_ids(sources)
        outputs = [np.asarray(part) for part in self.encoder(ids)]
        state = tuple(outputs[-2:])
        if "attention" in self.layers:
            state += outputs[0], np.where(ids > 0, 0, -np.inf).astype("float32")
        return state, np.full(len(ids), self.target.ids[corpora.START])

    def translate(self, sources, longest=None, width=1):
        """Return the most probable translations that greedy decoding or a beam finds.

        Args:
            sources: list of token lists.
            longest: tokens to write at most, the end token included; by default 40.
            width: of the beam; 1 is greedy.

        Returns:
            List of token lists.
        """
        state, first = self.start(sources)
        end, longest = self.target.ids[corpora.END], longest or 40
        if width == 1:
            tokens, _ = decoding.greedy(self.decoder(), state, first, end, longest)
        else:
            tokens = decoding.beam(self.decoder(), state, first, end, longest, width)[0][:, 0]
        return [self.target.decode(row) for row in tokens]


def attend(h, states, blank):
    """Look at all states of the encoder, the more at those whose dot product with h is large.

    Args:
        h: state of the decoder, (batch, units).
        states: states of the encoder, (batch, sequence_length, units).
        blank: 0 where a state counts and -inf at padding, (batch, sequence_length).

    Returns:
        The weighted mean of the states, (batch, units), and the weights, which sum to 1 in every
        row, (batch, sequence_length).
    """
    weights = cells.softmax((states @ h[:, :, None])[:, :, 0] + blank)
    return (weights[:, None] @ states)[:, 0], weights


def log_softmax(scores):
    """Return the logarithm of softmax over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def exact(answers, targets):
    """Return how many per cent of the answers equal their target, token for token."""
    if len(answers) != len(targets):
        raise validate.InputError("answers must be as many as targets; got "
                                  f"{len(answers)} and {len(targets)}.")
    return 100 * float(np.mean([list(a) == list(b) for a, b in zip(answers, targets,
                                                                   strict=True)]))
