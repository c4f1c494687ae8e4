"""The exercises inside lesson 05, GRU."""

import numpy as np

from utils.checks.declare import Choices, Function, Model, Number, Score, layer
from utils.checks.kinds import wrong


def new_state(h, z, g):
    """Return the new state: z parts of the old one, the rest of the candidate."""
    return z * h + (1 - z) * g


def candidate_before(x_g, h, r, U_g):
    """Return the candidate of a GRU that resets the state before the product with U."""
    return np.tanh(x_g + (r * h) @ U_g)


class _Opened(Model):
    """A model whose GRU starts with a bias of 2 on its update gates and 0 elsewhere."""

    def problem(self, model):
        """Return None if a model is as asked for, or a sentence."""
        return super().problem(model) or _start_problem(model)


def _start_problem(model):
    """Return None if the biases of a model's GRU start as asked for, or a sentence."""
    gru = next(one for one in model.layers if type(one).__name__ == "GRU")
    if not gru.built:
        return "It does not know its inputs yet: begin it with layers.Input((None,))."
    update, rest = np.split(np.atleast_2d(gru.get_weights()[2])[0], [gru.units])
    if not update.any():
        return "Its update gates start with bias 0, half open; `start(z=2)` gives them 2."
    if not np.allclose(update, 2):
        return f"Its update gates start with bias {update[0]:.3g}; 2 is asked for."
    return "Its other biases must start at 0: give `start` nothing but z." if rest.any() else None


def _takes_chances(model):
    """Tell whether the loss of a model takes chances, which is what a softmax gives it."""
    config = getattr(model.loss, "get_config", dict)()
    return not (config.get("from_logits") or getattr(model.loss, "_fn_kwargs", {}).get(
        "from_logits"))


class _Tested(Score):
    """A score on test data, which no history of `fit` holds."""

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        if isinstance(getattr(answer, "history", answer), dict):
            return wrong("This is what `fit` returns, of the training data. Give "
                         "`evaluate(..., spoken_test)[1]`, the accuracy on the test texts.")
        return super().verdict(answer)


_STATE, _RESET = np.array([0.5, -0.8, 0.3]), np.array([0.9, 0.1, 0.5])
_MATRIX = np.array([[0.7, -0.4, 1.1], [0.2, 0.9, -0.6], [-1.3, 0.5, 0.8]])
_INPUT = np.array([0.1, -0.3, 0.6])

