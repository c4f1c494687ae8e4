"""The exercises inside lesson 06, bidirectional RNN."""

from utils.checks.declare import Choice, Model, Number, Score, layer


def _kinds(model):
    """Return the names of the kinds of a model's layers."""
    return [type(one).__name__ for one in model.layers]


def _inner(model):
    """Return the layers that read forwards inside the bidirectional ones."""
    return [one.forward_layer for one in model.layers if type(one).__name__ == "Bidirectional"]


def _last_answers_once(model):
    """Tell whether the last bidirectional layer gives one vector for the whole sequence."""
    inner = _inner(model)
    return len(inner) == 2 and not inner[1].return_sequences


def _other_units(model):
    """Tell whether a reader has another number of units than 24."""
    return any(one.units != 24 for one in _inner(model))


READER = layer("GRU", units=24, return_sequences=True)

TURNS = [
    Choice("6.1", "c",
           right="Notice that nothing complains about the other three: shapes are right, numbers "
                 "stand at the wrong words.",
           wrong={"a": "In a the backward states are not turned: beside word 1 stands what was "
                       "read of the last word alone.",
                  "b": "In b the second reader also begins at word 1; its states are then turned "
                       "and stand at the wrong words.",
                  "d": "In d the second reader has the weights of the first; it must have its own, "
                       "`backward`."}),
    Number("6.2", 3136, within=0,
           right="Notice that it is exactly twice a SimpleRNN: the readers share nothing.",
           wrong={1568: "That is one reader. There are two, with weights of their own.",
                  3072: "The biases are missing: each reader has one for each of its 32 units.",
                  3104: "Each reader has a bias of its own: two times 32.",
                  1536: "That is one reader without its bias. There are two.",
                  6272: "That is four readers; there are two of 32 units.",
                  6208: "The old state has 32 numbers, not 64: the readers never meet, so U is 32 "
                        "by 32.",
                  7232: "Each reader keeps a state of 32 numbers; they meet in the output alone, "
                        "so U is 32 by 32.",
                  5184: "That is one SimpleRNN of 64 units; here U is twice 32 by 32.",
                  3656: "That includes the Dense layer; only the bidirectional layer is asked for.",
                  9600: "That is a GRU, with three blocks; here it is a SimpleRNN, with one."}),
    Score("6.3", at_least=0.9, at_most=1, metric="val_accuracy",
          right="Notice that nothing but the order has changed: the direction was the only "
                "obstacle.",
          wrong={(0.0, 0.35): "Less than guessing. Is the answer taken at the last word, place 7, "
                              "and compared with `y_after[:, 7]`?",
                 (0.35, 0.65): "That is guessing. Was the model trained on `x_before` and "
                               "`y_before`, and asked at place 7, not at place 2?",
                 (0.65, 0.8999): "On the way. Train for four epochs, as above."}),
    Score("6.4", at_least=0.8, at_most=1, metric="val_accuracy",
          right="Notice that it is lesson 1's reader with one layer wrapped, and that no layer got "
                "larger one way.",
          wrong={(0.0, 0.3): "Very low. Is it the loss? `evaluate` returns it first, then the "
                             "accuracy.",
                 (0.3, 0.7): "Lower than one way. Has the embedding `mask_zero=True`, and was the "
                             "model trained with a rate such as 0.005?",
                 (0.7, 0.76): "That is what one way gives. Wrap the recurrent layer in "
                              "`layers.Bidirectional`.",
                 (0.76, 0.7999): "Nearly. Train one or two epochs more."}),
    Model("6.5", [layer("Embedding", input_dim=5000, output_dim=32, mask_zero=True),
                  layer("Bidirectional", layer=READER), layer("Bidirectional", layer=READER),
                  layer("Dense", units=9, activation="softmax")],
          output_shape=(None, None, 9),
          right="Notice the shapes in `stacked.summary()`: 48 numbers a step go into the second "
                "layer.",
          wrong={"The last bidirectional layer gives one vector for the sentence; a tag is wanted "
                 "at every step.": _last_answers_once,
                 "The GRU must have 24 units each way.": _other_units,
                 "There is only one bidirectional layer; two are asked for.":
                     lambda model: _kinds(model).count("Bidirectional") == 1,
                 "There is no bidirectional layer: wrap each GRU in `layers.Bidirectional`.":
                     lambda model: "Bidirectional" not in _kinds(model),
                 "The readers must be GRU layers.":
                     lambda model: any(type(one).__name__ != "GRU" for one in _inner(model)),
                 "Flatten makes one long row of all steps; Dense answers at each step without it.":
                     lambda model: "Flatten" in _kinds(model)}),
]
