"""Gradient flow as it is drawn and recorded: counted from the end of the reading, and in a few kilobytes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.insight.gradient_norms import Array, GradientNorms, gradient_norms
from rnn_compare.insight.gradient_track import QUARTILES, GradientTrack, recorded_track, track
from rnn_compare.insight.prediction import Tell
from rnn_compare.insight.probe import PROBE_SIZE, probe_batch
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import DirectionGradients

NEAR = 16
"""The last words that were read are all kept: there an LSTM's gradient falls steeply."""
FAR = 36
"""How many are kept of all others, at equal distances."""


@dataclass(frozen=True)
class GradientFlow:
    """The backpropagated gradient in one direction of the last recurrent layer.

    Attributes:
        backward: Whether the text was read from its end.
        places: How many words before the end of the reading, 1 for the word read last (points,).
        states: The gradient for the hidden state at these places.
        carry: That for an LSTM's carry, its median alone; None for a cell of one state.
    """

    backward: bool
    places: NDArray[np.int64]
    states: GradientTrack
    carry: GradientTrack | None

    def plain(self) -> DirectionGradients:
        """Returns it in plain values, which ``from_plain`` takes."""
        return DirectionGradients(
            backward=self.backward,
            places=self.places.tolist(),
            states=self.states.plain(),
            carry=None if self.carry is None else self.carry.plain(),
        )


@dataclass(frozen=True)
class FollowedGradient:
    """The gradient of one network, followed from the verdict back through long reviews.

    Attributes:
        reviews: How many reviews.
        directions: One result, or two where the network is bidirectional: forward and backward.
    """

    reviews: int
    directions: tuple[GradientFlow, ...]


def follow_gradient(
    experiment: Experiment, weights: Weights, size: int = PROBE_SIZE, *, tell: Tell | None = None
) -> FollowedGradient:
    """Follows the gradient through reviews that are the same for all networks: see ``probe_batch``.

    Args:
        experiment: What the network is.
        weights: Its weights.
        size: Reviews to follow it through, or as many as there are.
        tell: Told how many of the reviews are done.

    Raises:
        UserError: If the source cannot be read.
    """
    ids, labels = probe_batch(experiment, size)
    norms = gradient_norms(experiment, weights, ids, labels, tell)
    return FollowedGradient(len(ids), tuple(gradient_flow(each) for each in norms))


def from_plain(values: DirectionGradients) -> GradientFlow:
    """Returns what ``GradientFlow.plain`` wrote, in this version or an earlier one."""
    places = np.array(values["places"], np.int64)
    carry = values["carry"]
    return GradientFlow(
        backward=values["backward"],
        places=places,
        states=recorded_track(values["states"], places, values.get("memory")),
        carry=None if carry is None else recorded_track(carry, places, values.get("carry_memory")),
    )


def gradient_flow(norms: GradientNorms) -> GradientFlow:
    """Summarizes one direction, in the order of backpropagation.

    Of long reviews ``NEAR`` + ``FAR`` places are kept, enough for a chart, and those where a share reaches one half.
    """
    states = track(_from_end(norms.states, norms))
    carry = None if norms.carry is None else track(_from_end(norms.carry, norms), QUARTILES[:1])
    memories = (*states.memory, *(carry.memory if carry else ()))
    places = _places(states.relative.shape[1], memories)
    return GradientFlow(norms.backward, places, states.at(places), carry and carry.at(places))


def _from_end(values: Array, norms: GradientNorms) -> Array:
    """Returns (reviews, places), the word read last first; not a number where a review has no more words."""
    found = np.full(values.shape, np.nan)
    for row, (sizes, read) in enumerate(zip(values, norms.read, strict=True)):
        words = sizes[read] if norms.backward else sizes[read][::-1]
        found[row, : len(words)] = words
    return found[:, : max(1, int(norms.read.sum(axis=1).max(initial=1)))]


def _places(count: int, memories: tuple[int, ...]) -> NDArray[np.int64]:
    near = np.arange(1, min(NEAR, count) + 1)
    far = np.linspace(NEAR, max(NEAR, count), min(FAR, max(0, count - NEAR)) + 1)[1:].round()
    crossings = [place for memory in memories for place in (memory - 1, memory) if place > 0]
    return np.unique(np.concatenate([near, far, crossings])).astype(np.int64)
