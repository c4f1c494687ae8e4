import re

import numpy as np
import pytest

from test_cells import shaken
from utils import environment, tasks
from utils.evidence import cells, gradients, training
from wrong_input import answer_to

environment.load_keras()


def small_model(loss="squared_error", every_step=False, seed=0, output_size=3):
    model = training.Model(shaken(cells.GRU(2, 5), seed), output_size, loss, every_step, rng=seed)
    model.weights["output"]["bias"][:] = np.random.default_rng(seed).normal(size=output_size)
    return model


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_gradients_of_the_model_equal_central_differences(loss, every_step):
    model, rng = small_model(loss, every_step), np.random.default_rng(1)
    x, places = rng.normal(size=(4, 6, 2)), (4, 6) if every_step else (4,)
    targets = (rng.normal(size=(*places, 3)) if loss == "squared_error"
               else rng.integers(0, 3, size=places))
    _, found = model.loss_and_gradients(x, targets)
    for layer, names in model.weights.items():
        for name, weight in names.items():
            expected = gradients.finite_differences(
                lambda: model.loss_and_gradients(x, targets)[0], weight)
            assert gradients.relative_error(found[layer][name], expected) < 1e-6, (layer, name)


def test_weights_of_the_model_are_those_of_its_parts():
    model = small_model()
    assert model.weights["cell"]["kernel"] is model.cell.weights["kernel"]
    assert model.weights["output"]["bias"] is model.output.weights["bias"]
    assert model.parameter_count() == 3 * (2 * 5 + 5 * 5 + 2 * 5) + 5 * 3 + 3


def test_a_mask_leaves_padding_out():
    model, rng = small_model("cross_entropy", every_step=True), np.random.default_rng(2)
    x, targets = rng.normal(size=(3, 6, 2)), rng.integers(0, 3, size=(3, 6))
    mask = np.ones((3, 6))
    mask[:, 4:] = 0
    loss, found = model.loss_and_gradients(x, targets, mask)
    short_loss, short = model.loss_and_gradients(x[:, :4], targets[:, :4])
    assert loss == pytest.approx(short_loss, rel=1e-12)
    for layer in found:
        for name in found[layer]:
            np.testing.assert_allclose(found[layer][name], short[layer][name], atol=1e-14)


