import inspect
import re

import numpy as np
import pytest

from tools.measure.benchmarks import cells as bench
from utils import environment
from utils.evidence import cells, gradients
from utils.evidence.cells import base, gru, lstm, simple_rnn
from wrong_input import answer_to

environment.load_keras()

# batch, sequence_length, input_size, hidden_size
SIZES = [(1, 1, 1, 1), (1, 7, 3, 4), (4, 1, 2, 3), (3, 5, 2, 1), (5, 9, 1, 6), (8, 20, 16, 24)]
KINDS = {
    "tanh": lambda i, h, **kw: cells.SimpleRNN(i, h, **kw),
    "sigmoid": lambda i, h, **kw: cells.SimpleRNN(i, h, "sigmoid", **kw),
    "relu": lambda i, h, **kw: cells.SimpleRNN(i, h, "relu", **kw),
    "linear": lambda i, h, **kw: cells.SimpleRNN(i, h, "linear", **kw),
    "LSTM": lambda i, h, **kw: cells.LSTM(i, h, **kw),
    "GRU reset after": lambda i, h, **kw: cells.GRU(i, h, **kw),
    "GRU reset before": lambda i, h, **kw: cells.GRU(i, h, reset_after=False, **kw),
}
TOLERANCES = {"float64": 1e-12, "float32": 1e-6}


def shaken(cell, seed):
    """Give every weight, biases too, another random number: equal ones would hide errors."""
    rng = np.random.default_rng(seed)
    for weight in cell.weights.values():
        weight[...] = rng.normal(size=weight.shape) * 0.8 / np.sqrt(cell.hidden_size)
    return cell


def problem(cell, batch, length, seed):
    """Return random x, loss weights and initial state in the cell's dtype."""
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.normal(size=shape).astype(cell.dtype)  # noqa: E731
    state = tuple(draw(batch, cell.hidden_size) for _ in cell.state_names)
    return (draw(batch, length, cell.input_size), draw(batch, length, cell.hidden_size),
            state if len(state) > 1 else state[0])


def largest_error(cell, batch, length, seed=0):
    """Return the largest relative error of outputs and of all gradients against Keras.

    In float64 each array is measured by its own largest entry. In float32 all gradients are
    measured by the largest of them, because a gradient of one number may be the difference of two
    nearly equal ones, and then no float32 program gets its sixth digit right.
    """
    x, d_states, state = problem(cell, batch, length, seed)
    layer = cells.to_keras(cell)
    hand = gradients.by_hand(cell, x, d_states, state)
    tape = gradients.autodiff(cell, x, d_states, state)
    assert hand.keys() == tape.keys()
    errors = [gradients.relative_error(cell.forward(x, state),
                                       np.asarray(layer(x, initial_state=state)))]
    if cell.dtype == np.float64:
        errors += [gradients.relative_error(hand[name], tape[name]) for name in hand]
    else:
        errors.append(gradients.relative_error(*(np.concatenate(
            [array.ravel() for array in found.values()]) for found in (hand, tape))))
    return max(errors)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_and_all_gradients_equal_keras(kind, size, dtype):
    batch, length, input_size, hidden_size = size
    cell = shaken(KINDS[kind](input_size, hidden_size, dtype=dtype), seed=sum(size))
    assert largest_error(cell, batch, length) <= TOLERANCES[dtype]


