"""The validation curve of a network, drawn before it is trained."""

import statistics
from collections.abc import Sequence

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.formatting import percent
from rnn_compare.lecture.controls import CURVE
from rnn_compare.lecture.questions import ROUNDING, Question, QuestionKind, QuestionOutcome, network_in_question

NEAR_CURVE = 0.02
"""Largest distance of a right drawing from the real curve, as a mean over the epochs."""


def outcome(question: Question, networks: Sequence[Group], _: Evidence) -> QuestionOutcome:
    """Returns the validation accuracy at each epoch, a mean over the seeds."""
    group = network_in_question(question, networks)
    epochs = min(len(run.epochs) for run in group.counted)
    shares = tuple(
        statistics.fmean(run.epochs[place]["val_accuracy"] for run in group.counted) for place in range(epochs)
    )
    highest = max(shares)
    top = f"was highest after epoch {shares.index(highest) + 1}, {percent(highest)}"
    rest = f"{top}, and ended at {percent(shares[-1])}" if shares[-1] < highest else f"{top}, its last"
    of_seeds = f" (mean of {len(group.counted)} seeds)" if len(group.counted) > 1 else ""
    return QuestionOutcome(
        shares,
        f"{group.name}'s validation accuracy{of_seeds} began at {percent(shares[0])}, {rest}. "
        f"Drawings within {100 * NEAR_CURVE:g} points of it, on average, count as right.",
    )


def _is_near(drawing: Sequence[float], shares: Sequence[float]) -> bool:
    distances = [abs(guess - real) for guess, real in zip(drawing, shares, strict=False)]
    return statistics.fmean(distances) <= NEAR_CURVE + ROUNDING


KIND = QuestionKind("curve", CURVE, outcome, _is_near, needs="network")
