"""The validation curve of a network, drawn before it is trained."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.lecture import controls
from rnn_compare.lecture.questions import Question, QuestionOutcome, network_in_question


class DrawnCurve(Question):
    """A question about a validation curve. Drawings are not graded: another seed has another curve."""

    name, needs = "curve", "network"
    rule = "Drawings are not graded."

    @classmethod
    def usual(cls, fields: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:  # noqa: ARG003  # other kinds read them
        """Does not ask how sure one is."""
        return {}

    @property
    def control(self) -> controls.Curve:
        """The drawing."""
        return controls.Curve(self.epochs, self.network)

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:  # noqa: ARG002  # other kinds ask it
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
            "Drawings are not graded: another seed has another curve.",
        )

    def accepts(self, answer: Any, outcome: QuestionOutcome) -> None:
        """Returns None: a drawing is neither right nor wrong."""
