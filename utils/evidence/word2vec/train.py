"""Train word vectors: blocks of text, stochastic gradient descent, a falling learning rate."""

from dataclasses import dataclass

import numpy as np
import threadpoolctl

from utils import environment, tasks, validate
from utils.evidence.word2vec import steps, text

MODELS = ("cbow", "skip-gram")
LENGTH = 16                       # centre words of a block
BLOCKS = 4                        # blocks of a batch
SHARED = {"cbow": 64, "skip-gram": 192}      # negatives of a batch
LEAST_RATE = 1e-4                 # where the learning rate ends


@dataclass
class Embedding:
    """What training gives.

    Attributes:
        word_list: the WordList.
        W_in: (vocabulary_size, vector_size) float32, the word vectors.
        W_out: the vectors of the same words as targets.
        tokens: words that were read, those left out by subsampling included.
        examples: pairs (skip-gram) or centres (CBOW) that were trained on.
        seconds: CPU seconds.
    """

    word_list: text.WordList
    W_in: np.ndarray
    W_out: np.ndarray
    tokens: int
    examples: int
    seconds: float

    def __getitem__(self, word):
        """Return the vector of a word.

        Raises:
            InputError: the word has no vector.
        """
        if word not in self.word_list.ids:
            raise validate.InputError(f"word must be one of the {len(self.word_list)} words that "
                                      f"have a vector; got {word!r}.")
        return self.W_in[self.word_list.ids[word]]


def train(sequences, model="skip-gram", vector_size=100, window=5, k=5, sample=1e-3, epochs=5,
          learning_rate=0.025, least_count=5, seed=0, power=0.75, shrink=True, skip_own=True,
          divide=False, shared=None):
    """Train vectors of words with negative sampling; the defaults are those of gensim.

    Args:
        sequences: list of token lists; no window reaches from one list into the next.
        model: "skip-gram" or "cbow".
        vector_size: numbers per word.
        window: greatest reach of a window.
        k: negatives per example.
        sample: threshold of subsampling, 0 for none (`keep_probabilities`).
        epochs: how often the text is read.
        learning_rate: at the start; it falls on a straight line to 1e-4. The examples of a batch
            add up, so a text of few different words needs a small one.
        least_count: leave out words that occur less often.
        seed: seed or generator. The same seed gives the same vectors to the last bit.
        power: exponent of the distribution of negatives.
        shrink: shrink each window at random (`windows`).
        skip_own: as for `skip_gram`.
        divide: as for `cbow`; False does as word2vec.c and gensim do.
        shared: negatives drawn per batch of 64 words and shared by its examples; None stands for
            64 with CBOW and 192 with skip-gram, which has several examples per word. More of them
            cost time and make the draw less noisy.

    Returns:
        An Embedding.

    Raises:
        InputError: wrong arguments, no word left, or vectors that grew without bound.
    """
    validate.one_of("model", model, MODELS)
    for name, value in (("vector_size", vector_size), ("window", window), ("k", k),
                        ("epochs", epochs)):
        validate.whole_number(name, value)
    shared = validate.whole_number("shared", SHARED[model] if shared is None else shared)
    validate.real_number("learning_rate", learning_rate, minimum=LEAST_RATE)
    word_list = text.WordList(sequences, least_count)
    rng = tasks.generator(seed)
    W_in = (rng.random((len(word_list), vector_size), np.float32) - np.float32(0.5)) / vector_size
    W_out = np.zeros_like(W_in)
    ids, texts = word_list.encode(sequences)
    keep = text.keep_probabilities(word_list.counts, sample)[ids]
    cumulative = text.negative_probabilities(word_list.counts, power).cumsum()
    step, options = steps.skip_gram, {"skip_own": skip_own}
    if model == "cbow":
        step, options = steps.cbow, options | {"divide": divide}
    examples = 0
    with (environment.Stopwatch() as watch, np.errstate(over="ignore", invalid="ignore"),
          threadpoolctl.threadpool_limits(1, user_api="blas")):
        for epoch in range(epochs):
            kept = rng.random(len(ids)) < keep
            if not kept.any():
                continue
            blocks = Blocks(ids[kept], texts[kept], window, rng, shrink)
            for start in range(0, len(blocks), BLOCKS):
                done = (epoch + start / len(blocks)) / epochs
                rate = np.float32(learning_rate - (learning_rate - LEAST_RATE) * done)
                centres, contexts, allowed = blocks[start:start + BLOCKS]
                negatives = text.draw_negatives(cumulative, shared, rng)
                _, d_in, d_out = step(W_in, W_out, centres, contexts, allowed, negatives, k,
                                      with_loss=False, **options)
                descend(W_in, d_in, rate)
                descend(W_out, d_out, rate)
            examples += blocks.count(model)
            if not np.isfinite(W_in).all():
                raise validate.InputError(
                    f"learning_rate must be small enough for the vectors to stay finite; with "
                    f"{learning_rate:g} they grew without bound in epoch {epoch + 1}.")
    return Embedding(word_list, W_in, W_out, epochs * len(ids), examples, watch.seconds)


