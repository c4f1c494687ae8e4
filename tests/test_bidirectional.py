import inspect
import re

import numpy as np
import pytest

from utils import environment
from utils.evidence import cells, gradients, training
from utils.evidence.cells import bidirectional
from wrong_input import answer_to

environment.load_keras()

# batch, sequence_length, input_size, units of the forward cell, units of the backward cell
SIZES = [(1, 1, 1, 1, 1), (1, 7, 3, 4, 4), (4, 1, 2, 3, 3), (3, 5, 2, 1, 4), (5, 9, 1, 6, 2),
         (8, 20, 16, 12, 12)]
KINDS = {
    "tanh": cells.SimpleRNN,
    "relu": lambda i, h, **kw: cells.SimpleRNN(i, h, "relu", **kw),
    "LSTM": cells.LSTM,
    "GRU reset after": cells.GRU,
    "GRU reset before": lambda i, h, **kw: cells.GRU(i, h, reset_after=False, **kw),
}
TOLERANCES = {"float64": 1e-12, "float32": 1e-6}


def shaken(kind, inputs, ahead, back, seed=0, dtype="float64", of=cells.Bidirectional):
    """Return a Bidirectional with another random number at every weight."""
    cell = of(KINDS[kind](inputs, ahead, dtype=dtype), KINDS[kind](inputs, back, dtype=dtype))
    rng = np.random.default_rng(seed)
    for weight in cell.weights.values():
        weight[...] = rng.normal(size=weight.shape) * 0.8 / np.sqrt(max(ahead, back))
    return cell


def problem(cell, batch, length, seed=1):
    """Return random x, loss weights and initial state in the cell's dtype."""
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.normal(size=shape).astype(cell.dtype)  # noqa: E731
    return (draw(batch, length, cell.input_size), draw(batch, length, cell.hidden_size),
            tuple(draw(batch, size) for size in cell.state_sizes))


def largest_error(cell, batch, length):
    """Return the largest relative error of outputs and of all gradients against Keras.

    In float32 all gradients are measured by the largest of them, as in test_cells.
    """
    x, d_states, state = problem(cell, batch, length)
    hand = gradients.by_hand(cell, x, d_states, state)
    tape = gradients.autodiff(cell, x, d_states, state)
    assert hand.keys() == tape.keys()
    layer = cells.to_keras(cell)
    errors = [gradients.relative_error(cell.forward(x, state),
                                       np.asarray(layer(x, initial_state=list(state))))]
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
    batch, length, *units = size
    cell = shaken(kind, *units, seed=sum(size), dtype=dtype)
    assert largest_error(cell, batch, length) <= TOLERANCES[dtype]


@pytest.mark.parametrize("kind", KINDS)
def test_the_certificate_holds(kind):
    cell = shaken(kind, 2, 3, 4)
    proof = gradients.certificate(cell, problem(cell, 2, 5)[0])
    assert proof.holds()
    assert list(proof.errors)[:6] == [
        "forward kernel", "forward recurrent_kernel", "forward bias", "backward kernel",
        "backward recurrent_kernel", "backward bias"]
    lines = str(proof).splitlines()[:-1]
    assert len({line.index("(") for line in lines[1:]} | {lines[0].index("shape")}) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_two_cells_and_the_second_reads_the_turned_sequence(kind):
    cell = shaken(kind, 3, 4, 2)
    x, _, _ = problem(cell, 2, 6)
    outputs = cell.forward(x)
    np.testing.assert_array_equal(outputs[..., :4], cell.forward_cell.forward(x))
    np.testing.assert_array_equal(outputs[..., 4:],
                                  cell.backward_cell.forward(x[:, ::-1])[:, ::-1])


@pytest.mark.parametrize("kind", KINDS)
def test_keras_returns_the_first_state_of_the_backward_cell_as_its_last(kind):
    cell = shaken(kind, 3, 4, 2)
    x, _, _ = problem(cell, 2, 6)
    outputs = cell.forward(x)
    layer = cells.to_keras(cell, return_sequences=False, return_state=True)
    last, *states = (np.asarray(part) for part in layer(x))
    np.testing.assert_allclose(last, np.concatenate([outputs[:, -1, :4], outputs[:, 0, 4:]], 1),
                               rtol=0, atol=1e-14)
    for ours, theirs in zip(cell.final_state, states, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)
    assert np.abs(last - outputs[:, -1]).max() > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_at_the_final_state_equals_differences(kind):
    cell = shaken(kind, 2, 3, 2)
    x, d_states, state = problem(cell, 2, 4)
    d_final = problem(cell, 2, 4, seed=9)[2]

    def loss():
        total = float((cell.forward(x, state) * d_states).sum())
        return total + sum(float((part * d).sum())
                           for part, d in zip(cell.final_state, d_final, strict=True))

    loss()
    d_x, d_weights, d_state = cell.backward(d_states, d_final_state=d_final)
    for array, gradient in [(x, d_x), *zip(state, d_state, strict=True),
                            *((cell.weights[name], d_weights[name]) for name in d_weights)]:
        found = gradients.finite_differences(loss, array)
        assert gradients.relative_error(found, gradient) < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_parts_by_step_stand_at_the_place_of_x_and_sum_to_the_gradient(kind):
    cell = shaken(kind, 2, 3, 2)
    x, d_states, _ = problem(cell, 2, 5)
    x[:, 3] = 0                                    # at place 3 no kernel can have a gradient
    parts = gradients.by_time_step(cell, x, d_states)
    whole = cell.backward(d_states)[1]
    for name, part in parts.items():
        np.testing.assert_allclose(part.sum(axis=0), whole[name], rtol=0, atol=1e-13)
        if name.endswith(" kernel"):
            used = np.abs(part).max(axis=(1, 2)) > 0
            assert not used[3] and (kind == "relu" or used[[0, 1, 2, 4]].all())


