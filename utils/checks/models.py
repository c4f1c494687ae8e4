"""An exercise whose answer is a Keras model: checked by its structure, without training."""

import inspect
import random
from dataclasses import KW_ONLY, dataclass, field

from utils.checks.functions import StoppedError, UnwrittenError, guarded, unwritten
from utils.checks.kinds import Turn, cause, not_yet, wrong


@dataclass(frozen=True)
class Layer:
    """A layer as it is asked for: its class, and the settings that matter."""

    kind: str
    settings: dict

    def __str__(self):
        return self.kind


def layer(kind, **settings):
    """Return what is asked of a layer.

    Args:
        kind: name of its class, such as "LSTM".
        settings: what it must have, such as `units=32`; a setting that is not named may be
            anything. The value may be another `layer`, for `Bidirectional` and its like.
    """
    return Layer(kind, settings)


def bare(name):
    """Return a name as it is compared: 'GlorotUniform' and 'glorot_uniform' are the same."""
    return str(name).replace("_", "").lower()


def setting(built, name):
    """Return a setting of a layer; of a wrapper, the layer inside too."""
    if name == "layer" and not hasattr(built, "layer"):
        name = "forward_layer"
    if hasattr(built, name):
        return getattr(built, name)
    return built.get_config().get(name)


def readable(value):
    """Return a setting in a word."""
    if value is None or isinstance(value, str | int | float | list | tuple):
        return value
    return getattr(value, "__name__", type(value).__name__)


def layer_problem(wanted, built, place):
    """Return None if a layer is as asked for, or a sentence."""
    if type(built).__name__ != wanted.kind:
        return f"{place} is {type(built).__name__}; {wanted.kind} is asked for."
    for name, value in wanted.settings.items():
        found = setting(built, name)
        if isinstance(value, Layer):
            if problem := layer_problem(value, found, f"The layer inside {place}"):
                return problem
            continue
        found = readable(found)
        same = bare(found) == bare(value) if isinstance(value, str) else found == value
        if not same:
            return f"{place} has {name}={found}; {value} is asked for."
    return None


def flat(model):
    """Return the layers of a model, those of models inside it too, without its inputs."""
    found = []
    for one in model.layers:
        found += flat(one) if hasattr(one, "layers") and hasattr(one, "compile") else [one]
    return [one for one in found if type(one).__name__ != "InputLayer"]


def loss_name(loss):
    """Return the name of a loss, however it was given."""
    import keras
    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError:
            return loss
    return readable(getattr(loss, "fn", None) or loss)


def holds(has, model):
    """Tell whether a function says yes to a model; one that stops counts as no."""
    try:
        return bool(has(model))
    except Exception:           # what it asks for may not be there
        return False


@dataclass(frozen=True)
class Model(Turn):
    """A Keras model, or a function without arguments that returns one.

    Where one layer is asked for, that layer alone is an answer too.

    Args:
        name: see Turn.
        layers: list of `layer(...)`, in their order, inputs left out.
        may_have: names of layer classes that may stand anywhere and do not count.
        input_shape: with None for the batch; a model that does not know its inputs yet is
            measured with this one.
        output_shape: with None for the batch, or None for any.
        parameters: number of all weights, or None for any.
        compiled: the model must be compiled.
        loss: name of the loss, or "" for any.
        must: {sentence for a model without it: function that takes a model whose layers, shape and
            loss are right, and tells whether it has what is asked for}; asked in this order. One
            that stops counts as False.
        right: see Turn.
        wrong: {cause: function that takes the model and tells whether it has this mistake}; asked
            only for a model that is not right. One that stops counts as False.
        otherwise: see Turn.
    """

    layers: list
    _: KW_ONLY
    may_have: tuple = ()
    input_shape: tuple | None = None
    output_shape: tuple | None = None
    parameters: int | None = None
    compiled: bool = False
    loss: str = ""
    must: dict = field(default_factory=dict)

    def judge(self, answer):
        """Return the Verdict on a student's answer; None is what `compile` gives."""
        if answer is None:
            return not_yet("The answer is None; `compile` returns nothing: name the model first.")
        return super().judge(answer)

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        import keras
        if inspect.isroutine(answer):
            try:
                made, printed = guarded(answer)
            except UnwrittenError as error:
                return not_yet(str(error))
            except StoppedError as error:
                return wrong(str(error))
            if todo := unwritten(answer, made, printed):
                return todo
            answer = made
        if inspect.isclass(answer):
            return wrong(f"{answer.__name__} is a class: build one, with brackets.")
        if type(answer).__name__ == "History":
            return wrong("This is what `fit` returns; give the model itself.")
        alone = len(self.layers) == 1 and isinstance(answer, keras.layers.Layer)
        if not isinstance(answer, keras.Model) and not alone:
            return wrong(f"A Keras model is asked for; got a {type(answer).__name__}.")
        problem = self.problem(answer)
        if problem is None:
            return self.passed()
        for text, has in self.wrong.items():
            if holds(has, answer):
                return wrong(cause(text))
        return wrong(problem)

    def problem(self, model):
        """Return None if a model is as asked for, or a sentence."""
        import keras
        whole = isinstance(model, keras.Model)
        built = [one for one in (flat(model) if whole else [model])
                 if type(one).__name__ not in self.may_have]
        names = [type(one).__name__ for one in built]
        if names != [one.kind for one in self.layers]:
            return (f"Its layers are {', '.join(names) or 'none'}; asked for are "
                    f"{', '.join(map(str, self.layers))}.")
        for number, (wanted, one) in enumerate(zip(self.layers, built, strict=True), 1):
            place = f"Layer {number}, {wanted.kind}," if len(built) > 1 else f"The {wanted.kind}"
            if problem := layer_problem(wanted, one, place):
                return problem
        if not whole:
            return None
        return (self.shape_problem(model) or self.compile_problem(model)
                or next((text for text, has in self.must.items() if not holds(has, model)), None))

    def texts(self):
        """Return every text that the author wrote for a student."""
        return [*super().texts(), *self.must]

    def shape_problem(self, model):
        """Return None if a model's outputs and weights are as asked for, or a sentence."""
        if self.output_shape is None and self.parameters is None:
            return None
        if not model.built and self.input_shape is not None:
            model = measured(model, self.input_shape)
        if not model.built:
            return "It does not know its inputs yet: begin it with keras.Input(shape=...)."
        if self.output_shape is not None and model.output_shape != self.output_shape:
            return (f"Its output has shape {model.output_shape}; {self.output_shape} is asked "
                    "for.")
        if self.parameters is not None and model.count_params() != self.parameters:
            return f"It has {model.count_params():,} weights; {self.parameters:,} are asked for."
        return None

    def compile_problem(self, model):
        """Return None if a model is compiled as asked for, or a sentence."""
        if (self.compiled or self.loss) and not model.compiled:
            return "It is not compiled: call model.compile(...) with an optimizer and a loss."
        if self.loss and loss_name(model.loss) != loss_name(self.loss):
            return f"Its loss is {loss_name(model.loss)}; {self.loss} is asked for."
        return None

    def faults(self):
        """Return what is wrong with the layers of the definition."""
        return [] if self.layers else ["it asks for no layer"]


def measured(model, input_shape):
    """Return a copy of a model, built for inputs of this shape; the model stays as it is.

    Keras draws the seeds of new layers from Python's generator. Its state is put back, so that
    what a student trains afterwards does not depend on the check.
    """
    import keras
    state = random.getstate()
    try:
        copied = keras.models.clone_model(model)
        copied.build(input_shape)
    except Exception:           # a layer of the student's own may not be copied
        return model
    finally:
        random.setstate(state)
    return copied
