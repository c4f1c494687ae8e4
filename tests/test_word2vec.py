"""CBOW and skip-gram: gradients, draws against their formulas, training, and scores."""

import inspect
import math
import textwrap

import numpy as np
import pytest
from scipy import stats

from utils.evidence import gradients, word2vec
from utils.evidence.word2vec import steps
from wrong_input import answer_to

VOCABULARY, SIZE, WINDOW, K = 11, 5, 2, 3


@pytest.fixture(scope="module")
def problem():
    """A batch of two blocks of float64 numbers, with words that occur several times."""
    return make_problem()


def make_problem(seed=0, negatives=6):
    rng = np.random.default_rng(seed)
    texts = np.repeat([0, 1], [13, 7])
    blocks = word2vec.Blocks(rng.integers(0, VOCABULARY, 20), texts, WINDOW, rng, length=8)
    centres, contexts, allowed = blocks[0:3]
    return {"W_in": rng.normal(size=(VOCABULARY, SIZE)), "W_out": rng.normal(
        size=(VOCABULARY, SIZE)), "centres": centres, "contexts": contexts,
        "allowed": allowed.astype(float), "negatives": rng.integers(0, VOCABULARY, negatives),
        "k": K}


def gathered(found, shape):
    """Return gradients of rows, summed into an array like the weights."""
    total = np.zeros(shape)
    for ids, rows in found:
        np.add.at(total, ids, rows)
    return total


def by_hand(step, problem, **options):
    _, d_in, d_out = step(**problem, **options)
    return {"W_in": gathered(d_in, problem["W_in"].shape),
            "W_out": gathered(d_out, problem["W_out"].shape)}


def examples_of(model, problem):
    """List the examples of a batch as (input ids, target id), one by one."""
    for block, length in np.ndindex(problem["centres"].shape):
        centre = int(problem["centres"][block, length])
        around = problem["contexts"][block][problem["allowed"][block, length] > 0].tolist()
        if model == "skip-gram":
            yield from (([centre], word) for word in around)
        elif around:
            yield around, centre


def by_autodiff(model, problem, skip_own=True):
    """Return the loss and its gradients from TensorFlow, written example by example."""
    import tensorflow as tf
    W_in, W_out = tf.Variable(problem["W_in"]), tf.Variable(problem["W_out"])
    weight = problem["k"] / len(problem["negatives"])
    with tf.GradientTape() as tape:
        loss = tf.constant(0.0, tf.float64)
        for inputs, target in examples_of(model, problem):
            hidden = tf.reduce_mean(tf.gather(W_in, inputs), axis=0)
            loss -= tf.math.log_sigmoid(tf.reduce_sum(hidden * W_out[target]))
            for word in problem["negatives"].tolist():
                if not (skip_own and word == target):
                    loss -= weight * tf.math.log_sigmoid(-tf.reduce_sum(hidden * W_out[word]))
    found = [tf.convert_to_tensor(part).numpy() for part in tape.gradient(loss, [W_in, W_out])]
    return float(loss), {"W_in": found[0], "W_out": found[1]}


STEPS = {"skip-gram": steps.skip_gram, "cbow": steps.cbow}


# Gradients

@pytest.mark.parametrize("skip_own", [True, False])
@pytest.mark.parametrize("model", STEPS)
def test_loss_and_gradients_are_those_of_autodiff_and_of_differences(model, skip_own, problem):
    step = STEPS[model]
    loss, wanted = by_autodiff(model, problem, skip_own)
    assert math.isclose(step(**problem, skip_own=skip_own)[0], loss, rel_tol=1e-12)
    found = by_hand(step, problem, skip_own=skip_own)
    for name in ("W_in", "W_out"):
        assert gradients.relative_error(found[name], wanted[name]) < gradients.HAND_AUTODIFF
        moved = gradients.finite_differences(
            lambda: step(**problem, skip_own=skip_own)[0], problem[name])
        assert gradients.relative_error(found[name], moved) < gradients.HAND_DIFFERENCES


