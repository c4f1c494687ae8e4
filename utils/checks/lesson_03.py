"""The exercises inside lesson 03, vanishing and exploding gradients."""

import numpy as np

from utils.checks.declare import Choice, Function, Model, Number, Score, layer


def longest(U, steps):
    """Return the most by which an error can grow over some steps of a linear network."""
    return np.linalg.norm(np.linalg.matrix_power(U.T, steps), 2)


def clip(g, c):
    """Return a gradient, shortened to length c if it is longer."""
    return g * min(1, c / np.linalg.norm(g))


TURNING = np.array([[1.1, 0.2], [0.3, 0.7]])
LEANING = np.array([[0.9, 0.8], [0.0, 0.5]])

TURNS = [
    Number("3.1", 44, within=0,
           right="Notice how near 44 steps are: a short sentence, letter by letter.",
           wrong={43: "After 43 steps 1.08 % are left: one step more.",
                  43.7087: "A step is whole: after 43 steps there is still more than 1 % left.",
                  22: "That is for 10 %: is it 0.01?",
                  10: "Nothing is subtracted here: each step takes a tenth of what is *left*.",
                  9.9: "Nothing is subtracted here: each step takes a tenth of what is *left*.",
                  45: "One step too many: after 44 steps 0.97 % are left.",
                  -44: "Both logarithms are negative; their quotient is positive.",
                  2: "That takes 0.1 for the factor; 0.9 is what is left after one step."}),
    Function("3.2", longest,
             inputs={"the U above and 6 steps": (TURNING, 6),
                     "the U above and 1 step": (TURNING, 1),
                     "a U that leans and 5 steps": (LEANING, 5)},
             right="Notice that it is less than the bound, the largest singular value to the power "
                   "of the steps.",
             wrong={
                 "That is the bound: the longest errors of two steps need not point the same way. "
                 "Multiply the matrices first.":
                     lambda U, steps: np.linalg.norm(U, 2) ** steps,
                 "That is the largest eigenvalue; an error can grow more before it shrinks.":
                     lambda U, steps: np.abs(np.linalg.eigvals(U)).max() ** steps,
                 "U ** steps raises each number of the matrix to a power; a product of matrices is "
                 "`np.linalg.matrix_power`.": lambda U, steps: np.linalg.norm(U ** steps, 2),
                 "Without the 2, `np.linalg.norm` takes the root of the sum of all squares.":
                     lambda U, steps: np.linalg.norm(np.linalg.matrix_power(U, steps)),
                 "That is one step less than asked for: U stands `steps` times in the product.":
                     lambda U, steps: np.linalg.norm(np.linalg.matrix_power(U.T, steps - 1), 2),
                 "That is one step; there are `steps` of them.":
                     lambda U, steps: np.linalg.norm(U, 2),
                 "That is the shortest, the smallest singular value.":
                     lambda U, steps: np.linalg.norm(np.linalg.matrix_power(U, steps), -2)}),
    Choice("3.3", "b",
           right="Notice that C has a tanh, as the layer that fell above: start and inputs decide.",
           wrong={"a": "In C the tanh works where it is steep, near 0, and U copies: level. And "
                       "1.3, step after step, is not level.",
                  "c": "A sigmoid is flat: at most 1/4 of an error passes, so A cannot rise.",
                  "d": "A falls and B rises. In C the numbers inside the tanh are small; there its "
                       "slope is 1, and the identity copies."}),
    Function("3.4", clip,
             inputs={"g = (3, 4) and c = 1": (np.array([3.0, 4.0]), 1.0),
                     "g = (0.3, -0.4) and c = 1": (np.array([0.3, -0.4]), 1.0),
                     "g = (-6, 2, 3) and c = 2": (np.array([-6.0, 2.0, 3.0]), 2.0)},
             right="Notice that a gradient shorter than c is not touched: clipping cures no "
                   "vanishing.",
             wrong={
                 "A gradient shorter than c is lengthened here; it must stay as it is.":
                     lambda g, c: g * c / np.linalg.norm(g),
                 "Each number is cut for itself here, so the direction turns.":
                     lambda g, c: np.clip(g, -c, c),
                 "Length 1 is not asked for but length c.":
                     lambda g, c: g * min(1, 1 / np.linalg.norm(g)),
                 "max makes it longer, or leaves it: the factor must be at most 1, so min.":
                     lambda g, c: g * max(1, c / np.linalg.norm(g)),
                 "The fraction is upside down: a long g needs a small factor.":
                     lambda g, c: g * min(1, np.linalg.norm(g) / c),
                 "Dividing by the factor makes a long g longer: multiply.":
                     lambda g, c: g / min(1, c / np.linalg.norm(g)),
                 "np.minimum cuts each number for itself, and negative ones not at all; the length "
                 "counts.": lambda g, c: np.minimum(g, c),
                 "That is the square of the length; take its root, or np.linalg.norm.":
                     lambda g, c: g * min(1, c / np.sum(g ** 2)),
                 "That is the largest number in g, not the length of g.":
                     lambda g, c: g * min(1, c / np.abs(g).max()),
                 "That is the length alone; the gradient itself is asked for.":
                     lambda g, c: min(c, np.linalg.norm(g))}),
    Model("3.5", [layer("SimpleRNN", units=48, activation="relu",
                        recurrent_initializer="Identity"),
                  layer("Dense", units=1, activation="linear")],
          output_shape=(None, 1), compiled=True, loss="mean_squared_error",
          must={
              "It must take 3 numbers a step, and any number of steps: `Input((None, 3))`.":
                  lambda model: tuple(model.input_shape) == (None, None, 3),
              "This identity has a gain other than 1, and would not copy the state: `\"identity\"` "
              "alone.": lambda model: model.layers[0].recurrent_initializer.gain == 1,
              "The optimizer must be Adam: `keras.optimizers.Adam(0.001, ...)`.":
                  lambda model: type(model.optimizer).__name__ == "Adam",
              "`clipnorm` shortens each weight's gradient for itself, so the direction turns. "
              "Which word shortens all together?": lambda model: model.optimizer.clipnorm is None,
              "`clipvalue` cuts each number for itself, so the direction turns. "
              "Which word shortens all together?": lambda model: model.optimizer.clipvalue is None,
              "Adam does not clip here. One more word, inside its brackets, keeps the direction.":
                  lambda model: model.optimizer.global_clipnorm > 0},
          right="Notice that two words make it an IRNN, and that a third one bounds each step.",
          wrong={
              "It is U that starts as the identity: `recurrent_initializer`, not the kernel.":
                  lambda model: type(model.layers[0].kernel_initializer).__name__ == "Identity",
              "The activation is still tanh; a copied state needs relu.":
                  lambda model: model.layers[0].activation.__name__ == "tanh",
              "It answers at every step; one number a sequence is asked for.":
                  lambda model: model.layers[0].return_sequences,
              "U is still orthogonal, as Keras starts it: `recurrent_initializer=\"identity\"`.":
                  lambda model: "Orthogonal" in type(
                      model.layers[0].recurrent_initializer).__name__,
              "The number to predict may be of any size and sign: the Dense layer has no "
              "activation.": lambda model: model.layers[-1].activation.__name__ != "linear"}),
    Score("3.6", at_least=0.9, at_most=1,
          right="Notice that the way is 40 steps long, and that two symbols of 40 decide.",
          wrong={(0, 0.4): "That is guessing among four. More epochs: it can stand still for some "
                           "before it learns. Does the doctor's curve rise? If not: gates, another "
                           "rate.",
                 (0.4, 0.8999): "On the way. Train some epochs more.",
                 (1.0001, 2.0): "More than 1: is it the loss? `evaluate` returns the loss first, "
                                "the accuracy behind it.",
                 (2.0001, 100.0): "That looks like per cent; give a number from 0 to 1."}),
]
