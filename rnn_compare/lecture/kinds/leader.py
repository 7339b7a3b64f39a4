"""Two kinds of question on the verdict: the network that is better than all others, and its lead in points."""

from collections.abc import Sequence
from dataclasses import replace

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.judgement import Judgement
from rnn_compare.comparison.inference.wording import gap, result, sentence
from rnn_compare.comparison.verdicts import judge
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
    if pair := verdict.obstacle:
        raise NoRightAnswer(sentence(pair))
    return replace(verdict, beside_baselines=())


def best_network(question: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the network that the page's verdict calls better than all others, or ``CHANCE``."""
    verdict = _verdict(networks, evidence)
    sentences, first = result(verdict, advice=False), verdict.order[0].name
    right = CHANCE if verdict.best is None else first
    choices = [group.name if (group := group_called(choice, networks)) else choice for choice in question.choices]
    if right not in choices:
        why = f"{first} was not offered" if verdict.best else "the lead could be chance"
        raise NoRightAnswer(f"{why}. {sentences}")
    return QuestionOutcome(choices.index(right), sentences)


def lead(_: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the lead of the first network over the second; 0 is right too where it could be chance."""
    of_two = _verdict(networks, evidence).of_leaders()
    first, second = of_two.order
    points, chance = gap(first.accuracy, second.accuracy), of_two.best is None
    near = f"Answers within {NEAR_POINTS:g} point count as right{', and so does 0: within chance' if chance else ''}."
    explanation = f"{points:.1f} points. {result(of_two, advice=False)} {near}"
    return QuestionOutcome(points, explanation, within_chance=chance)


BEST_NETWORK = QuestionKind("best_network", CHOICES, best_network, needs="choices", offers_networks=True)
LEAD = QuestionKind("lead", POINTS, lead, lambda answer, points: abs(answer - points) <= NEAR_POINTS + ROUNDING)
