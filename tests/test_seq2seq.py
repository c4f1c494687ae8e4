"""The NumPy decoder against the Keras model that was trained, in all forms of the model."""

import numpy as np
import pytest

from tools.measure.benchmarks import translation
from utils import corpora, environment
from utils.evidence import decoding, seq2seq
from wrong_input import answer_to

FORMS = {
    "plain": {"reverse": False},
    "reversed": {},
    "attention": {"reverse": False, "attention": True},
    "two directions": {"attention": True, "bidirectional": True},
    "two directions, no attention": {"bidirectional": True},
}
SOURCES = [list("abcab"), list("b"), list("cabba"), list("ac")]
TARGETS = [list("xyzx"), list("z"), list("zy"), list("xxyyz")]


def tiny_translator(units=6, **form):
    environment.load_keras()
    environment.seed_everything(1)
    return seq2seq.Translator(corpora.Vocabulary.from_sequences(SOURCES),
                              corpora.Vocabulary.from_sequences(TARGETS), units, 5, **form)


def shaken(translator):
    """Give every weight a random value, biases included: zeros hide errors."""
    rng = np.random.default_rng(0)
    translator.model.set_weights([rng.normal(size=weight.shape)
                                  for weight in translator.model.get_weights()])
    return translator


@pytest.mark.parametrize("form", FORMS)
def test_the_numpy_decoder_equals_the_keras_model_step_by_step(form):
    made = shaken(tiny_translator(**FORMS[form]))
    ids, given = made.source_ids(SOURCES), made.target_ids(TARGETS)
    scores = np.asarray(made.model([ids, given[:, :-1]]), float)
    wanted = seq2seq.log_softmax(scores)
    state, token = made.start(SOURCES)
    step = made.decoder()
    np.testing.assert_array_equal(token, given[:, 0])
    for t in range(given.shape[1] - 1):
        log_p, state = step(state, given[:, t])
        np.testing.assert_allclose(log_p, wanted[:, t], rtol=0, atol=2e-5)
    forced = decoding.teacher_forced(made.decoder(), *made.start(SOURCES), given[:, 1:])
    picked = np.take_along_axis(wanted, given[:, 1:, None], axis=2)[..., 0]
    np.testing.assert_allclose(forced, picked, rtol=0, atol=2e-5)


@pytest.mark.parametrize("form", FORMS)
def test_padding_changes_nothing(form):
    made = shaken(tiny_translator(**FORMS[form]))
    together, _ = decoding.greedy(made.decoder(), *made.start(SOURCES), 3, 9)
    for row, source in enumerate(SOURCES):
        alone, _ = decoding.greedy(made.decoder(), *made.start([source]), 3, 9)
        np.testing.assert_array_equal(together[row, :alone.shape[1]], alone[0])


def test_reading_order_is_as_asked():
    assert tiny_translator().source_ids([list("abc")]).tolist() == \
        tiny_translator(reverse=False).source_ids([list("cba")]).tolist()


def test_attention_weighs_by_dot_product_and_not_the_padding():
    h = np.array([[1.0, 2.0]])
    states = np.array([[[1.0, 0.0], [0.0, 1.0], [50.0, 50.0]]])
    found, weights = seq2seq.attend(h, states, np.array([[0, 0, -np.inf]]))
    share = 1 / (1 + np.e)
    np.testing.assert_allclose(weights, [[share, 1 - share, 0]], rtol=1e-12)
    np.testing.assert_allclose(found, [[share, 1 - share]], rtol=1e-12)


def test_it_learns_a_tiny_language_and_calls_back_after_each_epoch(capsys):
    rng = np.random.default_rng(0)
    sources = [list("abc"[k] for k in rng.integers(0, 3, rng.integers(1, 5))) for _ in range(400)]
    targets = [["xyz"["abc".index(letter)] for letter in source] for source in sources]
    made = tiny_translator(24, attention=True, reverse=False)
    epochs = []
    made.fit(sources, targets, 12, 0.02, 20, "letters", epochs.append)
    assert epochs == list(range(1, 13)) and "letters: 240 steps" in capsys.readouterr().out
    assert seq2seq.exact(made.translate(sources[:100]), targets[:100]) >= 95
    assert seq2seq.exact(made.translate(sources[:100], width=3), targets[:100]) >= 95
    assert [len(words) for words in made.translate([list("abca")], longest=2)] == [2]


def test_the_same_seed_trains_the_same_model():
    def trained():
        made = tiny_translator(attention=True)
        made.fit(SOURCES, TARGETS, 3, batch_size=2)
        return made.model.get_weights()
    for first, second in zip(trained(), trained(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_decoding_all_at_once_is_100_times_a_loop_over_predict():
    """`make bench` shows a thousand times; the two ways must give the same translations."""
    slow, fast = translation.decoding_speed(one_by_one=4, at_once=(400,))
    assert fast[400] > 100 * slow


def test_exact_counts_whole_sequences():
    assert seq2seq.exact([["a", "b"], ["a"]], [("a", "b"), ("a", "b")]) == 50


@pytest.mark.parametrize(("call", "came", "expected"), [
    (lambda: seq2seq.Translator(["a"], ["b"]), "list", "corpora.Vocabulary"),
    (lambda: tiny_translator(1, bidirectional=True), "got 1", "at least 2"),
    (lambda: seq2seq.exact([["a"]], []), "1 and 0", "as many as"),
    (lambda: tiny_translator().translate([]), "0 sequences", "at least one id")])
def test_wrong_input_is_answered_with_what_came_and_what_was_expected(call, came, expected):
    message = answer_to(call)
    assert came in message and expected in message and message.endswith(".")
