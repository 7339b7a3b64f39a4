"""A whole network on NumPy arrays: from word ids to probabilities, and back to the gradient of every weight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from rnn_compare.fused import sequences, threads, vector_inputs, word_inputs
from rnn_compare.fused.arithmetic import Array, Indices
from rnn_compare.fused.packing import Mask
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.fused.vector_inputs import VectorPass
from rnn_compare.fused.word_inputs import WordGradients, WordPass


@dataclass(frozen=True)
class NetworkOptions:
    """Options of a network: ``Embedding``, recurrent layers, ``Dense(1, activation="sigmoid")``.

    Attributes:
        layers: For each recurrent layer how it reads, in one direction or in both (``Bidirectional``).
        mask_padding: Whether word 0 is skipped (``mask_zero``).
    """

    layers: tuple[tuple[LayerOptions, ...], ...]
    mask_padding: bool = False


@dataclass(frozen=True)
class _LayerPass:
    directions: Sequence[WordPass | VectorPass]
    dropout_masks: Sequence[Array | None]
    worth_sharing: bool


class _Direction(NamedTuple):
    how: LayerOptions
    dropout_mask: Array | None
    weights: Sequence[Array]


@dataclass(frozen=True)
class NetworkPass:
    """Results of the forward pass that the backward pass needs.

    Attributes:
        ids: What was read (batch, timesteps).
        layers: What each recurrent layer left.
        last: What the last of them returned (batch, width).
        logits: What the sigmoid was taken of (batch,).
    """

    ids: Indices
    layers: Sequence[_LayerPass]
    last: Array
    logits: Array


def forward(
    options: NetworkOptions, weights: Sequence[Array], ids: Indices, dropout_masks: Sequence[Sequence[Array | None]]
) -> NetworkPass:
    """Reads a batch.

    Args:
        options: Options of the layers.
        weights: As ``Sequential.weights`` of Keras has them: the embedding, those of each recurrent layer's directions,
            kernel and bias of the ``Dense`` layer.
        ids: Word ids (batch, timesteps).
        dropout_masks: For each recurrent layer and direction what each review's vectors are multiplied by
            (batch, features): 0 for what dropout leaves out; None without dropout.
    """
    table, *others = weights
    mask = ids != 0 if options.mask_padding else None
    remaining, layer_passes = iter(others), []
    vectors: Array | None = None
    for directions, dropping in zip(options.layers, dropout_masks, strict=True):
        pieces = [
            _Direction(how, dropout_mask, [next(remaining) for _ in range(how.kernel.weight_count)])
            for how, dropout_mask in zip(directions, dropping, strict=True)
        ]
        run: Callable[[_Direction], tuple[Array, WordPass | VectorPass]]
        if vectors is None:
            run = partial(_read_words, ids, mask, table, len(directions) == 1)
        else:
            run = partial(_read_vectors, vectors, mask)
        # A layer's directions know nothing of each other.
        worth_sharing = sequences.worth_sharing(ids.size, len(pieces[0].weights[0][0]))
        outputs, passes = zip(*threads.collect(run, pieces, worth_sharing), strict=True)
        layer_passes.append(_LayerPass(passes, dropping, worth_sharing))
        vectors = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)
    kernel, bias = remaining
    assert vectors is not None, "a network has a recurrent layer"
    return NetworkPass(ids, layer_passes, vectors, (vectors @ kernel + bias)[:, 0])


def probabilities(logits: Array) -> Array:
    """Returns the logistic function of numbers of any size."""
    shares: Array = np.exp(-np.logaddexp(np.float32(0), -logits))
    return shares


def losses(logits: Array, labels: Array) -> Array:
    """Returns each review's binary cross-entropy, from logits as Keras computes it (batch,)."""
    entropies: Array = np.logaddexp(np.float32(0), logits) - logits * labels
    return entropies


def backward(
    options: NetworkOptions, weights: Sequence[Array], forward_pass: NetworkPass, labels: Array
) -> tuple[WordGradients, list[Array]]:
    """Returns the gradients of the mean binary cross-entropy.

    Args:
        options: How it was read.
        weights: As in ``forward``, unchanged since.
        forward_pass: What ``forward`` left.
        labels: 0 or 1 (batch,).

    Returns:
        The embedding's gradient, and those of all other weights in their order.
    """
    table, kernel = weights[0], weights[-2]
    dlogits: Array = ((probabilities(forward_pass.logits) - labels) / np.float32(len(labels)))[:, np.newaxis]
    gradients = [forward_pass.last.T @ dlogits, dlogits.sum(axis=0)]
    gradient: Array = np.dot(dlogits, kernel.T)
    embedding: WordGradients | None = None
    for which, (directions, layer) in reversed(list(enumerate(zip(options.layers, forward_pass.layers, strict=True)))):
        parts: list[Array] = np.split(gradient, len(directions), axis=-1)
        of_weights: list[Array] = []
        below: Array | None = None
        pieces = list(zip(directions, layer.directions, parts, strict=True))
        gone_back = threads.collect(_go_back, pieces, layer.worth_sharing)
        for (of_inputs, own), dropout_mask in zip(gone_back, layer.dropout_masks, strict=True):
            if isinstance(of_inputs, WordGradients):
                embedding = of_inputs
            else:
                of_vectors = _times(of_inputs, dropout_mask)
                below = of_vectors if below is None else below + of_vectors
            of_weights += own
        gradients = of_weights + gradients
        if below is not None:
            gradient = below
            if which == 0:
                embedding = word_inputs.gradients_of_places(forward_pass.ids, below, len(table))
    assert embedding is not None, "a network has a recurrent layer"
    return embedding, gradients


def _read_words(
    ids: Indices, mask: Mask | None, table: Array, single: bool, direction: _Direction
) -> tuple[Array, WordPass | VectorPass]:
    how, dropout_mask, weights = direction
    output, word_pass = word_inputs.forward(how, mask, ids, table, *weights, dropout_mask=dropout_mask)
    # Keras adds up the gradients that a place gets from both directions before the optimizer squares them, so the
    # places must be told apart there.
    layer_pass = word_pass if single else VectorPass(word_pass.recurrence, (*ids.shape, table.shape[1]))
    return _in_order(how, output), layer_pass


def _read_vectors(vectors: Array, mask: Mask | None, direction: _Direction) -> tuple[Array, VectorPass]:
    how, dropout_mask, weights = direction
    output, vector_pass = vector_inputs.forward(how, mask, _times(vectors, dropout_mask), *weights)
    return _in_order(how, output), vector_pass


def _go_back(
    direction: tuple[LayerOptions, WordPass | VectorPass, Array],
) -> tuple[WordGradients | Array, Sequence[Array]]:
    """Returns the gradient of what a direction read, and those of its weights."""
    how, forward_pass, gradient = direction
    gradient = np.ascontiguousarray(_in_order(how, gradient))
    of_words: WordGradients
    of_vectors: Array
    if isinstance(forward_pass, WordPass):
        of_words, own = word_inputs.backward(how, forward_pass, gradient)
        return of_words, own
    of_vectors, own = vector_inputs.backward(how, forward_pass, gradient)
    return of_vectors, own


def _times(vectors: Array, dropout_mask: Array | None) -> Array:
    return vectors if dropout_mask is None else vectors * dropout_mask[:, np.newaxis, :]


def _in_order(how: LayerOptions, states: Array) -> Array:
    """Returns states after each timestep in the order of the text, which ``how`` may read from its end, or back."""
    return states[:, ::-1] if how.backwards and how.every_step else states
