"""One step of skip-gram and of CBOW with negative sampling: the loss and all its gradients.

A batch is a stack of blocks of text. A block has `length` centre words, and around them `window`
more words on either side, so that every pair of the block is one number in a matrix: scores are
matrix products, and so are gradients. The negatives are drawn once per batch and shared by all its
examples; each counts k / (number of negatives), so that the expected loss is that of the paper
(Mikolov et al. 2013, eq. 4) with k negatives per example.
"""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)), written with tanh, which cannot overflow."""
    result = np.tanh(0.5 * a)
    result *= 0.5
    result += 0.5
    return result


def skip_gram(W_in, W_out, centres, contexts, allowed, negatives, k, with_loss=True,
              skip_own=True):
    """Predict every context word from its centre word.

    The loss is the sum over all pairs (c, o) that are allowed of
    -log s(u_c . v_o) - k/N sum over negatives n, n != o, of log s(-u_c . v_n), s the sigmoid.

    Args:
        W_in: (vocabulary_size, vector_size), rows u.
        W_out: (vocabulary_size, vector_size), rows v.
        centres: (blocks, length) ids.
        contexts: (blocks, length + 2 window) ids.
        allowed: (blocks, length, length + 2 window), 1 where the word in that column is in the
            context of the centre in that row, else 0; of the dtype of W_in.
        negatives: (N,) ids.
        k: negatives per pair.
        with_loss: False saves the logarithms; the loss is then None.
        skip_own: a negative that is the pair's own context word does not count for this pair, as
            in word2vec.c and gensim; False counts it, as the paper's formula does.

    Returns:
        (loss, gradients of rows of W_in, gradients of rows of W_out); the gradients as lists of
        (ids, rows).
    """
    hidden, words = W_in[centres], W_out[contexts]
    scores = hidden @ words.swapaxes(1, 2)
    d_scores = allowed * (sigmoid(scores) - 1)
    # How many of a centre's pairs face each negative: all but those whose own word it is.
    weights = np.repeat(allowed.sum(axis=2, keepdims=True), len(negatives), axis=2)
    if skip_own:
        weights -= allowed @ (contexts[:, :, None] == negatives).astype(W_in.dtype)
    weights *= W_in.dtype.type(k / len(negatives))
    loss, d_hidden, d_negatives = _negatives(hidden, W_out[negatives], weights, with_loss)
    d_hidden += d_scores @ words
    d_words = d_scores.swapaxes(1, 2) @ hidden
    if with_loss:
        loss += float((allowed * np.logaddexp(0, -scores)).sum())
    return loss, [(centres, d_hidden)], [(contexts, d_words), (negatives, d_negatives)]


def cbow(W_in, W_out, centres, contexts, allowed, negatives, k, with_loss=True, skip_own=True,
         divide=True):
    """Predict every centre word from the mean of its context words.

    The loss is the sum over all centres c with a context of
    -log s(h . v_c) - k/N sum over negatives n, n != c, of log s(-h . v_n), with h the mean of the
    rows u of the context.

    Args:
        W_in: (vocabulary_size, vector_size), rows u.
        W_out: (vocabulary_size, vector_size), rows v.
        centres: (blocks, length) ids.
        contexts: (blocks, length + 2 window) ids.
        allowed: (blocks, length, length + 2 window), as for `skip_gram`.
        negatives: (N,) ids.
        k: negatives per centre.
        with_loss: False saves the logarithms; the loss is then None.
        skip_own: a negative that is the centre itself does not count for it.
        divide: the true gradient of a mean. word2vec.c and gensim leave out the division by the
            number of context words on the way back; False does as they do.

    Returns:
        As `skip_gram`.
    """
    size = allowed.sum(axis=2, keepdims=True)
    mean = allowed / np.maximum(size, 1)
    hidden, words = mean @ W_in[contexts], W_out[centres]
    present = np.minimum(size, 1)                          # 0 for a centre without any context
    scores = (hidden * words).sum(axis=2, keepdims=True)
    d_scores = sigmoid(scores) - 1
    weights = np.repeat(present, len(negatives), axis=2)
    if skip_own:
        weights *= centres[:, :, None] != negatives
    weights *= W_in.dtype.type(k / len(negatives))
    loss, d_hidden, d_negatives = _negatives(hidden, W_out[negatives], weights, with_loss)
    d_hidden += d_scores * words
    d_words = d_scores * hidden
    d_context = (mean if divide else allowed).swapaxes(1, 2) @ d_hidden
    if with_loss:
        loss += float((present * np.logaddexp(0, -scores)).sum())
    return loss, [(contexts, d_context)], [(centres, d_words), (negatives, d_negatives)]


def _negatives(hidden, words, weights, with_loss):
    """Return loss, d_hidden and d_words of the part that the negatives have in the loss."""
    shape = hidden.shape
    hidden, weights = hidden.reshape(-1, shape[2]), weights.reshape(-1, len(words))
    scores = hidden @ words.T
    loss = float((weights * np.logaddexp(0, scores)).sum()) if with_loss else None
    d_scores = weights * sigmoid(scores)
    return loss, (d_scores @ words).reshape(shape), d_scores.T @ hidden