@pytest.mark.parametrize("kind", KINDS)
def test_start_weights_as_they_are_equal_keras_without_an_initial_state(kind):
    cell = KINDS[kind](3, 5, rng=4)
    x, d_states, _ = problem(cell, 2, 6, 1)
    hand, tape = gradients.by_hand(cell, x, d_states), gradients.autodiff(cell, x, d_states)
    assert max(gradients.relative_error(hand[name], tape[name]) for name in hand) <= 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_two_calls_with_carried_state_are_one_call(kind):
    cell = shaken(KINDS[kind](3, 5), 2)
    x, d_states, state = problem(cell, 2, 9, 3)
    whole = cell.forward(x, state)
    d_x, d_weights, d_state = cell.backward(d_states)
    first = cell.forward(x[:, :4], state)
    carried = cell.final_state
    second = cell.forward(x[:, 4:], carried)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=0, atol=1e-15)
    d_x2, d_weights2, d_carried = cell.backward(d_states[:, 4:])
    cell.forward(x[:, :4], state)
    d_x1, d_weights1, d_state1 = cell.backward(d_states[:, :4], d_final_state=d_carried)
    np.testing.assert_allclose(np.concatenate([d_x1, d_x2], axis=1), d_x, rtol=0, atol=1e-13)
    np.testing.assert_allclose(d_state1, d_state, rtol=0, atol=1e-13)
    for name, gradient in d_weights.items():
        np.testing.assert_allclose(d_weights1[name] + d_weights2[name], gradient, rtol=0,
                                   atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("length", "window"), [(9, 4), (8, 4), (5, 1), (6, 6), (6, 50)])
def test_truncation_is_a_cut_between_windows_counted_from_the_end(kind, length, window):
    cell = shaken(KINDS[kind](3, 5), 5)
    x, d_states, state = problem(cell, 2, length, 6)
    cell.forward(x, state)
    d_x, d_weights, d_state = cell.backward(d_states, truncate=window)
    starts = sorted({0, *range(length - window, 0, -window)})
    pieces, d_pieces, total = [], [], dict.fromkeys(d_weights, 0.0)
    for start, stop in zip(starts, [*starts[1:], length], strict=True):
        pieces.append(cell.forward(x[:, start:stop], state))
        d_piece, d_window, d_first = cell.backward(d_states[:, start:stop])
        d_pieces.append(d_piece)
        if start == 0:
            np.testing.assert_allclose(d_state, d_first, rtol=0, atol=1e-14)
        total = {name: total[name] + d_window[name] for name in total}
        state = cell.final_state
    np.testing.assert_allclose(d_x, np.concatenate(d_pieces, axis=1), rtol=0, atol=1e-14)
    for name, gradient in d_weights.items():
        np.testing.assert_allclose(gradient, total[name], rtol=0, atol=1e-13)


def test_truncated_loss_at_the_end_reaches_exactly_k_uses():
    cell = shaken(cells.SimpleRNN(2, 4), 0)
    x, d_states, _ = problem(cell, 1, 10, 0)
    d_states[:, :-1] = 0
    parts = gradients.by_time_step(cell, x, d_states, truncate=3)
    used = np.abs(parts["kernel"]).max(axis=(1, 2)) > 0
    np.testing.assert_array_equal(used, [False] * 7 + [True] * 3)


@pytest.mark.parametrize("kind", KINDS)
def test_states_returned_before_are_not_overwritten(kind):
    cell = shaken(KINDS[kind](3, 4), 1)
    x, d_states, _ = problem(cell, 2, 5, 0)
    first = cell.forward(x)
    kept = first.copy()
    cell.backward(d_states)
    again = cell.backward(d_states)[1]
    cell.forward(x * 2)
    np.testing.assert_array_equal(first, kept)
    cell.forward(x)
    for name, gradient in cell.backward(d_states)[1].items():
        np.testing.assert_array_equal(gradient, again[name])


