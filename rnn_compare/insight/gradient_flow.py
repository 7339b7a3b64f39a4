"""Gradient flow as it is drawn and recorded: counted from the end of the reading, and in a few kilobytes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.insight.gradient_norms import Array, GradientNorms, gradient_norms
from rnn_compare.insight.prediction import Tell
from rnn_compare.insight.probe import PROBE_SIZE, probe_batch
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import DirectionGradients

NEAR = 20
"""The last words that were read are all kept: there an LSTM's gradient falls steeply."""
FAR = 80
"""How many are kept of all others, at equal distances."""


@dataclass(frozen=True)
class GradientFlow:
    """The backpropagated gradient in one direction of the last recurrent layer: ``GradientNorms``, the end first.

    Attributes:
        backward: Whether the text was read from its end.
        places: How many words before the end of the reading, 1 for the word read last (points,).
        states: The size of the gradient for the hidden state at these places (points,).
        carry: The same for an LSTM's carry; None for a cell of one state.
        memory: How many words back half of the gradient's mass reaches; 0 where there is no gradient.
        carry_memory: The same on the carry track.
    """

    backward: bool
    places: NDArray[np.int64]
    states: Array
    carry: Array | None
    memory: int
    carry_memory: int | None

    def plain(self) -> DirectionGradients:
        """Returns it in plain values of three digits each, which ``from_plain`` takes; what is no number is 0."""
        return DirectionGradients(
            backward=self.backward,
            places=self.places.tolist(),
            states=[_rounded(value) for value in self.states],
            carry=None if self.carry is None else [_rounded(value) for value in self.carry],
            memory=self.memory,
            carry_memory=self.carry_memory,
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
    experiment: Experiment,
    weights: Weights,
    size: int = PROBE_SIZE,
    *,
    thinned: bool = False,
    tell: Tell | None = None,
) -> FollowedGradient:
    """Follows the gradient through reviews that are the same for all networks: see ``probe_batch``.

    Args:
        experiment: What the network is.
        weights: Its weights.
        size: Reviews to follow it through, or as many as there are.
        thinned: As of ``gradient_flow``.
        tell: Told how many of the reviews are done.

    Raises:
        UserError: If the source cannot be read.
    """
    ids, labels = probe_batch(experiment, size)
    norms = gradient_norms(experiment, weights, ids, labels, tell)
    return FollowedGradient(len(ids), tuple(gradient_flow(each, thinned) for each in norms))


def from_plain(values: DirectionGradients) -> GradientFlow:
    """Returns what ``GradientFlow.plain`` wrote."""
    return GradientFlow(
        backward=values["backward"],
        places=np.array(values["places"], np.int64),
        states=np.array(values["states"], np.float64),
        carry=None if values["carry"] is None else np.array(values["carry"], np.float64),
        memory=values["memory"],
        carry_memory=values["carry_memory"],
    )


def gradient_flow(norms: GradientNorms, thinned: bool = False) -> GradientFlow:
    """Turns the order of the text into that of backpropagation.

    Args:
        norms: One direction.
        thinned: Keep ``NEAR`` + ``FAR`` places at most, enough for a chart.
    """
    places = np.arange(1, len(norms.states) + 1)
    if thinned and len(places) > NEAR + FAR:
        places = np.concatenate([places[:NEAR], np.linspace(NEAR, len(places), FAR + 1)[1:].round().astype(np.int64)])

    def from_end(values: Array) -> Array:
        return (values if norms.backward else values[::-1])[places - 1]

    carry = None if norms.carry is None else from_end(norms.carry)
    return GradientFlow(norms.backward, places, from_end(norms.states), carry, norms.memory, norms.carry_memory)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if np.isfinite(value) else 0.0