OPTIMISERS = {
    "SGD": (lambda: training.SGD(0.1), lambda k: k.SGD(0.1)),
    "momentum": (lambda: training.SGD(0.1, 0.9), lambda k: k.SGD(0.1, momentum=0.9)),
    "Adam": (lambda: training.Adam(0.01), lambda k: k.Adam(0.01)),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_step_as_those_of_keras(name):
    import keras
    ours, theirs = (make(*extra) for make, extra in zip(
        OPTIMISERS[name], [(), (keras.optimizers,)], strict=True))
    rng = np.random.default_rng(0)
    weights = {"cell": {"kernel": rng.normal(size=(3, 4)), "bias": rng.normal(size=4)}}
    variables = [keras.Variable(weight, dtype="float64") for weight in weights["cell"].values()]
    for _ in range(20):
        found = {"cell": {key: rng.normal(size=w.shape) for key, w in weights["cell"].items()}}
        ours.update(weights, found)
        theirs.apply_gradients(zip(found["cell"].values(), variables, strict=True))
    for weight, variable in zip(weights["cell"].values(), variables, strict=True):
        # Keras keeps the learning rate in float32.
        np.testing.assert_allclose(weight, np.asarray(variable), rtol=0, atol=1e-6)


def some_gradients(seed=0, scale=10.0):
    rng = np.random.default_rng(seed)
    return {"cell": {"kernel": rng.normal(size=(3, 4)) * scale, "bias": rng.normal(size=4)},
            "output": {"kernel": rng.normal(size=(4, 2))}}


def flat(found):
    return np.concatenate([array.ravel() for names in found.values() for array in names.values()])


def test_clipping_by_norm_keeps_the_direction_and_equals_tensorflow():
    import tensorflow as tf
    found = some_gradients()
    clipped, norm = training.clip_by_norm(found, 1.5)
    assert norm == pytest.approx(np.linalg.norm(flat(found)))
    assert training.global_norm(clipped) == pytest.approx(1.5)
    np.testing.assert_allclose(flat(clipped) / 1.5, flat(found) / norm, rtol=0, atol=1e-15)
    expected, _ = tf.clip_by_global_norm(
        [array for names in found.values() for array in names.values()], 1.5)
    np.testing.assert_allclose(flat(clipped), np.concatenate([np.ravel(e) for e in expected]))


def test_a_short_gradient_is_not_clipped():
    found = some_gradients()
    for clip in (training.clip_by_norm, training.clip_by_value):
        np.testing.assert_array_equal(flat(clip(found, 1e6)[0]), flat(found))


def test_clipping_by_value_turns_the_direction():
    found = some_gradients()
    clipped, norm = training.clip_by_value(found, 0.5)
    assert norm == pytest.approx(np.linalg.norm(flat(found)))
    np.testing.assert_array_equal(flat(clipped), np.clip(flat(found), -0.5, 0.5))
    cosine = flat(clipped) @ flat(found) / np.linalg.norm(flat(clipped)) / norm
    assert cosine < 0.9


def test_clipping_leaves_the_given_gradients_alone():
    found = some_gradients()
    kept = flat(found).copy()
    training.clip_by_norm(found, 0.1)
    training.clip_by_value(found, 0.1)
    np.testing.assert_array_equal(flat(found), kept)


def adding_run(steps=400, **options):
    rng = np.random.default_rng(0)
    model = training.Model(cells.GRU(2, 16, rng=0), 1, rng=0)
    held_out = tasks.adding(200, 10, rng)
    options = {"check": lambda: float(((model.predict(held_out[0]) - held_out[1]) ** 2).mean()),
               "solved_below": 0.01} | options
    return training.fit(model, lambda step: tasks.adding(32, 10, rng), steps,
                        training.Adam(0.01), **options)


def test_fit_solves_a_short_adding_problem_and_stops_there():
    history = adding_run(clip=("norm", 1.0))
    assert history.solved_at is not None
    assert history.solved_at == history.steps == len(history.losses) == len(history.norms) < 400
    assert history.solved_at % 25 == 0
    assert history.checks[-1][0] == history.solved_at and history.checks[-1][1] < 0.01
    assert all(value >= 0.01 for _, value in history.checks[:-1])
    assert not history.blown_up
    assert history.seconds > 0


def test_fit_without_a_check_judges_by_the_mean_of_the_last_losses():
    history = adding_run(steps=50, check=None, solved_below=None)
    assert history.checks[1] == (50, pytest.approx(np.mean(history.losses[25:50])))
    assert history.solved_at is None and history.steps == 50


@pytest.mark.parametrize("rate", [50.0, 1e200])
def test_fit_notices_a_blow_up_without_a_warning(rate, recwarn):
    rng = np.random.default_rng(0)
    model = training.Model(cells.SimpleRNN(2, 8, "relu", rng=1, gain=1.5), 1, rng=1)
    history = training.fit(model, lambda step: tasks.adding(16, 30, rng), 100, training.SGD(rate))
    assert history.blown_up
    assert history.steps == len(history.losses) - 1 < 100
    assert not history.losses[-1] <= 1e3
    assert not recwarn.list


def test_clipping_saves_the_run_that_blew_up():
    runs = []
    for clip in (None, ("norm", 1.0)):
        rng = np.random.default_rng(0)
        cell = cells.SimpleRNN(2, 8, "relu", rng=1, recurrent="identity", kernel_std=0.1)
        model = training.Model(cell, 1, rng=1)
        runs.append(training.fit(model, lambda step, rng=rng: tasks.adding(16, 50, rng), 100,
                                 training.SGD(0.01), clip=clip))
    assert runs[0].blown_up and not runs[1].blown_up


def test_truncation_reaches_the_cell():
    model, rng = small_model(), np.random.default_rng(3)
    x, targets = rng.normal(size=(2, 8, 2)), rng.normal(size=(2, 3))
    full = model.loss_and_gradients(x, targets)[1]
    cut = model.loss_and_gradients(x, targets, truncate=2)[1]
    np.testing.assert_array_equal(cut["output"]["kernel"], full["output"]["kernel"])
    assert not np.allclose(cut["cell"]["kernel"], full["cell"]["kernel"])


def test_batches_use_every_example_once_in_an_epoch():
    data = np.arange(10), np.arange(10) * 2
    draw = training.batches(data, 5, rng=0)
    first = [draw(step) for step in range(2)]
    second = [draw(step) for step in range(2, 4)]
    for epoch in (first, second):
        assert sorted(np.concatenate([x for x, _ in epoch])) == list(range(10))
        assert all((y == 2 * x).all() for x, y in epoch)
    assert not np.array_equal(first[0][0], second[0][0])


def shown(capsys):
    """Return what stays visible: what follows the last carriage return of each line."""
    return [line.split("\r")[-1] for line in capsys.readouterr().out.split("\n")]


def test_progress_line_leaves_one_line_that_marks_what_moves(capsys):
    line = training.ProgressLine("GRU", 400, every=0)
    line.update(100, "0.1234")
    assert "GRU: 100 of 400 steps" in capsys.readouterr().out
    line.finish()
    assert shown(capsys) == ["GRU: 400 steps, \u2248 0 CPU s", ""]
    line.finish(250, "solved")
    assert shown(capsys) == ["GRU: \u2248 250 of 400 steps, \u2248 0 CPU s, solved", ""]


def test_progress_line_writes_seldom(capsys):
    line = training.ProgressLine("GRU", 400, every=60)
    for done in range(400):
        line.update(done)
    assert capsys.readouterr().out == ""


def test_progress_goes_through_all_items(capsys):
    assert list(training.progress([3, 1, 2], "words", "words")) == [3, 1, 2]
    assert shown(capsys) == ["words: 3 words, \u2248 0 CPU s", ""]


def test_fit_shows_progress(capsys):
    adding_run(steps=50, solved_below=None, label="adding")
    assert shown(capsys)[-2].startswith("adding: 50 steps, \u2248")


def test_keras_fit_shows_progress(capsys):
    import keras
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((32, 2)), np.zeros((32, 1)), batch_size=8, epochs=3, verbose=0,
              callbacks=[training.keras_progress("dense")])
    assert shown(capsys)[-2].startswith("dense: 12 steps, \u2248")


