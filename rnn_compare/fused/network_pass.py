"""A whole network on NumPy arrays: from word ids to logits, and back to the gradients of all weights."""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import layer, sequences, threads
from rnn_compare.fused.arithmetic import Array, Indices
from rnn_compare.fused.embedding import EmbeddingGradient, embedding_gradient
from rnn_compare.fused.layer import LayerPass, WordPass
from rnn_compare.fused.sequences import LayerOptions

_Direction = tuple[LayerOptions, Sequence[Array], Array | None]


@dataclass(frozen=True)
class NetworkOptions:
    """Options of a network: ``Embedding``, recurrent layers, ``Dense(1, activation="sigmoid")``.

    Attributes:
        layers: The options of each recurrent layer's one direction, or of both (``Bidirectional``).
        mask_padding: Whether word 0 is masked (``mask_zero``).
    """

    layers: tuple[tuple[LayerOptions, ...], ...]
    mask_padding: bool = False


@dataclass(frozen=True)
class NetworkPass:
    """Values of the forward pass that the backward pass needs.

    Attributes:
        ids: Word ids (batch, timesteps).
        layers: The passes of each recurrent layer's directions.
        features: Output of the last recurrent layer (batch, features).
        logits: Input of the sigmoid (batch,).
    """

    ids: Indices
    layers: Sequence[Sequence[LayerPass]]
    features: Array
    logits: Array


def forward(
    options: NetworkOptions, weights: Sequence[Array], ids: Indices, dropout_masks: Sequence[Sequence[Array | None]]
) -> NetworkPass:
    """Runs a network over a batch.

    Args:
        options: Network options.
        weights: All weights in the order of Keras' ``Sequential.weights``.
        ids: Word ids (batch, timesteps).
        dropout_masks: For each recurrent layer and direction the factors of each review's vectors (batch, features),
            0 for dropped features; None without dropout.
    """
    table, *others = weights
    mask = ids != 0 if options.mask_padding else None
    remaining, layer_passes = iter(others), []
    vectors: Array | None = None
    for directions, dropout in zip(options.layers, dropout_masks, strict=True):
        tensors = [
            list(itertools.islice(remaining, 2 + (direction.cell.cell.recurrent != "none"))) for direction in directions
        ]

        def run(direction: _Direction, x: Array | None = vectors) -> tuple[Array, LayerPass]:
            layer_options, own_weights, dropout_mask = direction
            if x is not None:
                return layer.forward_vectors(layer_options, mask, x, own_weights, dropout_mask)
            return layer.forward_words(layer_options, mask, ids, table, own_weights, dropout_mask)

        pieces = [*zip(directions, tensors, dropout, strict=True)]
        outputs, passes = zip(*threads.collect(run, pieces, _worth_sharing(ids, tensors[0][0])), strict=True)
        layer_passes.append(passes)
        vectors = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)
    kernel, bias = remaining
    assert vectors is not None, "a network has a recurrent layer"
    return NetworkPass(ids, layer_passes, vectors, (vectors @ kernel + bias)[:, 0])


def probabilities(logits: Array) -> Array:
    """Returns the logistic function of logits of any size."""
    values: Array = np.exp(-np.logaddexp(np.float32(0), -logits))
    return values


def losses(logits: Array, labels: Array) -> Array:
    """Returns the binary cross-entropy of each review (batch,), computed from logits as in Keras."""
    entropies: Array = np.logaddexp(np.float32(0), logits) - logits * labels
    return entropies


def backward(
    weights: Sequence[Array], forward_pass: NetworkPass, labels: Array
) -> tuple[EmbeddingGradient, list[Array]]:
    """Returns the gradients of the mean binary cross-entropy.

    Args:
        weights: As in ``forward``, unchanged since.
        forward_pass: The result of ``forward``.
        labels: 0 or 1 (batch,).

    Returns:
        The gradient of the embedding, and those of all other weights in their order.
    """
    table, kernel = weights[0], weights[-2]
    dlogits: Array = ((probabilities(forward_pass.logits) - labels) / np.float32(len(labels)))[:, np.newaxis]
    gradients = [forward_pass.features.T @ dlogits, dlogits.sum(axis=0)]
    gradient: Array = np.dot(dlogits, kernel.T)
    for passes in reversed(forward_pass.layers):
        if len(passes) == 1 and isinstance(passes[0], WordPass):
            embedding, of_weights = layer.backward_words(passes[0], gradient)
            return embedding, [*of_weights, *gradients]
        parts = map(np.ascontiguousarray, np.split(gradient, len(passes), axis=-1))
        pieces = [*zip(passes, parts, strict=True)]
        worth_sharing = _worth_sharing(forward_pass.ids, passes[0].recurrence.kernel)
        results = threads.collect(lambda piece: layer.backward_vectors(*piece), pieces, worth_sharing)
        of_vectors, of_directions = zip(*results, strict=True)
        gradients = [*itertools.chain.from_iterable(of_directions), *gradients]
        gradient = functools.reduce(np.add, of_vectors)
    # Where two directions read a word, Keras adds their gradients at each timestep before it squares them.
    return embedding_gradient(forward_pass.ids, gradient, len(table)), gradients


def _worth_sharing(ids: Indices, kernel: Array) -> bool:
    return sequences.worth_sharing(ids.size, kernel.shape[1])