@pytest.mark.parametrize("kind", ["LSTM", "GRU reset after", "GRU reset before"])
def test_gates_obey_the_equations_of_the_docstring(kind):
    cell = shaken(KINDS[kind](3, 4), 7)
    x, _, state = problem(cell, 2, 6, 8)
    states = cell.forward(x, state)
    gate = cell.gates
    h = state[0] if kind == "LSTM" else state
    before = np.concatenate([h[:, None], states[:, :-1]], axis=1)
    if kind == "LSTM":
        c_before = np.concatenate([state[1][:, None], gate["cell"][:, :-1]], axis=1)
        c = gate["forget"] * c_before + gate["input"] * gate["candidate"]
        np.testing.assert_allclose(gate["cell"], c, rtol=0, atol=1e-15)
        np.testing.assert_allclose(states, gate["output"] * np.tanh(c), rtol=0, atol=1e-15)
    else:
        expected = gate["update"] * before + (1 - gate["update"]) * gate["candidate"]
        np.testing.assert_allclose(states, expected, rtol=0, atol=1e-15)
    W, U, b = cell.weights.values()
    a = x @ W + before @ U + (b if b.ndim == 1 else b.sum(axis=0))
    for place, name in enumerate(cell.blocks):
        if name != "candidate":
            block = a[..., place * 4:place * 4 + 4]
            np.testing.assert_allclose(gate[name], 1 / (1 + np.exp(-block)), rtol=0, atol=1e-15)


# --- wrong derivations: each must be far off, so each test above can fail ---------------------

def mutated(module, cell_class, replacements):
    """Return a subclass whose source differs by the given replacements, each made everywhere."""
    source = inspect.getsource(cell_class)
    for old, new in replacements.items():
        assert old in source, f"{old!r} is no longer in {cell_class.__name__}"
        source = source.replace(old, new)
    space = dict(vars(module))
    exec(compile(source, "<mutation>", "exec"), space)
    wrong = space[cell_class.__name__]
    return type("Wrong", (cell_class,), {"forward": wrong.forward, "backward": wrong.backward})