X, Y = np.zeros((2, 5, 2)), np.zeros((2, 3))
DRAW = lambda step: (X, Y)  # noqa: E731
WRONG = {
    "a Keras layer as cell": (lambda: training.Model("GRU", 1), "cells, .* got str"),
    "unknown loss": (lambda: training.Model(cells.GRU(2, 5), 1, "mse"), "'squared_error'.*'mse'"),
    "no outputs": (lambda: training.Model(cells.GRU(2, 5), 0), "output_size .* got 0"),
    "targets of another shape": (lambda: small_model().loss_and_gradients(X, Y[:, :2]),
                                 r"targets must have shape \(2, 3\); got shape \(2, 2\)"),
    "no steps": (lambda: training.fit(small_model(), DRAW, 0, training.SGD()), "steps .* got 0"),
    "a batch instead of a function": (
        lambda: training.fit(small_model(), (X, Y), 5, training.SGD()), "draw .* got tuple"),
    "unknown clipping": (
        lambda: training.fit(small_model(), DRAW, 5, training.SGD(), clip=("length", 1)),
        "'norm'.* got 'length'"),
    "clipping without a limit": (
        lambda: training.fit(small_model(), DRAW, 5, training.SGD(), clip="norm"),
        "pair .* got 'norm'"),
    "clipping to 0": (
        lambda: training.fit(small_model(), DRAW, 5, training.SGD(), clip=("norm", 0)),
        r"clip\[1\] must be above 0; got 0"),
    "learning rate 0": (lambda: training.SGD(0), "learning_rate must be above 0; got 0"),
    "learning rate as text": (lambda: training.Adam("1e-3"), "learning_rate .* got '1e-3'"),
    "beta of 2": (lambda: training.Adam(beta_1=2), "beta_1 must be a number from 0 to 1; got 2"),
    "a gradient missing": (
        lambda: training.SGD().update({"cell": {"bias": np.zeros(3)}}, {"cell": {}}),
        r"gradient of cell bias must have shape \(3,\); got none"),
    "a gradient of another shape": (
        lambda: training.Adam().update({"cell": {"bias": np.zeros(3)}},
                                       {"cell": {"bias": np.zeros(4)}}),
        r"must have shape \(3,\); got shape \(4,\)"),
    "a batch larger than the data": (lambda: training.batches((X, Y), 3, 0), "at most 2; got 3"),
    "arrays of two lengths": (lambda: training.batches((X, Y[:1]), 1, 0), r"lengths \[2, 1\]"),
    "progress without a name": (lambda: training.ProgressLine("", 3), "label must not be empty"),
    "progress over nothing": (lambda: training.ProgressLine("GRU", 0), "total .* got 0"),
    "empty label for Keras": (lambda: training.keras_progress(" "), "label must not be empty"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_says_what_came_and_what_was_expected(case):
    call, message = WRONG[case]
    assert re.search(message, answer_to(call))
