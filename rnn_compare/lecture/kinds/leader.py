"""Two kinds of question on the verdict: the network that is better than all others, and its lead in points."""

from collections.abc import Sequence
from dataclasses import replace

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.wording import MORE_SEEDS, gap
from rnn_compare.comparison.sentences import networks_sentence, result
from rnn_compare.comparison.verdicts import Judgement, judge
from rnn_compare.formatting import listed
from rnn_compare.lecture.controls import CHOICES, POINTS
from rnn_compare.lecture.questions import (
    CHANCE,
    ROUNDING,
    NoRightAnswer,
    Question,
    QuestionKind,
    QuestionOutcome,
    group_called,
)

NEAR_POINTS = 1.0
"""Largest distance of a right guess from the measured lead."""


def _verdict(networks: Sequence[Group], evidence: Evidence) -> Judgement:
    if broken := [group.name for group in networks if not group.counted]:
        raise NoRightAnswer(f"{listed(broken)} ended early.")
    if len(networks) < 2:
        raise NoRightAnswer("there is only one network.")
    verdict = judge(networks, evidence)
    if problem := next((pair.problem for pair in verdict.pairs if pair.problem), ""):
        raise NoRightAnswer(problem)
    return replace(verdict, beside_baselines=())


def _sentences(verdict: Judgement, as_trained: bool = True) -> str:
    """Returns the page's own sentences, by its measure, since a room has one lead; a wall holds no more."""
    parts = result(verdict), networks_sentence(verdict) if as_trained else ""
    return " ".join(filter(None, parts)).replace(f" {MORE_SEEDS}", "")


def best_network(question: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the network that the page's verdict calls better than all others, or ``CHANCE``."""
    verdict = _verdict(networks, evidence)
    sentences, first = _sentences(verdict), verdict.order[0][0].name
    right = CHANCE if verdict.best is None else first
    choices = [group.name if (group := group_called(choice, networks)) else choice for choice in question.choices]
    if right not in choices:
        why = f"{first} was not offered" if verdict.best else "the lead could be chance"
        raise NoRightAnswer(f"{why}. {sentences}")
    return QuestionOutcome(choices.index(right), sentences)


def lead(_: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the lead of the first network over the second; 0 is right too where it could be chance."""
    verdict = _verdict(networks, evidence)
    (_first, share), (second, other) = verdict.order[:2]
    points, chance = gap(share, other), not verdict.is_ahead(second)
    pair = next(pair for rival, pair in verdict.against_leader if rival is second)
    of_two = replace(verdict, order=verdict.order[:2], pairs=(pair,), picked_from=0)
    sentences = _sentences(of_two, as_trained=not chance)
    near = f"Answers within {NEAR_POINTS:g} point count as right{', and so does 0: within chance' if chance else ''}."
    return QuestionOutcome(float(points), f"{points} points. {sentences} {near}", within_chance=chance)


BEST_NETWORK = QuestionKind("best_network", CHOICES, best_network, needs="choices", offers_networks=True)
LEAD = QuestionKind("lead", POINTS, lead, lambda answer, points: abs(answer - points) <= NEAR_POINTS + ROUNDING)