MISTAKES = [
    (steps.skip_gram, "(sigmoid(scores) - 1)", "sigmoid(scores)"),
    (steps.skip_gram, "d_hidden += d_scores @ words", "d_hidden += 0"),
    (steps.skip_gram, "d_scores.swapaxes(1, 2) @ hidden", "d_scores.swapaxes(1, 2) @ -hidden"),
    (steps.skip_gram, "k / len(negatives)", "1 / len(negatives)"),
    (steps.skip_gram, "    if skip_own:", "    if not skip_own:"),
    (steps.cbow, "(mean if divide else allowed)", "allowed"),
    (steps.cbow, "d_scores = sigmoid(scores) - 1", "d_scores = sigmoid(scores)"),
    (steps.cbow, "d_hidden += d_scores * words", "d_hidden += d_scores * hidden"),
    (steps.cbow, "    if skip_own:", "    if not skip_own:"),
]


@pytest.mark.parametrize(("step", "old", "new"), MISTAKES)
def test_a_wrong_derivation_is_caught(step, old, new, problem):
    source = textwrap.dedent(inspect.getsource(step))
    assert source.count(old) == 1
    names = dict(vars(steps))
    exec(source.replace(old, new), names)
    wrong = by_hand(names[step.__name__], problem)
    model = "cbow" if step is steps.cbow else "skip-gram"
    wanted = by_autodiff(model, problem)[1]
    assert max(gradients.relative_error(wrong[name], wanted[name]) for name in wrong) > 1e-3


def test_gensims_cbow_is_the_true_gradient_times_the_context_size_of_each_centre(problem):
    one = dict(problem, centres=problem["centres"][:1], contexts=problem["contexts"][:1],
               allowed=problem["allowed"][:1].copy())
    one["allowed"][:, :3] = one["allowed"][:, 4:] = 0          # one centre is left
    size = one["allowed"].sum()
    assert size > 1
    true, plain = (by_hand(steps.cbow, one, divide=divide)["W_in"] for divide in (True, False))
    assert np.allclose(plain, size * true, rtol=1e-12)


@pytest.mark.parametrize("model", STEPS)
def test_the_first_loss_is_1_plus_k_times_ln_2_per_example(model, problem):
    start = dict(problem, W_out=np.zeros_like(problem["W_out"]))
    loss = STEPS[model](**start, skip_own=False)[0]
    examples = len(list(examples_of(model, problem)))
    assert math.isclose(loss, examples * (1 + K) * math.log(2), rel_tol=1e-12)


def test_the_order_of_the_context_changes_nothing_in_cbow(problem):
    shuffled = dict(problem, contexts=problem["contexts"].copy(),
                    allowed=problem["allowed"].copy())
    for block in range(len(problem["centres"])):
        order = np.random.default_rng(block).permutation(problem["contexts"].shape[1])
        shuffled["contexts"][block] = problem["contexts"][block, order]
        shuffled["allowed"][block] = problem["allowed"][block][:, order]
    for name, found in by_hand(steps.cbow, shuffled).items():
        assert gradients.relative_error(found, by_hand(steps.cbow, problem)[name]) < 1e-13


def test_float32_stays_float32(problem):
    small = problem | {name: problem[name].astype("float32")
                       for name in ("W_in", "W_out", "allowed")}
    for step in STEPS.values():
        _, d_in, d_out = step(**small, with_loss=False)
        assert {rows.dtype for _, rows in [*d_in, *d_out]} == {np.dtype("float32")}


# Draws

COUNTS = np.array([50_000, 12_000, 3_000, 800, 200, 50])


def chi_square(draws, probabilities):
    """Return the probability of draws as uneven as these, if the probabilities are right."""
    found = np.bincount(draws, minlength=len(probabilities))
    return stats.chisquare(found, probabilities * len(draws)).pvalue


@pytest.mark.parametrize(("power", "fits"), [(0.75, True), (0.7, False), (0.8, False),
                                             (1, False)])
def test_negatives_follow_f_to_the_power_of_three_quarters(power, fits):
    cumulative = word2vec.negative_probabilities(COUNTS, power).cumsum()
    draws = word2vec.draw_negatives(cumulative, 200_000, np.random.default_rng(0))
    wanted = COUNTS ** 0.75 / (COUNTS ** 0.75).sum()
    assert (chi_square(draws, wanted) > 1e-3) == fits


