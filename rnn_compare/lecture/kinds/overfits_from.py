"""The epoch from which a network overfits."""

import statistics
from collections.abc import Sequence

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import OVERFIT_EPOCHS, OVERFIT_GAP, OVERFIT_LOSS, OVERFIT_WIDE_GAP, overfits_from
from rnn_compare.comparison.groups import Group
from rnn_compare.lecture.controls import Epochs
from rnn_compare.lecture.questions import NoRightAnswer, Question, QuestionOutcome, network_in_question

NEAR_EPOCHS = 1
RULE = (
    f"It would if in its last two epochs training were {100 * OVERFIT_GAP:.0f} points ahead of validation, and either "
    f"the validation loss {100 * OVERFIT_LOSS - 100:.0f} % above its lowest, or training in the end "
    f"{100 * OVERFIT_WIDE_GAP:.0f} points ahead."
)
"""The definition in ``comparison.findings``."""


class OverfitsFrom(Question):
    """A question about overfitting."""

    name, needs, shows_training = "overfits_from", "network", True
    rule = f"Right: the epoch from which it overfits, give or take {NEAR_EPOCHS}."

    @property
    def control(self) -> Epochs:
        """The epochs."""
        return Epochs(self.epochs)

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:  # noqa: ARG002  # other kinds ask it
        """Returns the median epoch of the seeds that overfit, if half of them do; 0 if fewer do."""
        group = network_in_question(self, networks)
        if any(len(run.epochs) < OVERFIT_EPOCHS for run in group.counted):
            raise NoRightAnswer(f"it takes {OVERFIT_EPOCHS} epochs to tell.")
        seeds = len(group.counted)
        overfitted = [epoch for epoch in map(overfits_from, group.counted) if epoch != 0]
        of_seeds = f" ({len(overfitted)} of {seeds} seeds)" if seeds > 1 else ""
        if 2 * len(overfitted) < seeds or not overfitted:
            return QuestionOutcome(0, f"{group.name} does not overfit by its end{of_seeds}. {RULE}")
        since = [epoch for epoch in overfitted if epoch is not None]
        if 2 * len(since) < len(overfitted) or not since:
            raise NoRightAnswer(
                f"{group.name} overfits{of_seeds}, training was far ahead by its end, but its validation loss was "
                "still falling."
            )
        epoch = statistics.median_low(since)
        lowest = f"its validation loss was lowest after epoch {epoch - 1}"
        of_any = f" of any seed's ({min(since)} to {max(since)})" if min(since) < max(since) else ""
        over_seeds = f", the median of {len(overfitted)} of {seeds} seeds" if seeds > 1 else ""
        return QuestionOutcome(
            epoch,
            f"{group.name} overfits from epoch {epoch} on: {lowest}{over_seeds}. "
            f"An epoch to either side{of_any} counts too.",
            accepted=(max(1, min(since) - NEAR_EPOCHS), max(since) + NEAR_EPOCHS),  # "never" is near to no epoch
        )