TURNS = [
    Function("5.1", new_state,
             inputs=[(0.8, 0.75, -0.4),
                     (np.array([0.5, -0.9, 0.3]), np.array([0.2, 0.7, 1.0]),
                      np.array([-0.5, 0.4, 0.6]))],
             right="Notice that z = 1 leaves the state exactly as it is, and z = 0 replaces it.",
             wrong={
                 "z and 1 - z are at each other's place: here z keeps, so it belongs to the old "
                 "state.": lambda h, z, g: (1 - z) * h + z * g,
                 "The candidate comes in whole here; 1 - z must say how much of it.":
                     lambda h, z, g: z * h + g,
                 "The old state stays whole here; z must say how much of it.":
                     lambda h, z, g: h + (1 - z) * g,
                 "There is no tanh around the mix; a mix of two numbers is between them anyway.":
                     lambda h, z, g: np.tanh(z * h + (1 - z) * g),
                 "One gate has two jobs here: the candidate is multiplied by 1 - z, not by z.":
                     lambda h, z, g: z * h + z * g,
                 "A product of the two parts is no mix: add them.":
                     lambda h, z, g: z * h * (1 - z) * g}),
    Function("5.2", candidate_before, inputs=[(_INPUT, _STATE, _RESET, _MATRIX)],
             right="Notice that a unit that is reset here is invisible to all units, not to itself "
                   "alone.",
             wrong={
                 "This resets after the product with U; the form before resets the state first.":
                     lambda x_g, h, r, U_g: np.tanh(x_g + r * (h @ U_g)),
                 "The reset gate is not used here.": lambda x_g, h, r, U_g: np.tanh(x_g + h @ U_g),
                 "`*` is unit by unit; the matrix needs `@`.":
                     lambda x_g, h, r, U_g: np.tanh(x_g + r * h * U_g),
                 "The tanh is missing.": lambda x_g, h, r, U_g: x_g + (r * h) @ U_g,
                 "The input is reset, too; r belongs to the old state alone.":
                     lambda x_g, h, r, U_g: np.tanh(r * x_g + (r * h) @ U_g),
                 "U is transposed here.": lambda x_g, h, r, U_g: np.tanh(x_g + U_g @ (r * h)),
                 "1 - r is not wanted: r itself says how much the candidate gets.":
                     lambda x_g, h, r, U_g: np.tanh(x_g + ((1 - r) * h) @ U_g),
                 "The input is missing: x_g.": lambda x_g, h, r, U_g: np.tanh((r * h) @ U_g)}),
    Number("5.3", 6336, within=0,
           right="Notice: three quarters of the LSTM would be 6,240; the second bias adds 96.",
           wrong={6240: "Nearly: that is three blocks with one bias each. Keras's default, "
                        "reset_after=True, has two.",
                  8320: "That is the LSTM. A GRU has three blocks.",
                  4224: "That is two blocks. Two gates, but the candidate has weights too.",
                  2112: "That is one block, with two biases. A GRU has three.",
                  2080: "That is one block, a SimpleRNN. A GRU has three.",
                  6144: "The biases are missing: two for each unit in each block.",
                  8448: "That is four blocks with two biases each. A GRU has three blocks."}),
    Choices("5.4", {"z": "b", "r": "c", "candidate": "b", "new state": "a"},
            options=("a", "b", "c", "d"),
            right="Notice that three of the four lines lack the same thing: a matrix U.",
            wrong={
                "z": {"a": "In the line of z, h is added as it is; which matrix has the table "
                           "there?",
                      "c": "z does look at the old state: h stands in its line. But how?",
                      "d": "z against 1 - z is a matter of the last line, not of this one."},
                "r": {"a": "Which letter of the line of r is the old state? Look for h.",
                      "b": "There is no h at all in the line of r; (r-1) is its own last value.",
                      "d": "There is no 1 - z in the line of r."},
                "candidate": {"a": "In the candidate r * h is added as it is; which matrix has the "
                                   "table there?",
                              "c": "The candidate does look at the old state: r * h. But how?",
                              "d": "There is no 1 - z in the line of the candidate."},
                "new state": {"b": "The mix needs no matrix: each unit mixes its own two numbers.",
                              "c": "The mix does look at the old state: z * h(t-1).",
                              "d": "In Keras's order z keeps the old state, as in this line."}}),
    _Opened("5.5", [layer("Embedding", input_dim=3000, output_dim=16, mask_zero=True),
                    layer("GRU", units=24, activation="tanh", go_backwards=False,
                          return_sequences=False),
                    layer("Dense", units=5, activation="softmax")],
            output_shape=(None, 5), compiled=True, loss="sparse_categorical_crossentropy",
            must={"The softmax gives chances already; leave `from_logits=True` out of the loss.":
                  _takes_chances},
            right="Notice that of its weights 48,000 are word vectors, and only 3,024 the GRU."),
    _Tested("5.6", at_least=0.95, at_most=1,
            right="Notice that nobody told it what a language is. With a vocabulary above 40 it "
                  "has read words; read letters.",
            wrong={(0.0, 0.15): "Less than guessing. Is it the loss, which `evaluate` gives first? "
                                "Or are texts and labels in different orders?",
                   (0.15, 0.3): "That is guessing, one in five. Was the model trained, and the "
                                "vectorizer adapted once, on `spelt` alone?",
                   (0.3, 0.9499): "On the way. Train a few more epochs, and check the mask and the "
                                  "learning rate (0.01); use one vectorizer for both parts."}),
]
