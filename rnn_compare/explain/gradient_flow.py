"""Gradient flow: backpropagation through time in NumPy, and the size of the gradient in a few long reviews.

Each cell has the backward pass of one timestep (``Cell.step_back``). In 64 bits, since over 500 timesteps a gradient
shrinks below what 32 bits can hold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import Gradient, StateGradients, StepValues
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Ids, Tell, dense, read_mask, recurrent_pass, recurrent_weights
from rnn_compare.explain.word_by_word import previous_values
from rnn_compare.networks.recurrent_layer import CellWeights, Mask, Trace
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import pad

Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 2**20
"""Hidden states in memory at a time: 8 MB, and up to ten times as much with signals and gradients."""
PROBE_SIZE = 16
"""Reviews in which the gradient is followed, the same for all networks."""
NEAR = 16
"""The number of words read last that are all included: there an LSTM's gradient falls steeply."""
FAR = 36
"""The number of other words that are included, at equal distances."""
QUARTILES = (0.5, 0.25, 0.75)
QUICK = 2**18
"""Numbers that recurrent layers compute for one review: LSTM(128) on 500 words takes a third of a second."""


def backpropagate(
    cell_name: str, trace: Trace, weights: CellWeights, last_gradient: Gradient, mask: Mask | None = None
) -> Gradient:
    """Propagates a gradient back through one direction of a recurrent layer.

    Args:
        trace: The layer's forward pass, with signals.
        last_gradient: Of the loss with respect to the last state (batch, units).
        mask: True where a timestep was read (batch, timesteps). Elsewhere states and gradients pass unchanged.

    Returns:
        The total gradients of the loss with respect to each of the cell's states after each timestep, in the order of
        the text (states, batch, timesteps, units): of the hidden state, then of the LSTM's carry, which also acts by
        the hidden state of the same timestep.
    """
    cell_type = cell(cell_name)
    U, b = weights.recurrent_kernel.astype(np.float64), weights.bias.astype(np.float64)  # noqa: N806  # as in cells/
    values = _step_values(cell_type.states, trace)
    gradients: StateGradients = (last_gradient, *(np.zeros_like(last_gradient) for _ in cell_type.states[1:]))
    timesteps = trace.states.shape[1]
    complete_gradients = np.empty((len(gradients), timesteps, *last_gradient.shape))
    for t in range(timesteps) if trace.backward else reversed(range(timesteps)):
        earlier, complete = cell_type.step_back(gradients, {name: value[:, t] for name, value in values.items()}, U, b)
        if mask is not None:
            is_read = mask[:, t, np.newaxis]
            earlier = tuple(np.where(is_read, new, old) for new, old in zip(earlier, gradients, strict=True))
            complete = tuple(np.where(is_read, new, old) for new, old in zip(complete, gradients, strict=True))
        complete_gradients[:, t] = complete
        gradients = earlier
    return complete_gradients.swapaxes(1, 2)


def _step_values(states: tuple[str, ...], trace: Trace) -> StepValues:
    # Masked signals are not a number and are not used: zeros keep that from spreading.
    values = {name: np.nan_to_num(signal.astype(np.float64)) for name, signal in trace.signals.items()}
    values["state"] = trace.states.astype(np.float64)
    return values | {f"previous_{name}": previous_values(values[name], trace.backward) for name in states}


@dataclass(frozen=True)
class GradientNorms:
    """Gradient norms in one direction of the last recurrent layer, in the order of the text.

    Attributes:
        backward: Whether the text was read from its end.
        states: ‖∂ℓ/∂h_t‖ of each review's binary cross-entropy ℓ and hidden state h_t (reviews, timesteps).
        carry: The same for the LSTM's carry, ‖∂ℓ/∂c_t‖; None for other cells.
        read: False at masked timesteps (reviews, timesteps).
    """

    backward: bool
    states: Array
    carry: Array | None
    read: NDArray[np.bool_]


def gradient_norms(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer], tell: Tell | None = None
) -> tuple[GradientNorms, ...]:
    """Computes the norm of the loss's gradient at each timestep of the last recurrent layer, without dropout.

    There is one result, or two where bidirectional: forward and backward.

    Args:
        ids: Word ids (batch, timesteps).
        labels: 1 for a positive review, 0 for a negative one (batch,).
    """
    shape = len(cell(experiment.cell).states), *ids.shape
    lengths = [np.empty(shape) for _ in range(2 if experiment.bidirectional else 1)]
    rows = max(1, NUMBERS_AT_ONCE // (ids.shape[1] * experiment.units))
    for start in range(0, len(ids), rows):
        part = slice(start, start + rows)
        for norms, gradients in zip(
            lengths, state_gradients(experiment, weights, ids[part], labels[part]), strict=True
        ):
            norms[:, part] = np.linalg.norm(gradients, axis=-1)
        if tell is not None:
            tell(min(start + rows, len(ids)), len(ids))
    mask = read_mask(experiment, ids)
    read = np.ones(ids.shape, np.bool_) if mask is None else mask
    return tuple(
        GradientNorms(backward, states, carry[0] if carry else None, read)
        for backward, (states, *carry) in zip((False, True), lengths, strict=False)
    )


def state_gradients(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer]
) -> tuple[Gradient, ...]:
    """Returns the gradients of ``backpropagate`` in each direction of the last recurrent layer.

    Arguments as in ``gradient_norms``.
    """
    last_states, layers = recurrent_pass(experiment, weights, ids, with_signals=True)
    # The gradient of the cross-entropy with respect to the sigmoid's input is probability - label.
    errors = sigmoid(dense(weights, last_states)).astype(np.float64) - labels
    last_gradient = np.outer(errors, weights["dense/kernel"].astype(np.float64))
    directions = recurrent_weights(experiment, weights)[-1]
    gradients = np.split(last_gradient, len(directions), axis=1)
    return tuple(
        backpropagate(experiment.cell, trace, direction, gradient, read_mask(experiment, ids))
        for trace, direction, gradient in zip(layers[-1], directions, gradients, strict=True)
    )