def test_each_cell_is_cut_in_its_own_direction():
    cell = shaken("tanh", 2, 3, 3)
    x, d_states, _ = problem(cell, 1, 7)
    cell.forward(x)
    gradient = cell.backward(d_states, truncate=3)[1]
    cell.forward_cell.forward(x)
    ahead = cell.forward_cell.backward(d_states[..., :3], 3)[1]
    cell.backward_cell.forward(x[:, ::-1])
    back = cell.backward_cell.backward(d_states[:, ::-1, 3:], 3)[1]
    for name in ahead:
        np.testing.assert_array_equal(gradient[f"forward {name}"], ahead[name])
        np.testing.assert_array_equal(gradient[f"backward {name}"], back[name])


def test_every_output_depends_on_every_input_and_a_forward_one_on_no_later_one():
    cell = shaken("tanh", 2, 3, 3)
    x, _, _ = problem(cell, 1, 6)
    later = np.triu_indices(6, 1)
    size = np.abs(gradients.state_jacobian(cell, x)).max(axis=(2, 3))
    assert size.min() > 1e-6
    alone = np.abs(gradients.state_jacobian(cell.forward_cell, x)).max(axis=(2, 3))
    assert (alone[later] == 0).all() and (alone[np.tril_indices(6)] > 1e-6).all()


@pytest.mark.parametrize("kind", KINDS)
def test_conversion_there_and_back(kind):
    cell = shaken(kind, 3, 4, 2, dtype="float32")
    layer = cells.to_keras(cell)
    assert cell.parameter_count() == layer.count_params()
    back = cells.from_keras(layer)
    x, _, state = problem(cell, 2, 5)
    assert back.dtype == cell.dtype
    np.testing.assert_array_equal(back.forward(x, state), cell.forward(x, state))
    before = cell.weights["backward kernel"].copy()
    back.weights["backward kernel"] += 1
    np.testing.assert_array_equal(cell.weights["backward kernel"], before)


def test_weights_can_be_replaced_and_are_those_of_the_two_cells():
    cell, other = shaken("LSTM", 3, 4, 2, seed=1), shaken("LSTM", 3, 4, 2, seed=2)
    cell.weights = other.weights
    x, _, _ = problem(cell, 2, 5)
    np.testing.assert_array_equal(cell.forward(x), other.forward(x))
    assert cell.weights["backward bias"] is cell.backward_cell.weights["bias"]
    assert cell.parameter_count() == sum(one.parameter_count() for one in (
        cell.forward_cell, cell.backward_cell))


def test_a_model_of_it_learns_what_only_the_future_tells():
    rng = np.random.default_rng(0)
    cell = cells.Bidirectional(cells.SimpleRNN(1, 8, rng=rng), cells.SimpleRNN(1, 8, rng=rng))
    model = training.Model(cell, 2, "cross_entropy", every_step=True, rng=rng)

    def draw(step):
        bits = rng.integers(0, 2, (32, 8))
        return 2.0 * bits[..., None] - 1, np.repeat(bits[:, -1:], 8, axis=1)

    training.fit(model, draw, 300, training.Adam(0.01), clip=("norm", 1.0))
    x, bits = draw(0)
    assert (model.predict(x).argmax(-1) == bits).all()


# --- wrong derivations: each must be far off, so that the tests above can fail ------------------

def mutated(old, new):
    """Return Bidirectional with one piece of its source replaced."""
    source = inspect.getsource(cells.Bidirectional)
    assert old in source, f"{old!r} is no longer in Bidirectional"
    space = dict(vars(bidirectional))
    exec(compile(source.replace(old, new), "<mutation>", "exec"), space)
    wrong = space["Bidirectional"]
    return type("Wrong", (cells.Bidirectional,), {
        "forward": wrong.forward, "backward": wrong.backward, "_halves": wrong._halves})