@pytest.mark.parametrize(("rule", "fits"), [("word2vec.c", True), ("paper", False)])
def test_subsampling_keeps_what_its_formula_says(rule, fits):
    rng, share = np.random.default_rng(0), COUNTS / COUNTS.sum()
    keep = word2vec.keep_probabilities(COUNTS, 0.01, rule)
    kept = np.array([(rng.random(count) < p).sum() for count, p in zip(COUNTS, keep, strict=True)])
    formula = np.minimum(1, np.sqrt(0.01 / share) + 0.01 / share)
    some = formula < 1
    expected, spread = COUNTS * formula, np.sqrt(COUNTS * formula * (1 - formula))
    z = (kept - expected)[some] / spread[some]
    assert (stats.chi2.sf((z ** 2).sum(), some.sum()) > 1e-3) == fits
    assert (keep[~some] == 1).all() or not fits
    assert (word2vec.keep_probabilities(COUNTS, 0) == 1).all()


@pytest.mark.parametrize(("shrink", "fits"), [(True, True), (False, False)])
def test_the_window_uses_a_word_at_distance_d_as_often_as_it_should(shrink, fits):
    window, rng = 5, np.random.default_rng(0)
    blocks = word2vec.Blocks(np.arange(20_000), np.zeros(20_000), window, rng, shrink)
    distances = []
    for start in range(0, len(blocks), 100):
        centres, contexts, allowed = blocks[start:start + 100]
        block, row, column = np.nonzero(allowed)
        distances.append(np.abs(contexts[block, column] - centres[block, row]))
    # Each centre gives two words or none at a distance, so one side alone is independent.
    found = np.bincount(np.concatenate(distances), minlength=window + 1)[1:] / 2
    expected = 20_000 * (window - np.arange(window)) / window
    spread = np.sqrt(np.maximum(expected * (1 - expected / 20_000), 1))
    assert (np.abs((found - expected) / spread).max() < 4) == fits


def test_no_pair_leaves_its_text_and_none_is_lost():
    rng = np.random.default_rng(3)
    texts = np.sort(rng.integers(0, 7, 100))
    blocks = word2vec.Blocks(np.arange(100), texts, 3, rng, shrink=False)
    centres, contexts, allowed = blocks[0:len(blocks)]
    block, row, column = np.nonzero(allowed)
    found = sorted(zip(centres[block, row].tolist(), contexts[block, column].tolist(), strict=True))
    wanted = [(i, j) for i in range(100) for j in range(100)
              if 0 < abs(i - j) <= 3 and texts[i] == texts[j]]
    assert found == wanted
    assert blocks.count("skip-gram") == len(wanted)
    assert blocks.count("cbow") == len({i for i, _ in wanted})


def test_pairs_are_those_of_the_notes():
    sentence = ["the", "cat", "sat", "on", "the", "mat"]
    assert word2vec.pairs(sentence, 4)[1] == ("cat", ["the", "sat", "on", "the", "mat"])
    assert sum(len(context) for _, context in word2vec.pairs(sentence, 4)) == 28
    assert word2vec.pairs(sentence, 1)[0] == ("the", ["cat"])


def test_words_stand_by_frequency_then_alphabet():
    found = word2vec.WordList([["b", "a", "c", "a"], ["b", "d"]], least_count=1)
    assert found.words == ["a", "b", "c", "d"] and found.counts.tolist() == [2, 2, 1, 1]
    ids, texts = word2vec.WordList([["b", "a", "c", "a"], ["b", "d"]], 2).encode(
        [["b", "x", "a"], [], ["a"]])
    assert ids.tolist() == [1, 0, 0] and texts.tolist() == [0, 0, 2]


# Training

def little_text(seed=0, count=400):
    """Return sentences about two subjects that share only their little words."""
    rng = np.random.default_rng(seed)
    subjects = (["cat", "dog", "horse", "cow"], ["car", "bus", "train", "ship"])
    return [[word for _ in range(6) for word in (rng.choice(["the", "a", "and"]),
                                                 rng.choice(subjects[i % 2]))]
            for i in range(count)]


