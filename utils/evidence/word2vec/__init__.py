"""CBOW and skip-gram with negative sampling in NumPy, the draws they need, and their scores."""

from utils.evidence.word2vec.scores import (
    analogy_scores,
    cosines,
    halves_score,
    keyed_vectors,
    nearest,
    neighbour_overlap,
    pair_score,
    split_words,
    unit_rows,
)
from utils.evidence.word2vec.steps import cbow, sigmoid, skip_gram
from utils.evidence.word2vec.text import (
    KEEP_RULES,
    WordList,
    draw_negatives,
    keep_probabilities,
    negative_probabilities,
    pairs,
    windows,
)
from utils.evidence.word2vec.train import MODELS, Blocks, Embedding, descend, train

__all__ = ["KEEP_RULES", "MODELS", "Blocks", "Embedding", "WordList", "analogy_scores", "cbow",
           "cosines", "descend", "draw_negatives", "halves_score", "keep_probabilities",
           "keyed_vectors", "nearest", "negative_probabilities", "neighbour_overlap", "pair_score",
           "pairs", "sigmoid", "skip_gram", "split_words", "train", "unit_rows", "windows"]