MUTATIONS = {
    "outputs not turned": ("back = back[:, ::-1]", "back = back"),
    "inputs not turned": ("forward(x[:, ::-1], last)", "forward(x, last)"),
    "neither turned": ("x[:, ::-1], last)      # reads from right to left\n"
                       "        back = back[:, ::-1]", "x, last)\n        back = back"),
    "halves swapped": ("concatenate([ahead, back]", "concatenate([back, ahead]"),
    "states swapped": ("return [one[0] if half == 1 else tuple(one) for one in halves]",
                       "return [one[0] if half == 1 else tuple(one) for one in halves[::-1]]"),
    "gradient not turned": ("d_back[:, ::-1], truncate", "d_back, truncate"),
    "gradient of x not turned": ("d_turned[:, ::-1], gradients", "d_turned, gradients"),
    "gradient of x from one way only": ("return d_x + d_turned[:, ::-1]", "return d_x"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_derivation_is_far_off(name):
    assert largest_error(shaken("tanh", 3, 4, 4, of=mutated(*MUTATIONS[name])), 2, 6) > 1e-3


def test_the_mutation_machinery_itself_changes_nothing():
    cell = shaken("LSTM", 3, 4, 3, of=mutated("def forward", "def forward"))
    assert largest_error(cell, 2, 6) <= 1e-12


# --- wrong input --------------------------------------------------------------------------------

def rnn(inputs=3, units=4, **options):
    return cells.SimpleRNN(inputs, units, **options)


def summing_layer():
    import keras
    layer = keras.layers.Bidirectional(keras.layers.GRU(4), merge_mode="sum")
    layer.build((None, None, 3))
    return layer


X = np.zeros((2, 5, 3))
WRONG = {
    "no cell": (lambda: cells.Bidirectional("LSTM", rnn()),
                "forward_cell must be a SimpleRNN, LSTM or GRU of this course; got str."),
    "two ways in one": (lambda: cells.Bidirectional(cells.Bidirectional(rnn(), rnn()), rnn()),
                        "forward_cell must be a SimpleRNN, .* got Bidirectional"),
    "one cell twice": (lambda: cells.Bidirectional(*[rnn()] * 2), "a cell of its own"),
    "two kinds": (lambda: cells.Bidirectional(rnn(), cells.GRU(3, 4)),
                  "backward_cell must be a SimpleRNN, as forward_cell is; got GRU"),
    "two input sizes": (lambda: cells.Bidirectional(rnn(), rnn(2)),
                        "the input_size of forward_cell, 3; got 2"),
    "two dtypes": (lambda: cells.Bidirectional(rnn(), rnn(dtype="float32")),
                   "the dtype of forward_cell, float64; got float32"),
    "input of another width": (
        lambda: cells.Bidirectional(rnn(), rnn()).forward(np.zeros((2, 5, 2))),
        r"x must have shape \(batch, sequence_length, 3\); got shape \(2, 5, 2\)"),
    "one state for two": (lambda: cells.Bidirectional(rnn(), rnn(3, 2)).forward(X, X[:, 0]),
                          r"must be a pair \(forward h, backward h\) of arrays of shape \(2, 4\) "
                          r"and \(2, 2\); got ndarray"),
    "two states for four": (
        lambda: cells.Bidirectional(cells.LSTM(3, 4), cells.LSTM(3, 4)).forward(X, (X, X)),
        r"must be a tuple \(forward h, forward c, backward h, backward c\) of arrays of shape "
        r"\(2, 4\); got tuple"),
    "a wrong part": (
        lambda: cells.Bidirectional(rnn(), rnn(3, 2)).forward(X, (np.zeros((2, 4)),) * 2),
        r"initial_state backward h must have shape \(2, 2\); got shape \(2, 4\)"),
    "backward first": (lambda: cells.Bidirectional(rnn(), rnn()).backward(np.zeros((2, 5, 8))),
                       "Bidirectional.backward needs a forward pass first"),
    "gradient for one way": (lambda: with_forward().backward(np.zeros((2, 5, 4))),
                             r"d_states must have shape \(2, 5, 8\); got shape \(2, 5, 4\)"),
    "summed outputs": (lambda: cells.from_keras(summing_layer()),
                       "merge_mode='concat'.* got 'sum'"),
    "steps of two ways": (
        lambda: gradients.step_jacobians(cells.Bidirectional(rnn(), rnn()), X[:1]),
        "cell must read in one direction"),
    "an answer at the last step": (
        lambda: training.Model(cells.Bidirectional(rnn(), rnn()), 2),
        "every_step must be True for a Bidirectional"),
}


def with_forward():
    cell = cells.Bidirectional(rnn(), rnn())
    cell.forward(X)
    return cell


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_gets_a_clear_answer(name):
    call, words = WRONG[name]
    assert re.search(words, answer_to(call))
