"""Train our cells: optimisers, clipping, a loop that notices blow-ups, and progress on one line.

Weights and gradients are dicts of dicts, {layer: {name: array}}, such as
{"cell": {"kernel": ...}, "output": {"kernel": ..., "bias": ...}}.
"""

import math
import time
from dataclasses import dataclass, field

import numpy as np

from utils import tasks, validate
from utils.evidence import cells

LOSSES = {"squared_error": cells.squared_error, "cross_entropy": cells.cross_entropy}


class Model:
    """A recurrent cell with a dense layer on its last state, or on the state of every step.

    Args:
        cell: one of our cells.
        output_size: numbers, or classes, in an answer.
        loss: "squared_error" or "cross_entropy" (which puts the softmax on top itself).
        every_step: answer at every step instead of at the last one.
        rng: seed or NumPy generator for the dense layer's start.

    `weights` is {"cell": cell.weights, "output": output.weights}: the arrays themselves.
    """

    def __init__(self, cell, output_size, loss="squared_error", every_step=False, rng=0):
        if not isinstance(cell, cells.Cell):
            raise validate.InputError("cell must be one of the course's cells, such as "
                                      f"cells.GRU(2, 32); got {type(cell).__name__}.")
        if isinstance(cell, cells.Bidirectional) and not every_step:
            raise validate.InputError("every_step must be True for a Bidirectional, because at the "
                                      "last step its backward cell has read one input only; got "
                                      f"{every_step!r}.")
        self.cell = cell
        self.output = cells.Dense(cell.hidden_size, output_size, rng, str(cell.dtype))
        self.loss = LOSSES[validate.one_of("loss", loss, LOSSES)]
        self.every_step = bool(every_step)
        self.weights = {"cell": cell.weights, "output": self.output.weights}

    def predict(self, x, initial_state=None):
        """Return the answers before any softmax.

        Args:
            x: (batch, sequence_length, input_size).
            initial_state: of the cell; None is zero.

        Returns:
            (batch, output_size), or (batch, sequence_length, output_size) with `every_step`.
        """
        states = self.cell.forward(x, initial_state)
        return self.output.forward(states if self.every_step else states[:, -1])

    def loss_and_gradients(self, x, targets, mask=None, truncate=None, initial_state=None):
        """Run forward and backward once.

        Args:
            x: (batch, sequence_length, input_size).
            targets: numbers shaped like the answers, or whole classes without the last axis.
            mask: for "cross_entropy": 1 where a place counts, 0 where not.
            truncate: window of truncated BPTT, see the cell's `backward`.
            initial_state: of the cell; None is zero.

        Returns:
            The mean loss, and the gradients of all weights as a dict of dicts.
        """
        answers = self.predict(x, initial_state)
        loss, d_answers = self.loss(answers, targets, *([] if mask is None else [mask]))
        d_states, d_output = self.output.backward(d_answers)
        if not self.every_step:
            d_last, d_states = d_states, np.zeros((len(answers), np.shape(x)[1],
                                                   self.cell.hidden_size), self.cell.dtype)
            d_states[:, -1] = d_last
        _, d_cell, _ = self.cell.backward(d_states, truncate)
        return loss, {"cell": d_cell, "output": d_output}

    def parameter_count(self):
        """Return the number of weights of cell and output layer."""
        return sum(weight.size for layer in self.weights.values() for weight in layer.values())


