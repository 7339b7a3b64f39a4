"""The outcome of a question to the class: the right answer, if there is one, and an explanation."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import OVERFIT_EPOCHS, OVERFIT_GAP, OVERFIT_LOSS, OVERFIT_WIDE_GAP, overfits_from
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference.wording import MORE_SEEDS, gap
from rnn_compare.comparison.sentences import networks_sentence, result
from rnn_compare.comparison.verdicts import judge
from rnn_compare.formatting import listed, percent
from rnn_compare.lecture.questions import CHANCE, Answer, Question
from rnn_compare.runs.record import Run

NEAR_POINTS = 1.0
"""Largest distance of a right guess from the measured lead."""
NEAR_EPOCHS = 1
NEAR_CURVE = 0.02
"""Largest distance of a right drawing from the real curve, as a mean over the epochs."""

RULE = (
    f"It would if in its last two epochs training were {100 * OVERFIT_GAP:.0f} points ahead of validation, and either "
    f"the validation loss {100 * OVERFIT_LOSS - 100:.0f} % above its lowest, or training in the end "
    f"{100 * OVERFIT_WIDE_GAP:.0f} points ahead."
)
"""The definition in ``comparison.findings``."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class QuestionOutcome:
    """The outcome of a question.

    Attributes:
        answer: The right answer; None if there is none, or not yet.
        explanation: The reason, in a sentence or two.
        final: Whether the outcome can no longer change.
        within_chance: Whether a lead of 0 is right too.
    """

    answer: Answer | None
    explanation: str
    final: bool = True
    within_chance: bool = False


def outcome(question: Question, runs: Sequence[Run], evidence: Evidence) -> QuestionOutcome:
    """Returns the outcome of a question."""
    if not all(run.status.ended for run in runs):
        return QuestionOutcome(None, "The outcome is known after the last epoch.", final=False)
    if question.kind == "own":
        if question.right is None:
            return QuestionOutcome(None, "This question has no right answer.")
        return QuestionOutcome(question.right, f"The answer: {question.choices[question.right]}.")
    if not runs:
        return QuestionOutcome(None, "No network has been trained for this question yet.", final=False)
    networks = groups(runs)
    if question.kind in ("best_network", "lead"):
        return _compared(question, networks, evidence)
    asked_about = group_called(question.network, networks)
    if asked_about is None or not asked_about.counted:
        return QuestionOutcome(None, f"No answer is right: {question.network} was not trained to its end.")
    return _overfitting(asked_about) if question.kind == "overfits_from" else _curve(asked_about)


def group_called(label: str, networks: Sequence[Group]) -> Group | None:
    """Returns the only group with this name or, if there is none, the only one with this cell; None otherwise."""
    by_name = [group for group in networks if group.name == label]
    matches = by_name or [group for group in networks if group.experiment.cell == label]
    return matches[0] if len(matches) == 1 else None


def is_right(question: Question, answer: Answer, outcome: QuestionOutcome) -> bool | None:
    """Returns whether an answer is right; None if no answer is, or it is not known yet.

    Example:
        >>> lead = Question(id="lead", kind="lead", text="By how many points?")
        >>> [is_right(lead, answer, QuestionOutcome(2.1, "")) for answer in (3.0, 4.0)]
        [True, False]
    """
    right = outcome.answer
    if right is None or not outcome.final:
        return None
    if isinstance(right, tuple):
        if not isinstance(answer, tuple):
            return False
        distances = [abs(guess - real) for guess, real in zip(answer, right, strict=False)]
        return statistics.fmean(distances) <= NEAR_CURVE + _ROUNDING
    if isinstance(answer, tuple):
        return False
    if question.kind == "lead":
        return abs(answer - right) <= NEAR_POINTS + _ROUNDING or (outcome.within_chance and not answer)
    if question.kind == "overfits_from" and answer and right:  # "never" is near to no epoch
        return abs(answer - right) <= NEAR_EPOCHS
    return answer == right


def _compared(question: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    broken = [group.name for group in networks if not group.counted]
    if broken or len(networks) < 2:
        why = f"{listed(broken)} ended early" if broken else "only one network was trained"
        return QuestionOutcome(None, f"No answer is right: {why}.")
    verdict = judge(networks, evidence)
    if problem := next((pair.problem for pair in verdict.pairs if pair.problem), ""):
        return QuestionOutcome(None, f"No answer is right: {problem}")
    # The page's own sentences, by its measure: a room has one lead.
    parts = result(replace(verdict, beside_baselines=())), networks_sentence(verdict)
    verdict_text = " ".join(filter(None, parts)).replace(f" {MORE_SEEDS}", "")  # a wall holds no more
    (first, share), (second, other) = verdict.order[:2]
    if question.kind == "lead":
        lead = gap(share, other)
        chance = not verdict.is_ahead(second)
        near = (
            f"Answers within {NEAR_POINTS:g} point count as right{', and so does 0: within chance' if chance else ''}."
        )
        return QuestionOutcome(float(lead), f"{lead} points. {verdict_text} {near}", within_chance=chance)
    right = CHANCE if verdict.best is None else first.name
    choices = [group.name if (group := group_called(choice, networks)) else choice for choice in question.choices]
    if right not in choices:
        why = f"{first.name} was not offered" if verdict.best else "the lead could be chance"
        return QuestionOutcome(None, f"No answer is right: {why}. {verdict_text}")
    return QuestionOutcome(choices.index(right), verdict_text)


def _overfitting(group: Group) -> QuestionOutcome:
    if any(len(run.epochs) < OVERFIT_EPOCHS for run in group.counted):
        return QuestionOutcome(None, f"No answer is right: it takes {OVERFIT_EPOCHS} epochs to tell.")
    seeds = len(group.counted)
    overfitted = [epoch for epoch in map(overfits_from, group.counted) if epoch != 0]
    of_seeds = f" ({len(overfitted)} of {seeds} seeds)" if seeds > 1 else ""
    if 2 * len(overfitted) < seeds or not overfitted:
        return QuestionOutcome(0, f"{group.name} does not overfit by its end{of_seeds}. {RULE}")
    since = [epoch for epoch in overfitted if epoch is not None]
    if 2 * len(since) < len(overfitted) or not since:
        return QuestionOutcome(
            None,
            f"No answer is right: {group.name} overfits{of_seeds}, training was far ahead by its end, but its "
            "validation loss was still falling.",
        )
    epoch = statistics.median_low(since)
    lowest = f"its validation loss was lowest after epoch {epoch - 1}"
    over_seeds = f", the median of {len(overfitted)} of {seeds} seeds" if seeds > 1 else ""
    return QuestionOutcome(
        epoch, f"{group.name} overfits from epoch {epoch} on: {lowest}{over_seeds}. An epoch to either side counts too."
    )


def _curve(group: Group) -> QuestionOutcome:
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
