"""What an encoder and a decoder cost: decoding, and learning to add."""

import numpy as np

from tools.measure.benchmarks import Row
from utils import corpora, environment
from utils.evidence import seq2seq

AT_ONCE = (10, 100, 1000)


def by_predict(translator, longest=14):
    """Return a job: translate one source as a well-known tutorial does, two predicts per token.

    Args:
        translator: a seq2seq.Translator without attention that reads in one direction.
        longest: tokens to write at most.

    Returns:
        Function of a token list that returns the translation.
    """
    import keras
    from keras import layers
    parts, target = translator.layers, translator.target
    units = parts["decoder"].units
    token, h, c = keras.Input((None,), dtype="int32"), keras.Input((units,)), keras.Input((units,))
    decoder = layers.LSTM(units, return_sequences=True, return_state=True)
    hidden, *state = decoder(parts["write"](token), initial_state=[h, c])
    decoder.set_weights(parts["decoder"].get_weights())
    one_step = keras.Model([token, h, c], [parts["scores"](hidden), *state])

    def translate(words):
        state = translator.encoder.predict(translator.source_ids([words]), verbose=0)
        token, written = np.array([[target.ids[corpora.START]]]), []
        while token[0, 0] != target.ids[corpora.END] and len(written) < longest:
            scores, *state = one_step.predict([token, *state], verbose=0)
            token = scores.argmax(-1)
            written.append(token[0, 0])
        return target.decode(written)
    return translate


def decoding_speed(one_by_one=20, at_once=AT_ONCE):
    """Measure how many number words a CPU second translates in two ways.

    Args:
        one_by_one: sources that the loop over `predict` translates.
        at_once: how many sources `Translator.translate` does together, smallest first.

    Returns:
        Sources per CPU second with the loop, and {at once: sources per CPU second} together.

    Raises:
        AssertionError: the two ways translate differently.
    """
    train, test = corpora.sample_numbers(5000, at_once[-1])
    english, french = (corpora.number_words(language, train) for language in ("en", "fr"))
    asked = corpora.number_words("en", test)
    environment.seed_everything(0)
    translator = seq2seq.Translator(corpora.Vocabulary.from_sequences(english),
                                    corpora.Vocabulary.from_sequences(french))
    translator.fit(english, french, 1)
    translate = by_predict(translator)
    answers = [translate(words) for words in asked[:3]]                  # warm
    with environment.Stopwatch() as slow:
        answers += [translate(words) for words in asked[3:3 + one_by_one]]
    fast = {}
    for count in at_once:
        starts = range(0, len(asked) - count + 1, count)
        with environment.Stopwatch() as watch:
            together = [words for start in starts
                        for words in translator.translate(asked[start:start + count], 14)]
        fast[count] = len(together) / watch.seconds
    same = np.mean([a == b for a, b in zip(answers, together, strict=False)])
    assert same > 0.8, f"only {100 * same:.0f} % of the translations are the same"
    return one_by_one / slow.seconds, fast


def run_decoding():
    """Print the translations per CPU second of a loop over `predict` and of ours; return rows."""
    slow, fast = decoding_speed()
    print("English number words to French, LSTM 128, greedy, translations per CPU second:\n"
          f"model.predict for every token, one at a time {slow:10.1f}")
    for count, speed in fast.items():
        print(f"our NumPy decoder, {count:5,} at once             {speed:10.1f}   "
              f"({speed / slow:.0f} times)")
    unit, most = "translations a CPU second", AT_ONCE[-1]
    rows = [Row("decoding", f"{count:,} at once", speed, unit) for count, speed in fast.items()]
    beside = "model.predict for every token"
    return [Row("decoding", f"{most:,} at once", fast[most], unit, beside, slow), *rows]


def run_addition():
    """Print what it costs to learn to add to 99 % exact, in three ways; return rows."""
    from tools.measure.sweeps import lesson_07
    print("Sums such as 535+61: 45,000 to train on, until 99 % of 5,000 others are exact.\n"
          "As published: the setting of the Keras example addition_rnn. CPU time of training.\n")
    taken = {}
    for way, learn in lesson_07.ADDITION.items():
        taken[way], epochs, exact = learn(0)
        print(f"{way:28} {taken[way]:8.1f} s, {epochs:5.1f} epochs, {exact:.1f} % exact, "
              f"{taken['as published'] / taken[way]:6.1f} times as fast", flush=True)
    return [Row("learning to add", way, seconds, "CPU s", "Keras's addition_rnn, as published",
                taken["as published"])
            for way, seconds in taken.items() if way != "as published"]
