"""The exercises inside lesson 07, encoder and decoder, and attention."""

import numpy as np

from utils.checks.declare import Choice, Function, Number, Score


def mixed(given, own, coin):
    """Return what the decoder is given: the right words, and its own where the coin says so."""
    shifted = np.concatenate([given[:, :1], own[:, :-1]], axis=1)
    return np.where(coin, shifted, given)


def attend(s, memory):
    """Return the weighted mean of the encoder's states, and the weights."""
    fit = memory @ s
    weights = np.exp(fit) / np.exp(fit).sum()
    return weights @ memory, weights


def _attend(fit, mean=lambda weights, memory: weights @ memory, squeeze=None):
    """Return a way to attend with one of its parts changed."""
    def found(s, memory):
        fits = fit(s, memory)
        weights = np.exp(fits) / np.exp(fits).sum() if squeeze is None else squeeze(fits)
        return mean(weights, memory), weights
    return found


def _coin(seed, *shape):
    """Return thrown coins, the first of each row and of each column True."""
    thrown = np.random.default_rng(seed).random(shape) < 0.5
    thrown[0], thrown[:, 0] = True, True
    return thrown


def _ids(seed, *shape):
    """Return word numbers, no two of them alike, so that no place can be mistaken for another."""
    size = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(size).reshape(shape) + 100 * (seed + 1)


_DOT = [(np.array([2.0, 0.0]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])),
        (np.array([0.3, -0.8]), np.array([[0.5, 0.2], [-0.4, 0.9]]))]

TURNS = [
    Choice("7.1", "b",
           right="Notice that column by column it says: given the word before, write this one.",
           wrong={"a": "In a the decoder is given the very word that it must write: it learns to "
                       "copy.",
                  "c": "In c the rows are at each other's place: it would learn to write the word "
                       "before.",
                  "d": "In d the rows differ in length: `fit` stops, or the end is given with "
                       "nothing left to write."}),
    Function("7.2", mixed,
             inputs=[(_ids(0, 3, 4), _ids(1, 3, 4), _coin(2, 3, 4)),
                     (_ids(3, 2, 6), _ids(4, 2, 6), _coin(5, 2, 6))],
             right="Notice that it still learns to write the right word; only what it is given "
                   "changes.",
             wrong={
                 "The own words are not shifted: own[:, t] is what comes next, so it belongs into "
                 "column t + 1.": lambda given, own, coin: np.where(coin, own, given),
                 "The first column must stay start; the own words begin in the second.":
                     lambda given, own, coin: np.where(
                         coin, np.concatenate([own[:, :1], own[:, :-1]], axis=1), given),
                 "Where the coin is True the own word is wanted, and here it is the other way "
                 "round.": lambda given, own, coin: mixed(given, own, ~coin),
                 "The rows are shifted the wrong way: column t takes the own word of t - 1.":
                     lambda given, own, coin: np.where(
                         coin, np.concatenate([own[:, 1:], given[:, -1:]], axis=1), given),
                 "np.roll brings the last word round to the front, where start belongs.":
                     lambda given, own, coin: np.where(coin, np.roll(own, 1, axis=1), given),
                 "The coin is not used: every word is the network's own.":
                     lambda given, own, coin: np.concatenate([given[:, :1], own[:, :-1]], axis=1)}),
    Number("7.3", 0.36, within=0.001,
           right="Notice that its first word is only the second best: greedy never goes there.",
           wrong={0.25: "That is greedy's way, A and D. Another way has a higher product.",
                  0.9: "That is the second step alone; multiply it by the first.",
                  1.3: "Probabilities along a way are multiplied, not added.",
                  1.0: "That is the second step of C alone, and C itself has 0.1.",
                  0.1: "That is the way over C. Another way has a higher product.",
                  (-1.03, -1.01): "That is the logarithm; the probability is asked for.",
                  0.4: "That is the first step alone; multiply it by the second.",
                  0.5: "That is the first step of greedy alone."}),
    Function("7.4", attend, inputs=_DOT,
             right="Notice that nothing is trained here: the states themselves say what fits.",
             wrong={
                 "The weights are not used: what is found is the plain mean of the states.":
                     _attend(lambda s, memory: memory @ s,
                             lambda weights, memory: memory.mean(axis=0)),
                 "The states are summed without their weights.":
                     _attend(lambda s, memory: memory @ s,
                             lambda weights, memory: memory.sum(axis=0)),
                 "Only the state that fits best is taken; every state comes in, with its weight.":
                     _attend(lambda s, memory: memory @ s,
                             lambda weights, memory: memory[weights.argmax()]),
                 "The fit is divided by the root of the units; that is the transformer's scaled "
                 "product, not the one of the table.":
                     _attend(lambda s, memory: memory @ s / np.sqrt(memory.shape[1])),
                 "What is found has one row for each state; sum them up.":
                     _attend(lambda s, memory: memory @ s,
                             lambda weights, memory: weights[:, None] * memory),
                 "The fit must be the product with s; here s is left out.":
                     _attend(lambda s, memory: memory.sum(axis=1))}),
    Number("7.5", 3 / (np.exp(2) + 4), within=0.004,
           right="Notice that a mask makes this 0: no weight may fall where nothing was read.",
           wrong={0.0: "Without a mask the padding takes part: its fit is 0, and e to the 0 is 1.",
                  0.6: "That is the share of the places. The weights are softmax of the fits.",
                  3 / (np.exp(2) + 1): "The sum below must hold all five places, the padding too.",
                  1 / (np.exp(2) + 4): "That is one padded place; there are three.",
                  4 / (np.exp(2) + 4): "That counts the second word too; its fit is 0 as well, but "
                                       "it is no padding.",
                  np.exp(2) / (np.exp(2) + 4): "That is the weight of the first word."}),
    Score("7.6", at_least=0.9, at_most=1,
          right="Notice that neither the order of the words nor the place to cut had to be told.",
          wrong={(0.0, 0.0001): "None is right. Are both rows shifted, and does the decoding stop "
                                "at the end token?",
                 (0.0001, 0.5): "On the way. Is `tokens` cutting letters? Here words are the "
                                "tokens. Or train more epochs.",
                 (0.5, 0.8999): "Nearly. Train a few more epochs, or with more units.",
                 (1.0001, 100): "That is in per cent; give a share from 0 to 1."}),
]