@pytest.mark.parametrize("model", word2vec.MODELS)
def test_words_of_one_subject_become_neighbours(model):
    trained = word2vec.train(little_text(), model, vector_size=16, epochs=10, sample=0,
                             learning_rate=0.01)
    keyed = word2vec.keyed_vectors(trained.word_list.words, trained.W_in)
    assert {word for word, _ in keyed.most_similar("cat", topn=3)} == {"dog", "horse", "cow"}
    assert trained.tokens == 10 * 4800 and trained.examples >= 10 * 4800
    assert (trained["cat"] == keyed["cat"]).all()


@pytest.mark.parametrize("model", word2vec.MODELS)
def test_the_same_seed_gives_the_same_vectors_and_another_seed_others(model):
    first, again, other = (word2vec.train(little_text(), model, vector_size=8, seed=seed)
                           for seed in (1, 1, 2))
    assert (first.W_in == again.W_in).all() and (first.W_out == again.W_out).all()
    assert not np.allclose(first.W_in, other.W_in)


def test_one_step_moves_a_repeated_row_by_the_sum():
    weights = np.zeros((4, 3), np.float32)
    rows = np.arange(9, dtype=np.float32).reshape(3, 3)
    word2vec.descend(weights, [(np.array([2, 0, 2]), rows)], np.float32(0.5))
    assert np.allclose(weights[2], -0.5 * (rows[0] + rows[2])) and (weights[[1, 3]] == 0).all()


def test_the_vectors_learn_pointwise_mutual_information():
    rng = np.random.default_rng(0)
    together = rng.dirichlet(np.ones(8), 8)
    line, word = [], 0
    for _ in range(40_000):
        line.append(f"w{word}")
        word = rng.choice(8, p=together[word])
    trained = word2vec.train([line], vector_size=12, window=1, k=2, sample=0, epochs=25, power=1,
                             learning_rate=0.05, skip_own=False, least_count=1)
    ids = trained.word_list.encode([line])[0]
    counts = np.zeros((8, 8))
    np.add.at(counts, (ids[1:], ids[:-1]), 1)
    counts += counts.T
    share = counts.sum(axis=1) / counts.sum()
    wanted = np.log(counts / counts.sum() / np.outer(share, share)) - math.log(2)
    found = trained.W_in @ trained.W_out.T
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.95
    assert np.abs(found - wanted).mean() < 0.2


# Scores

def test_scores_of_vectors_made_by_hand():
    words = ["king", "queen", "man", "woman", "tree"]
    vectors = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 0.2, 1, 0], [0, 0.2, 0, 1], [0, 1, 0, 0]])
    keyed = word2vec.keyed_vectors(words, vectors)
    questions = [("s", ("man", "king", "woman", "queen")), ("s", ("man", "tree", "woman", "king")),
                 ("t", ("man", "king", "woman", "no-such-word"))]
    assert word2vec.analogy_scores(keyed, questions) == {"s": (1, 2)}
    assert word2vec.analogy_scores(keyed, questions, among=3) == {}
    pairs = [("king", "queen", 5.0), ("king", "man", 6.0), ("king", "tree", 1.0), ("x", "y", 1.0)]
    assert word2vec.pair_score(keyed, pairs) == (1.0, 3)
    assert word2vec.neighbour_overlap(keyed, keyed, words, 2) == 1
    assert [words[i] for i in word2vec.nearest(keyed, ["king"], 1)[0]] == ["man"]
    assert np.allclose(word2vec.cosines(vectors)[0, :2], [1, 0.5])
    assert (word2vec.unit_rows(np.zeros((1, 2))) == 0).all()


def test_excluding_the_words_of_the_question_changes_the_answer():
    keyed = word2vec.keyed_vectors(["a", "b", "c", "d"], np.array(
        [[np.cos(angle), np.sin(angle)] for angle in np.radians([0, 30, 10, 55])]))
    questions = [("s", ("a", "b", "c", "d"))]
    assert word2vec.analogy_scores(keyed, questions) == {"s": (1, 1)}
    assert word2vec.analogy_scores(keyed, questions, exclude=False) == {"s": (0, 1)}