class SGD:
    """Gradient descent, w <- w - learning_rate * gradient.

    Args:
        learning_rate: step size, above 0.
        momentum: share of the last step that is added again, 0 to below 1.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0):
        self.learning_rate = _positive("learning_rate", learning_rate)
        self.momentum = validate.real_number("momentum", momentum, 0, 1)
        self._velocity = {}

    def update(self, weights, gradients):
        """Change the weights in place by one step."""
        for layer, name, weight, gradient in _pairs(weights, gradients):
            step = -self.learning_rate * gradient
            if self.momentum:
                step += self.momentum * self._velocity.get((layer, name), 0)
                self._velocity[layer, name] = step
            weight += step


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1, with the order of operations of its section 2).

    Args:
        learning_rate: step size, above 0.
        beta_1: memory of the mean of the gradients.
        beta_2: memory of the mean of their squares.
        epsilon: keeps the division finite; Keras's value.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate = _positive("learning_rate", learning_rate)
        self.beta_1 = validate.real_number("beta_1", beta_1, 0, 1)
        self.beta_2 = validate.real_number("beta_2", beta_2, 0, 1)
        self.epsilon = _positive("epsilon", epsilon)
        self._steps, self._mean, self._square = 0, {}, {}

    def update(self, weights, gradients):
        """Change the weights in place by one step."""
        self._steps += 1
        rate = (self.learning_rate * math.sqrt(1 - self.beta_2 ** self._steps)
                / (1 - self.beta_1 ** self._steps))
        for layer, name, weight, gradient in _pairs(weights, gradients):
            mean = self._mean.setdefault((layer, name), np.zeros_like(weight))
            square = self._square.setdefault((layer, name), np.zeros_like(weight))
            mean += (1 - self.beta_1) * (gradient - mean)
            square += (1 - self.beta_2) * (gradient * gradient - square)
            weight -= rate * mean / (np.sqrt(square) + self.epsilon)


def global_norm(gradients):
    """Return the length of all gradients taken as one vector.

    Args:
        gradients: dict of dicts of arrays.
    """
    return math.sqrt(sum(float(np.vdot(gradient, gradient)) for layer in gradients.values()
                         for gradient in layer.values()))


def clip_by_norm(gradients, limit):
    """Shorten the gradients, taken as one vector, to `limit` if they are longer.

    The direction stays (Pascanu, Mikolov and Bengio 2013, algorithm 1).

    Args:
        gradients: dict of dicts of arrays.
        limit: greatest length allowed, above 0.

    Returns:
        New gradients, and the norm before.
    """
    limit = _positive("limit", limit)
    norm = global_norm(gradients)
    factor = 1.0 if norm <= limit else limit / norm
    return _map(lambda gradient: gradient * gradient.dtype.type(factor), gradients), norm


def clip_by_value(gradients, limit):
    """Cut each entry to [-limit, limit]; this turns the direction.

    Args:
        gradients: dict of dicts of arrays.
        limit: greatest absolute value allowed, above 0.

    Returns:
        New gradients, and the norm before.
    """
    limit = _positive("limit", limit)
    clipped = _map(lambda gradient: np.clip(gradient, -limit, limit), gradients)
    return clipped, global_norm(gradients)


CLIPPING = {"norm": clip_by_norm, "value": clip_by_value}


@dataclass
class History:
    """What a training run did.

    losses and norms have one entry per step (norms before clipping); checks holds (step, value);
    steps counts the updates; solved_at is the step of the check that ended the run, or None;
    blown_up tells that the loss left the numbers or passed the limit; seconds are CPU seconds.
    """

    losses: list = field(default_factory=list)
    norms: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    steps: int = 0
    solved_at: int | None = None
    blown_up: bool = False
    seconds: float = 0.0


def fit(model, draw, steps, optimiser, clip=None, truncate=None, check=None, check_every=25,
        solved_below=None, loss_limit=1e3, label=None):
    """Train until solved, blown up or out of steps.

    Args:
        model: a Model, or anything with `weights` and `loss_and_gradients` alike.
        draw: function of the step number (from 0) that returns one batch, (x, targets) or
            (x, targets, mask).
        steps: updates at most.
        optimiser: SGD, Adam, or anything with `update(weights, gradients)`.
        clip: ("norm", limit) or ("value", limit), or None.
        truncate: window of truncated BPTT, or None.
        check: function without arguments that measures the model on data of its own, called
            after every `check_every` updates; None takes the mean of the last losses instead.
        check_every: updates between checks.
        solved_below: the run ends when a check is below this; None never ends early.
        loss_limit: a loss above this, or one that is no number, counts as blown up.
        label: show progress on one line under this name; None shows nothing.

    Returns:
        A History.

    Raises:
        InputError: wrong arguments.
    """
    steps = validate.whole_number("steps", steps)
    check_every = validate.whole_number("check_every", check_every)
    loss_limit = _positive("loss_limit", loss_limit)
    if not callable(draw):
        raise validate.InputError("draw must be a function of the step number that returns a "
                                  f"batch; got {type(draw).__name__}.")
    if clip is not None:
        if not isinstance(clip, tuple) or len(clip) != 2:
            raise validate.InputError("clip must be a pair such as ('norm', 1.0), or None; got "
                                      f"{clip!r}.")
        validate.one_of("clip[0]", clip[0], CLIPPING)
        _positive("clip[1]", clip[1])
    history, line = History(), ProgressLine(label, steps) if label else None
    started = time.process_time()
    with np.errstate(over="ignore", invalid="ignore"):       # a blow-up is a result here
        for step in range(steps):
            x, targets, *mask = draw(step)
            loss, gradients = model.loss_and_gradients(x, targets, *mask, truncate=truncate)
            history.losses.append(loss)
            if not loss <= loss_limit:                       # also true for NaN
                history.blown_up = True
                break
            if clip is None:
                norm = global_norm(gradients)
            else:
                gradients, norm = CLIPPING[clip[0]](gradients, clip[1])
            history.norms.append(norm)
            optimiser.update(model.weights, gradients)
            history.steps = step + 1
            if history.steps % check_every == 0:
                value = check() if check else float(np.mean(history.losses[-check_every:]))
                history.checks.append((history.steps, value))
                if line:
                    line.update(history.steps, f"{value:.4f}")
                if solved_below is not None and value < solved_below:
                    history.solved_at = history.steps
                    break
    history.seconds = time.process_time() - started
    if line:
        line.finish(history.steps, "blown up" if history.blown_up else
                    "solved" if history.solved_at else "")
    return history


class ProgressLine:
    """Progress on one line that is written over again and again.

    The last state ends the line; it holds no number that moves without the sign for 'about', so
    that a stored notebook can be compared with a fresh run.

    Args:
        label: what is going on.
        total: steps there are.
        unit: what is counted, in the plural.
        every: seconds between two writings.
    """

    WIDTH = 78

    def __init__(self, label, total, unit="steps", every=0.5):
        self.label = validate.text("label", label)
        self.total = validate.whole_number("total", total)
        self.unit = validate.text("unit", unit)
        self.every = validate.real_number("every", every, minimum=0)
        self._cpu, self._written = time.process_time(), time.monotonic()

    def update(self, done, note=""):
        """Show `done` of `total` and a short note, unless the line was written just now."""
        now = time.monotonic()
        if now - self._written < self.every:
            return
        self._written = now
        seconds = time.process_time() - self._cpu
        text = f"{self.label}: {done} of {self.total} {self.unit}, {seconds:.0f} CPU s  {note}"
        print("\r" + text[:self.WIDTH].ljust(self.WIDTH), end="", flush=True)

    def finish(self, done=None, note=""):
        """Write the last state and end the line.

        Args:
            done: how far it came, if it may have ended early; shown as a number that may move.
            note: a word that is the same on every machine.
        """
        reached = (f"{self.total} {self.unit}" if done in (None, self.total) else
                   f"\u2248 {done} of {self.total} {self.unit}")
        seconds = time.process_time() - self._cpu
        # Blanks first, not behind: how many would be needed depends on what moves.
        text = f"{self.label}: {reached}, \u2248 {seconds:.0f} CPU s" + f", {note}" * bool(note)
        print("\r" + " " * self.WIDTH + "\r" + text, flush=True)


def progress(items, label, unit="steps"):
    """Go through a sequence and show progress on one line.

    Args:
        items: anything with a length that can be gone through.
        label: what is going on.
        unit: what is counted, in the plural.

    Yields:
        The items.
    """
    line = ProgressLine(label, max(1, len(items)), unit)
    for done, item in enumerate(items):
        line.update(done)
        yield item
    line.finish()


def keras_progress(label, metric="loss"):
    """Return a callback that shows the progress of a Keras `fit(verbose=0)` on one line.

    Args:
        label: what is going on.
        metric: which of Keras's logs to show beside the count.

    Returns:
        A keras.callbacks.Callback.
    """
    import keras
    validate.text("label", label)

    class KerasProgress(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            per_epoch = self.params.get("steps") or 1
            self.done = 0
            self.line = ProgressLine(label, self.params["epochs"] * per_epoch)

        def on_train_batch_end(self, batch, logs=None):
            self.done += 1
            value = (logs or {}).get(metric)
            self.line.update(self.done, "" if value is None else f"{metric} {float(value):.4f}")

        def on_train_end(self, logs=None):
            self.line.finish(self.done)

    return KerasProgress()


def batches(arrays, batch, rng):
    """Return a `draw` for `fit` that goes through data in a new random order every epoch.

    Args:
        arrays: tuple of arrays with equal first axes.
        batch: examples per batch; a last smaller batch is left out.
        rng: seed or NumPy generator.

    Returns:
        Function of the step number that returns one batch of each array.

    Raises:
        InputError: arrays of unequal lengths, or fewer examples than one batch.
    """
    arrays = tuple(np.asarray(array) for array in arrays)
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) != 1:
        raise validate.InputError(f"arrays must have equal first axes; got lengths {lengths}.")
    batch = validate.whole_number("batch", batch, 1, lengths[0])
    rng, per_epoch, order = tasks.generator(rng), lengths[0] // batch, None

    def draw(step):
        nonlocal order
        place = step % per_epoch
        if place == 0 or order is None:
            order = rng.permutation(lengths[0])
        rows = order[place * batch:(place + 1) * batch]
        return tuple(array[rows] for array in arrays)

    return draw


def _positive(name, value):
    """Return `value` as a float if it is above 0."""
    value = validate.real_number(name, value, minimum=0)
    if value == 0:
        raise validate.InputError(f"{name} must be above 0; got 0.")
    return value


def _pairs(weights, gradients):
    """Yield (layer, name, weight, gradient) for all weights; the shapes must agree."""
    for layer, names in weights.items():
        for name, weight in names.items():
            gradient = gradients.get(layer, {}).get(name)
            if gradient is None or gradient.shape != weight.shape:
                got = "none" if gradient is None else f"shape {gradient.shape}"
                raise validate.InputError(f"the gradient of {layer} {name} must have shape "
                                          f"{weight.shape}; got {got}.")
            yield layer, name, weight, gradient


def _map(change, gradients):
    """Return `gradients` with `change` applied to every array."""
    return {layer: {name: change(gradient) for name, gradient in names.items()}
            for layer, names in gradients.items()}
