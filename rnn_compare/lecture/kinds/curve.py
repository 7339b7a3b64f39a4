"""The validation curve of a network, drawn before it is trained."""

import statistics
from collections.abc import Sequence
from typing import Any

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.lecture import controls
from rnn_compare.lecture.questions import ROUNDING, Question, QuestionOutcome, network_in_question

NEAR_CURVE = 0.02
"""Largest distance of a right drawing from the real curve, as a mean over the epochs."""


class DrawnCurve(Question):
    """A question about a validation curve."""

    name, needs = "curve", "network"

    @property
    def control(self) -> controls.Curve:
        """The drawing."""
        return controls.Curve(self.epochs, self.network)

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:  # noqa: ARG002
        """Returns the validation accuracy at each epoch, a mean over the seeds."""
        group = network_in_question(self, networks)
        epochs = min(len(run.epochs) for run in group.counted)
        shares = tuple(
            statistics.fmean(run.epochs[place]["val_accuracy"] for run in group.counted) for place in range(epochs)
        )
        top = f"was highest after epoch {shares.index(max(shares)) + 1}"
        of_seeds = f" (mean of {len(group.counted)} seeds)" if len(group.counted) > 1 else ""
        return QuestionOutcome(
            shares,
            f"{group.name}'s validation accuracy{of_seeds} {top}. "
            f"Drawings within {100 * NEAR_CURVE:g} points of it, on average, count as right.",
        )

    def accepts(self, answer: Any, outcome: QuestionOutcome) -> bool:
        """Returns whether a drawing is near the curve."""
        assert isinstance(outcome.answer, tuple)
        distances = [abs(guess - real) for guess, real in zip(answer, outcome.answer, strict=False)]
        return statistics.fmean(distances) <= NEAR_CURVE + ROUNDING