@dataclass(frozen=True)
class DirectionGradients:
    """The gradient in one direction of a recurrent layer, as it is drawn.

    Attributes:
        backward: Whether the text was read from its end.
        places: Words from the one read last, which is 1 (points,).
        states: The norm of the hidden state's gradient there, as a multiple of that at the last word: the ``QUARTILES``
            over the reviews, or the median alone where it is zero (rows, points).
        carry: The median of that of the LSTM's carry (points,); None for other cells.
    """

    backward: bool
    places: list[int]
    states: list[list[float]]
    carry: list[float] | None


@dataclass(frozen=True)
class FollowedGradient:
    """The gradient flow of one network in each direction, and the number of texts it was measured on."""

    texts: int
    directions: tuple[DirectionGradients, ...]


def is_quick(experiment: Experiment) -> bool:
    """Tells whether ``follow_gradient`` takes a fraction of a second for a recurrent network."""
    directions = 2 if experiment.bidirectional else 1
    blocks = cell(experiment.cell).blocks * experiment.layers * directions
    return experiment.maxlen * experiment.units * blocks <= QUICK


def follow_gradient(experiment: Experiment, weights: Weights, *, tell: Tell | None = None) -> FollowedGradient:
    """Returns the gradient flow in the reviews of ``probe_batch``, the same for all networks.

    Raises ``UserError`` if the source cannot be read.
    """
    ids, labels = probe_batch(experiment)
    norms = gradient_norms(experiment, weights, ids, labels, tell)
    return FollowedGradient(len(ids), tuple(gradient_flow(direction) for direction in norms))


def gradient_flow(norms: GradientNorms) -> DirectionGradients:
    """Summarizes one direction, in the order of backpropagation, at ``NEAR`` + ``FAR`` places of a long review."""
    states = relative(_from_end(norms.states, norms))
    carry = None if norms.carry is None else relative(_from_end(norms.carry, norms))[0]
    count = states.shape[1]
    near, far = (
        np.arange(1, min(NEAR, count) + 1),
        np.linspace(NEAR, max(NEAR, count), min(FAR, max(0, count - NEAR)) + 1),
    )
    places = np.concatenate([near, far[1:].round()]).astype(np.int64)
    rows = [_rounded(row[places - 1]) for row in states]
    return DirectionGradients(
        norms.backward, places.tolist(), rows, carry if carry is None else _rounded(carry[places - 1])
    )


def relative(sizes: Array) -> Array:
    """Returns the norms of the gradient over several reviews, relative to each review: all count the same.

    Args:
        sizes: The norm at each place of each review (reviews, places), the word read last first; not a number behind a
            review's first word. Reviews without any gradient are left out.

    Returns:
        The ``QUARTILES`` over the reviews (rows, places); zeros, in one row, if there is no gradient.

    Example:
        >>> relative(np.array([[1.0, 0.5], [2.0, 1.0], [0.1, 0.4]]))[0]
        array([1. , 0.5])
    """
    sums = np.nansum(sizes, axis=1)
    usable = sizes[np.isfinite(sums) & (sums > 0) & (sizes[:, 0] > 0)]
    if not len(usable):
        return np.zeros((1, sizes.shape[1]))
    quartiles: Array = np.nanquantile(usable / usable[:, :1], QUARTILES, axis=0, method="inverted_cdf")
    return quartiles


def _rounded(values: Array) -> list[float]:
    """Returns three digits of each; 0 for what is not a number."""
    return [float(f"{value:.3g}") if np.isfinite(value) else 0.0 for value in values]


def _from_end(values: Array, norms: GradientNorms) -> Array:
    from_end = np.full(values.shape, np.nan)
    for row, (sizes, read) in enumerate(zip(values, norms.read, strict=True)):
        words = sizes[read] if norms.backward else sizes[read][::-1]
        from_end[row, : len(words)] = words
    return from_end[:, : max(1, int(norms.read.sum(axis=1).max(initial=1)))]


def probe_batch(experiment: Experiment, size: int = PROBE_SIZE) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Returns the ids (size, maxlen) and labels (size,) of long validation reviews.

    They are the first of ``maxlen`` words or more, so that no gradient ends in padding; if there are too few, the
    longest others follow. Raises ``UserError`` if the source cannot be read.
    """
    reviews = prepared.load(experiment.dataset)
    ranks, offsets, labels = reviews.training
    held_out = reviews.places(experiment).validation
    words = np.minimum(offsets[held_out + 1] - offsets[held_out], experiment.maxlen)
    longest = held_out[np.argsort(-words, kind="stable")[:size]]
    rows = [pad(ranks, offsets[i : i + 2], experiment.vocabulary_size, experiment.maxlen)[0] for i in longest]
    return np.array(rows), np.array(labels[longest])