def descend(weights, gradients, rate):
    """Take one step of gradient descent; a row that occurs several times moves by the sum.

    Args:
        weights: (vocabulary_size, vector_size), changed in place.
        gradients: list of (ids, rows), as from `skip_gram`.
        rate: the learning rate.
    """
    size = weights.shape[1]
    columns = np.arange(size)
    for ids, rows in gradients:
        # np.subtract.at is five times as fast along one axis as it is on rows.
        places = ids.reshape(-1, 1) * size + columns
        np.subtract.at(weights.reshape(-1), places.reshape(-1), (rate * rows).reshape(-1))


class Blocks:
    """A row of text cut into blocks of LENGTH centre words, each with its surroundings.

    The last block is filled up; what fills it has no pairs.
    """

    def __init__(self, ids, texts, window, rng, shrink=True, length=LENGTH):
        """Cut the text, and draw the reach of each window.

        Args:
            ids: (token_count,) whole numbers.
            texts: (token_count,) number of the text that each token belongs to.
            window: greatest reach.
            rng: generator that draws the reach of each window.
            shrink: as for `windows`.
            length: centre words of a block.

        Raises:
            InputError: no token.
        """
        ids = validate.array("ids", ids, ("token_count",))
        count = -(-len(ids) // length)
        self.window, self.length = window, length
        self.ids = np.zeros(count * length + 2 * window, np.int64)
        self.texts = np.full(len(self.ids), -1, np.int32)
        self.ids[window:window + len(ids)] = ids
        self.texts[window:window + len(ids)] = texts
        self.reach = np.zeros((count, length), np.int32)
        self.reach.reshape(-1)[:len(ids)] = text.windows(len(ids), window, rng, shrink)
        self.columns = np.arange(length + 2 * window)
        distance = np.abs(self.columns - np.arange(length)[:, None] - window)
        self.distance = np.where(distance > 0, distance, length + 2 * window)    # never its own
        self.count_of = {"cbow": 0, "skip-gram": 0}

    def __len__(self):
        """Return the number of blocks."""
        return len(self.reach)

    def __getitem__(self, chosen):
        """Return (centres, contexts, allowed) of a slice of blocks, as `skip_gram` takes them."""
        reach = self.reach[chosen]
        first = np.arange(len(self))[chosen] * self.length
        around = first[:, None] + self.columns
        inner = slice(self.window, self.window + self.length)
        contexts, texts = self.ids[around], self.texts[around]
        allowed = self.distance <= reach[:, :, None]
        allowed &= texts[:, None, :] == texts[:, inner, None]
        self.count_of["skip-gram"] += np.count_nonzero(allowed)
        self.count_of["cbow"] += np.count_nonzero(allowed.any(axis=2))
        return contexts[:, inner], contexts, allowed.astype(np.float32)

    def count(self, model):
        """Return how many examples of a model the blocks that were taken so far hold."""
        return self.count_of[model]