RNN = (simple_rnn, cells.SimpleRNN, {})
LSTM = (lstm, cells.LSTM, {})
AFTER = (gru, cells.GRU, {"reset_after": True})
BEFORE = (gru, cells.GRU, {"reset_after": False})
MUTATIONS = {
    "RNN: wrong transpose": (*RNN, {"d_a[t] @ U.T": "d_a[t] @ U"}),
    "RNN: missing tanh derivative": (*RNN, {"[1](states[1:])": "[1](0 * states[1:])"}),
    "RNN: wrong time index": (*RNN, {"weight_gradient(states[:-1]": "weight_gradient(states[1:]"}),
    "RNN: derivative at h(t-1)": (*RNN, {"[1](states[1:])": "[1](states[:-1])"}),
    "RNN: missing bias": (*RNN, {' + self.weights["bias"]': ""}),
    "RNN: later losses forgotten": (*RNN, {"d_h += d_states[t]": "d_h = d_states[t].copy()"}),
    "RNN: recurrence not transposed forward": (*RNN, {"states[t] @ U)": "states[t] @ U.T)"}),
    "RNN: initial state ignored": (*RNN, {"states[0] = h": "states[0] = 0"}),
    "LSTM: gate order i f o c": (*LSTM, {"i, f, g, o": "i, f, o, g",
                                         "[0.5, 0.5, 1, 0.5]": "[0.5, 0.5, 0.5, 1]"}),
    "LSTM: gate order f i c o": (*LSTM, {"i, f, g, o": "f, i, g, o"}),
    "LSTM: missing bias": (*LSTM, {"gates += b": "gates += 0 * b"}),
    "LSTM: tanh for the output gate": (*LSTM, {"[0.5, 0.5, 1, 0.5]": "[0.5, 0.5, 1, 1]"}),
    "LSTM: sigma for the candidate": (*LSTM, {"[0.5, 0.5, 1, 0.5]": "[0.5, 0.5, 0.5, 0.5]"}),
    "LSTM: no tanh on the cell state": (*LSTM, {"np.tanh(c_all[t + 1], out=tanh_c[t])":
                                                "tanh_c[t] = c_all[t + 1]"}),
    "LSTM: missing slope of i and f": (*LSTM, {"d_a[:2] *= gates[:2]": "d_a[:2] = 1"}),
    "LSTM: slope of sigma for the candidate": (*LSTM, {"d_a[2] *= 1 + g": "d_a[2] *= g"}),
    "LSTM: missing slope of o": (*LSTM, {"d_a[3] *= o": "d_a[3] = 1"}),
    "LSTM: missing slope of tanh(c)": (*LSTM, {"o * (1 - tanh_c * tanh_c)": "o * 1"}),
    "LSTM: c(t) where c(t-1) belongs": (*LSTM, {"d_a[1] *= c[:-1]": "d_a[1] *= c[1:]"}),
    "LSTM: belt without forget gate": (*LSTM, {"d_c *= f[t]": "d_c *= 1"}),
    "LSTM: belt cut": (*LSTM, {"d_c *= f[t]": "d_c *= 0"}),
    "LSTM: one gate left out on the way back": (*LSTM, {
        "(d_a[:, t] @ U_T).sum": "(d_a[:3, t] @ U_T[:3]).sum"}),
    "LSTM: wrong transpose": (*LSTM, {".swapaxes(1, 2).copy()": ".copy()"}),
    "GRU: z flipped": (*AFTER, {"g + z * (h - g)": "h + z * (g - h)"}),
    "GRU: z flipped on the way back": (*AFTER, {"d_a[2] *= 1 - z": "d_a[2] *= z"}),
    "GRU: gate order r z h": (*AFTER, {"z, r = ": "r, z = "}),
    "GRU: reset after, computed before": (*AFTER, {"if self.reset_after:\n                from_h":
                                                   "if False:\n                from_h"}),
    "GRU: reset before, computed after": (*BEFORE, {"if self.reset_after:\n                from_h":
                                                    "if True:\n                from_h"}),
    "GRU: recurrent bias outside the reset": (*AFTER, {
        "gates[2, t] + r * from_h[2]": "gates[2, t] + r * (h @ U[2]) + b_after[2]"}),
    "GRU: recurrent bias forgotten": (*AFTER, {"h @ U + b_after": "h @ U"}),
    "GRU: one gradient for both biases": (*AFTER, {"bias_gradient(d_from_h, by_step)]":
                                                   "bias_gradient(d_a, by_step)]"}),
    "GRU: tanh for the gates": (*AFTER, {"sigmoid(": "np.tanh("}),
    "GRU: sigma for the candidate": (*AFTER, {"np.tanh(gates[2": "sigmoid(gates[2"}),
    "GRU: missing slope of the gates": (*AFTER, {"d_a[:2] *= gates[:2]": "d_a[:2] = 1"}),
    "GRU: missing slope of tanh": (*AFTER, {"d_a[2] *= 1 + g": "d_a[2] = 1"}),
    "GRU: old state not passed on": (*AFTER, {"d_h = d_h * z[t]": "d_h = d_h * 0"}),
    "GRU: reset missing on the way back": (*AFTER, {"d_a[2, t] * r[t]": "d_a[2, t]"}),
    "GRU before: reset missing on the way back": (*BEFORE, {"d_rh * r[t]": "d_rh"}),
    "GRU before: U_h's input is r h": (*BEFORE, {"r * h[:-1], d_a[2:]": "h[:-1], d_a[2:]"}),
    "GRU before: way through r lost": (*BEFORE, {"d_a[1, t] *= d_rh": "d_a[1, t] *= 0"}),
    "GRU: wrong transpose": (*AFTER, {".swapaxes(1, 2).copy()": ".copy()"}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_derivation_is_far_off(name):
    module, cell_class, options, replacements = MUTATIONS[name]
    cell = shaken(mutated(module, cell_class, replacements)(3, 4, **options), 11)
    assert largest_error(cell, 2, 6) > 1e-3


@pytest.mark.parametrize("cell", [RNN, LSTM, AFTER, BEFORE])
def test_the_mutation_machinery_itself_changes_nothing(cell):
    module, cell_class, options = cell
    copy = shaken(mutated(module, cell_class, {"def forward": "def forward"})(3, 4, **options), 11)
    assert largest_error(copy, 2, 6) <= 1e-12


# --- start weights, counts, conversion ----------------------------------------------------------

def test_start_weights():
    H = 40
    orthogonal = cells.SimpleRNN(3, H, gain=1.5, rng=1).weights["recurrent_kernel"]
    np.testing.assert_allclose(orthogonal @ orthogonal.T, 2.25 * np.eye(H), rtol=0, atol=1e-13)
    identity = cells.SimpleRNN(3, H, recurrent="identity", gain=0.5).weights["recurrent_kernel"]
    np.testing.assert_array_equal(identity, 0.5 * np.eye(H))
    random = cells.SimpleRNN(3, 400, recurrent="random", rng=1).weights["recurrent_kernel"]
    assert np.abs(np.linalg.eigvals(random)).max() == pytest.approx(1, abs=0.1)
    small = cells.SimpleRNN(300, H, kernel_std=0.01, rng=1).weights["kernel"]
    assert small.std() == pytest.approx(0.01, rel=0.05)
    glorot = cells.SimpleRNN(300, 200, recurrent="glorot", rng=1).weights
    assert np.abs(glorot["kernel"]).max() == pytest.approx(np.sqrt(6 / 500), rel=0.01)
    assert np.abs(glorot["recurrent_kernel"]).max() == pytest.approx(np.sqrt(6 / 400), rel=0.01)
    bias = cells.LSTM(3, 4, forget_bias=3).weights["bias"]
    np.testing.assert_array_equal(bias, [0] * 4 + [3] * 4 + [0] * 8)
    update = cells.GRU(3, 4, update_bias=1).weights["bias"]
    np.testing.assert_array_equal(update, [[1] * 4 + [0] * 8, [0] * 12])


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_fixes_the_start_and_another_changes_it(kind):
    first, second, other = (KINDS[kind](3, 4, rng=seed).weights for seed in (1, 1, 2))
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    assert not np.array_equal(first["kernel"], other["kernel"])
    assert not np.array_equal(first["recurrent_kernel"], other["recurrent_kernel"])


@pytest.mark.parametrize("kind", KINDS)
def test_conversion_there_and_back(kind):
    cell = shaken(KINDS[kind](3, 4, dtype="float32"), 3)
    layer = cells.to_keras(cell)
    assert cell.parameter_count() == layer.count_params()
    back = cells.from_keras(layer)
    assert type(back) is type(cell) and back.dtype == cell.dtype
    x, d_states, state = problem(cell, 2, 5, 0)
    np.testing.assert_array_equal(back.forward(x, state), cell.forward(x, state))
    before = cell.weights["kernel"].copy()
    back.weights["kernel"] += 1
    np.testing.assert_array_equal(cell.weights["kernel"], before)


def test_activation_slopes_equal_central_differences():
    a = np.linspace(-2, 2, 41) + 0.013
    for name, (f, slope) in base.ACTIVATIONS.items():
        expected = (f(a + 1e-6) - f(a - 1e-6)) / 2e-6
        np.testing.assert_allclose(slope(f(a)), expected, rtol=0, atol=1e-8, err_msg=name)
    assert base.sigmoid(np.array([-1e4, 0.0, 1e4])) == pytest.approx([0, 0.5, 1], abs=1e-15)


def test_cross_entropy_and_squared_error_equal_keras_and_their_gradients_differences():
    import keras
    rng = np.random.default_rng(0)
    scores, targets = rng.normal(size=(3, 4, 5)) * 3, rng.integers(0, 5, size=(3, 4))
    mask = rng.integers(0, 2, size=(3, 4))
    mask[0, 0] = 1
    loss, d_scores = cells.cross_entropy(scores, targets)
    expected = keras.losses.sparse_categorical_crossentropy(targets, scores, from_logits=True)
    assert loss == pytest.approx(float(np.mean(expected)), rel=1e-6)
    np.testing.assert_allclose(d_scores, gradients.finite_differences(
        lambda: cells.cross_entropy(scores, targets)[0], scores), rtol=0, atol=1e-9)
    loss, d_scores = cells.cross_entropy(scores, targets, mask)
    assert loss == pytest.approx(float((np.asarray(expected) * mask).sum() / mask.sum()), rel=1e-6)
    np.testing.assert_allclose(d_scores, gradients.finite_differences(
        lambda: cells.cross_entropy(scores, targets, mask)[0], scores), rtol=0, atol=1e-9)
    wanted = rng.normal(size=scores.shape)
    loss, d_scores = cells.squared_error(scores, wanted)
    assert loss == pytest.approx(np.mean((scores - wanted) ** 2), rel=1e-14)
    np.testing.assert_allclose(d_scores, gradients.finite_differences(
        lambda: cells.squared_error(scores, wanted)[0], scores), rtol=0, atol=1e-9)


def test_cross_entropy_stays_finite_for_extreme_scores():
    loss, gradient = cells.cross_entropy(np.array([[1000.0, -1000.0]]), np.array([1]))
    assert loss == 2000
    np.testing.assert_array_equal(gradient, [[1, -1]])


def test_dense_equals_keras():
    import keras
    import tensorflow as tf
    rng = np.random.default_rng(0)
    dense = cells.Dense(4, 3, rng=2)
    dense.weights["bias"][:] = rng.normal(size=3)
    layer = keras.layers.Dense(3, dtype="float64")
    layer.build((None, 4))
    layer.set_weights(list(dense.weights.values()))
    for shape in [(5, 4), (2, 6, 4)]:
        states, d_outputs = rng.normal(size=shape), rng.normal(size=(*shape[:-1], 3))
        with tf.GradientTape() as tape:
            x = tf.constant(states)
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y * d_outputs)
        expected = tape.gradient(loss, [x, *(w.value for w in layer.trainable_weights)])
        np.testing.assert_allclose(dense.forward(states), y, rtol=0, atol=1e-14)
        d_states, d_weights = dense.backward(d_outputs)
        for ours, keras_gradient in zip([d_states, *d_weights.values()], expected, strict=True):
            np.testing.assert_allclose(ours, keras_gradient, rtol=0, atol=1e-13)


@pytest.mark.parametrize("kind", bench.KINDS)
def test_our_step_is_quicker_than_the_keras_layer(kind):
    """`make bench` shows 24 to 51 times against the called layer, 2.1 to 5 against the graph."""
    found = bench.against_keras([kind], turns=7)[kind]
    assert 3 * found["ours"][0] < found["called"][0]
    assert 1.5 * found["ours"][0] < found["graph"][0]
    assert found["products"][0] < found["ours"][0]


# --- wrong input --------------------------------------------------------------------------------

X = np.zeros((2, 5, 3))


def after_forward(cell):
    cell.forward(X)
    return cell


def odd_layer(**options):
    import keras
    layer = keras.layers.LSTM(4, **options)
    layer.build((None, None, 3))
    return layer


WRONG = {
    "no units": (lambda: cells.SimpleRNN(3, 0), "hidden_size .* at least 1; got 0"),
    "units as text": (lambda: cells.GRU(3, "4"), "hidden_size .* got '4'"),
    "input size as float": (lambda: cells.LSTM(3.0, 4), r"input_size .* got 3.0"),
    "unknown activation": (lambda: cells.SimpleRNN(3, 4, "swish"), "'relu'.* got 'swish'"),
    "unknown start": (lambda: cells.LSTM(3, 4, recurrent="zeros"), "'identity'.* got 'zeros'"),
    "negative gain": (lambda: cells.GRU(3, 4, gain=-1), "gain .* got -1"),
    "bad dtype": (lambda: cells.GRU(3, 4, dtype="float16"), "'float64'.* got 'float16'"),
    "bad seed": (lambda: cells.GRU(3, 4, rng="zero"), "rng .* got 'zero'"),
    "forget bias as text": (lambda: cells.LSTM(3, 4, forget_bias="one"),
                            "forget_bias .* got 'one'"),
    "reset_after as text": (lambda: cells.GRU(3, 4, reset_after="yes"),
                            "reset_after .* got 'yes'"),
    "input of another width": (lambda: cells.SimpleRNN(3, 4).forward(np.zeros((2, 5, 2))),
                               r"x must have shape \(batch, sequence_length, 3\); .*\(2, 5, 2\)"),
    "input without batch": (lambda: cells.GRU(3, 4).forward(np.zeros((5, 3))),
                            r"\(batch, sequence_length, 3\); got shape \(5, 3\)"),
    "sequence of length 0": (lambda: cells.LSTM(3, 4).forward(np.zeros((2, 0, 3))),
                             r"got shape \(2, 0, 3\)"),
    "NaN": (lambda: cells.LSTM(3, 4).forward(X * np.nan), "x must be finite; 30 of its 30"),
    "text": (lambda: cells.GRU(3, 4).forward([["a"]]), "x must be an array"),
    "state of another batch": (lambda: cells.GRU(3, 4).forward(X, np.zeros((3, 4))),
                               r"initial_state must have shape \(2, 4\); got shape \(3, 4\)"),
    "LSTM with one state": (lambda: cells.LSTM(3, 4).forward(X, np.zeros((2, 4))),
                            r"initial_state must be a pair \(h, c\).*\(2, 4\); got ndarray"),
    "LSTM with a wrong c": (lambda: cells.LSTM(3, 4).forward(X, (np.zeros((2, 4)), X[:, :, 0])),
                            r"initial_state c must have shape \(2, 4\); got shape \(2, 5\)"),
    "backward first": (lambda: cells.LSTM(3, 4).backward(np.zeros((2, 5, 4))),
                       "LSTM.backward needs a forward pass first"),
    "gates first": (lambda: cells.GRU(3, 4).gates, "GRU has not run yet"),
    "gradient of another length": (
        lambda: after_forward(cells.GRU(3, 4)).backward(np.zeros((2, 4, 4))),
        r"d_states must have shape \(2, 5, 4\); got shape \(2, 4, 4\)"),
    "window 0": (lambda: after_forward(cells.GRU(3, 4)).backward(np.zeros((2, 5, 4)), truncate=0),
                 "truncate .* at least 1; got 0"),
    "dense on another width": (lambda: cells.Dense(4, 2).forward(X),
                               r"states must have shape \(..., 4\); got shape \(2, 5, 3\)"),
    "dense backward first": (lambda: cells.Dense(4, 2).backward(X), "needs a forward pass first"),
    "class outside the vocabulary": (lambda: cells.cross_entropy(np.zeros((2, 3)), [0, 3]),
                                     "ids from 0 to 2; got values from 0 to 3"),
    "targets of another shape": (lambda: cells.cross_entropy(X, np.zeros((2, 4), int)),
                                 r"targets must have shape \(2, 5\); got shape \(2, 4\)"),
    "mask of zeros": (lambda: cells.cross_entropy(np.zeros((2, 3)), [0, 1], [0, 0]),
                      "mask must count at least one place"),
    "numbers of another shape": (lambda: cells.squared_error(X, X[:1]),
                                 r"targets must have shape \(2, 5, 3\); got shape \(1, 5, 3\)"),
    "not a layer": (lambda: cells.from_keras("LSTM"), "SimpleRNN, LSTM or GRU; got str"),
    "unbuilt layer": (lambda: cells.from_keras(__import__("keras").layers.GRU(3)),
                      "has not seen an input"),
    "backward layer": (lambda: cells.from_keras(odd_layer(go_backwards=True)),
                       "go_backwards=False, .* got True"),
    "layer without bias": (lambda: cells.from_keras(odd_layer(use_bias=False)),
                           "use_bias=True, .* got False"),
    "relu LSTM": (lambda: cells.from_keras(odd_layer(activation="relu")),
                  "activation='tanh', .* got 'relu'"),
    "not a cell": (lambda: cells.to_keras(cells.Dense(3, 4)), "of this course; got Dense"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_says_what_came_and_what_was_expected(case):
    call, message = WRONG[case]
    assert re.search(message, answer_to(call))