def test_split_words_are_halves_and_good_vectors_find_them():
    text = little_text()
    split = word2vec.split_words(text, ["cat"], 1)
    assert [[w.split("|")[0] for w in line] for line in split] == text
    counts = word2vec.WordList(split)
    halves = [counts.counts[counts.ids[f"cat|{i}"]] for i in (1, 2)]
    assert abs(halves[0] - halves[1]) < 0.2 * sum(halves)
    words = ["cat|1", "cat|2", "dog|1", "dog|2"]
    keyed = word2vec.keyed_vectors(words, np.array([[1, 0], [1, 0.1], [0, 1], [1, 0.05]]))
    assert word2vec.halves_score(keyed, ["cat", "no-such-word"]) == 0.0
    assert word2vec.halves_score(word2vec.keyed_vectors(words, np.array(
        [[1, 0], [1, 0.1], [0, 1], [0.1, 1]])), ["cat", "dog"]) == 1.0


SMALL = [["a", "b", "a", "b"]]
WRONG = [
    (lambda: word2vec.WordList("a b"), "list of token lists"),
    (lambda: word2vec.WordList(["a", "b"]), "list of token lists"),
    (lambda: word2vec.WordList(SMALL, 3), "at least 3 times; got 2 different words"),
    (lambda: word2vec.train(iter(SMALL), least_count=1), "an iterator, which can be read only"),
    (lambda: word2vec.train(one for one in SMALL), "write list(...) around it"),
    (lambda: word2vec.train([iter(one) for one in SMALL]), "an iterator, which can be read only"),
    (lambda: word2vec.keep_probabilities([1, 0]), "above 0; the least is 0"),
    (lambda: word2vec.keep_probabilities([1, 2], rule="c"), "'word2vec.c', 'paper'"),
    (lambda: word2vec.negative_probabilities([[1, 2]]), "(vocabulary_size,); got shape (1, 2)"),
    (lambda: word2vec.pairs("the cat", 2), "list of words; got the string 'the cat'"),
    (lambda: word2vec.pairs(["the"], 0), "at least 1; got 0"),
    (lambda: word2vec.train(SMALL, "skipgram", least_count=1), "'cbow', 'skip-gram'"),
    (lambda: word2vec.train(SMALL), "at least 5 times"),
    (lambda: word2vec.train(SMALL, epochs=0, least_count=1), "epochs must be a whole number"),
    (lambda: word2vec.train(SMALL, learning_rate=-1, least_count=1), "learning_rate must be"),
    (lambda: word2vec.train(SMALL, least_count=1)["c"], "one of the 2 words"),
    (lambda: word2vec.train(little_text(), sample=0, learning_rate=5.0), "without bound in epoch"),
    (lambda: word2vec.keyed_vectors(["a"], np.ones((2, 3))), "(1, vector_size); got shape (2, 3)"),
    (lambda: word2vec.nearest(word2vec.keyed_vectors(["a", "b"], np.eye(2)), ["c"]), "'c' has"),
    (lambda: word2vec.nearest(word2vec.keyed_vectors(["a", "b"], np.eye(2)), ["a"], 2),
     "at most 1"),
    (lambda: word2vec.pair_score(word2vec.keyed_vectors(["a"], np.eye(1)), [("a", "a", 1.0)]),
     "at least 3 pairs"),
    (lambda: word2vec.halves_score(word2vec.keyed_vectors(["a"], np.eye(1)), ["a"]), "two halves"),
    (lambda: word2vec.neighbour_overlap(word2vec.keyed_vectors(["a", "b"], np.eye(2)),
                                        word2vec.keyed_vectors(["a", "c"], np.eye(2)), ["a"], 1),
     "the same words"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_wrong_input_is_one_sentence(call, said):
    assert said in answer_to(call)


# Speed

def test_our_trainer_is_as_fast_as_the_course_says():
    """`make bench` shows the ratios; here they may not fall below what the course promises."""
    from tools.measure.benchmarks import word2vec as bench
    found = bench.speeds(turns=3)
    assert found["ours, skip-gram"][1] >= 2 * found["Keras, skip-gram"][1]
    assert found["ours, skip-gram"][0] >= 0.5 * found["gensim, skip-gram"][0]
