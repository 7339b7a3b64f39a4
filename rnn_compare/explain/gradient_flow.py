"""Gradient flow: size and reach of the gradient back through a few long reviews, as medians."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.explain.backpropagation import Array, GradientNorms, gradient_norms
from rnn_compare.explain.prediction import Tell
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import pad
from rnn_compare.runs.events import DirectionGradients

PROBE_SIZE = 16
"""Reviews, wherever the gradient is followed: what is recorded after an epoch and what is looked at later agree."""
NEAR = 16
"""The last words that were read are all kept: there an LSTM's gradient falls steeply."""
FAR = 36
"""Number of the others that are kept, at equal distances."""
QUARTILES = (0.5, 0.25, 0.75)
"""The median, and between which the middle half of the reviews lies."""


@dataclass(frozen=True)
class GradientTrack:
    """The backpropagated gradient for one kind of state, from the word read last to the one read first.

    Every review counts the same: its gradient is scaled by itself, so how wrong the verdict on it is has no part.
    Rows are the ``QUARTILES`` over the reviews, or the median alone.

    Attributes:
        size: The gradient's length at the last word, the median over the reviews.
        relative: That at each place, as a multiple of that at the last word (rows, points).
        share: How much of the sum over all words the words up to each place hold, from 0 to 1 (rows, points).
        memory: The reach: how many last words hold half of the sum (rows,); (0,) where there is no gradient.
            A row of ``share`` reaches one half at that place and no sooner.
    """

    size: float
    relative: Array
    share: Array
    memory: tuple[int, ...]

    def plain(self, places: NDArray[np.int64]) -> dict[str, Any]:
        """Returns it at some of the places, counted from 1, in plain values of three digits; what is no number is 0."""
        return {
            "size": _rounded(self.size),
            "relative": [[_rounded(value) for value in row] for row in self.relative[:, places - 1]],
            # Rounded down, so that none reaches one half too soon.
            "share": [[math.floor(1000 * value + 1e-9) / 1000 for value in row] for row in self.share[:, places - 1]],
            "memory": list(self.memory),
        }


def track(sizes: Array, quartiles: Sequence[float] = QUARTILES) -> GradientTrack:
    """Summarizes how the gradient goes back through several reviews.

    Args:
        sizes: The gradient's length at each place of each review, the word read last first; not a number where a
            review has ended (reviews, places). A review without any gradient is left out.
        quartiles: The rows of the result.

    Example:
        >>> track(np.array([[1.0, 1.0, 1.0, 1.0], [0.2, 0.2, 0.1, 5.0], [8.0, 1.0, 0.0, 0.0]])).memory
        (2, 1, 4)
    """
    sums = np.nansum(sizes, axis=1)
    there = np.isfinite(sums) & (sums > 0) & (sizes[:, 0] > 0)
    if not there.any():
        return GradientTrack(0.0, np.zeros((1, sizes.shape[1])), np.zeros((1, sizes.shape[1])), (0,))
    usable = sizes[there]
    shares = np.nancumsum(usable, axis=1) / sums[there, np.newaxis]
    # The quantiles are those of an actual review at each place, so that a share's crossing of one half is that of
    # the reaches: as many reviews are beyond one half as have a reach so short.
    from_largest = np.sort(shares, axis=0)[::-1]
    memories = np.sort(1 + np.argmax(shares >= 0.5, axis=1))
    ranks = [math.ceil(quartile * len(usable)) - 1 for quartile in quartiles]
    relative = np.nanquantile(usable / usable[:, :1], quartiles, axis=0, method="inverted_cdf")
    size = float(np.quantile(usable[:, 0], 0.5, method="inverted_cdf"))
    return GradientTrack(size, relative, from_largest[ranks], tuple(int(memories[rank]) for rank in ranks))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if np.isfinite(value) else 0.0


@dataclass(frozen=True)
class FollowedGradient:
    """The gradient of one network, followed from the verdict back through long reviews, in each direction."""

    reviews: int
    directions: tuple[DirectionGradients, ...]


def follow_gradient(experiment: Experiment, weights: Weights, *, tell: Tell | None = None) -> FollowedGradient:
    """Follows the gradient through reviews that are the same for all networks: see ``probe_batch``.

    Raises ``UserError`` if the source cannot be read.
    """
    ids, labels = probe_batch(experiment)
    norms = gradient_norms(experiment, weights, ids, labels, tell)
    return FollowedGradient(len(ids), tuple(gradient_flow(direction) for direction in norms))


def gradient_flow(norms: GradientNorms) -> DirectionGradients:
    """Summarizes one direction, in the order of backpropagation, in plain values as they are recorded and drawn.

    Of long reviews ``NEAR`` + ``FAR`` places are kept, enough for a chart, and those where a share reaches one half.

    Returns:
        ``backward``: whether the text was read from its end; ``places``: how many words before the end of the reading,
        1 for the word read last (points,); ``states`` and ``carry``: the ``GradientTrack`` of the hidden state at these
        places, and that of an LSTM's carry, its median alone; None for a cell of one state.
    """
    states = track(_from_end(norms.states, norms))
    carry = None if norms.carry is None else track(_from_end(norms.carry, norms), QUARTILES[:1])
    places = _places(states.relative.shape[1], (*states.memory, *(carry.memory if carry else ())))
    return {
        "backward": norms.backward,
        "places": places.tolist(),
        "states": states.plain(places),
        "carry": carry and carry.plain(places),
    }


def _from_end(values: Array, norms: GradientNorms) -> Array:
    """Returns (reviews, places), the word read last first; not a number where a review has no more words."""
    from_end = np.full(values.shape, np.nan)
    for row, (sizes, read) in enumerate(zip(values, norms.read, strict=True)):
        words = sizes[read] if norms.backward else sizes[read][::-1]
        from_end[row, : len(words)] = words
    return from_end[:, : max(1, int(norms.read.sum(axis=1).max(initial=1)))]


def _places(count: int, memories: tuple[int, ...]) -> NDArray[np.int64]:
    near = np.arange(1, min(NEAR, count) + 1)
    far = np.linspace(NEAR, max(NEAR, count), min(FAR, max(0, count - NEAR)) + 1)[1:].round()
    crossings = [place for memory in memories for place in (memory - 1, memory) if place > 0]
    return np.unique(np.concatenate([near, far, crossings])).astype(np.int64)


def probe_batch(experiment: Experiment, size: int = PROBE_SIZE) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Chooses long reviews, if there are any, that a network was not trained on: ids (size, maxlen), labels (size,).

    They are the first validation reviews of ``maxlen`` words or more, which fill every position so that no gradient
    ends in padding. Where there are too few of them the longest others follow. Chance has no part. Raises ``UserError``
    if the source cannot be read.
    """
    reviews = prepared.load(experiment.dataset)
    ranks, offsets, labels = reviews.training
    held_out = reviews.places(experiment).validation
    words = np.minimum(offsets[held_out + 1] - offsets[held_out], experiment.maxlen)
    longest = held_out[np.argsort(-words, kind="stable")[:size]]
    rows = [pad(ranks, offsets[i : i + 2], experiment.vocabulary_size, experiment.maxlen)[0] for i in longest]
    return np.array(rows), np.array(labels[longest])
