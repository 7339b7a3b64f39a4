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
from rnn_compare.lecture.outcomes import ROUNDING, NoRightAnswer, group_called
from rnn_compare.lecture.questions import CHANCE, Question, QuestionKind, QuestionOutcome

NEAR_POINTS = 1.0
"""Largest distance of a right guess from the measured lead."""


def _verdict(networks: Sequence[Group], evidence: Evidence) -> tuple[Judgement, str]:
    if broken := [group.name for group in networks if not group.counted]:
        raise NoRightAnswer(f"{listed(broken)} ended early.")
    if len(networks) < 2:
        raise NoRightAnswer("only one network was trained.")
    verdict = judge(networks, evidence)
    if problem := next((pair.problem for pair in verdict.pairs if pair.problem), ""):
        raise NoRightAnswer(problem)
    # The page's own sentences, by its measure: a room has one lead.
    parts = result(replace(verdict, beside_baselines=())), networks_sentence(verdict)
    return verdict, " ".join(filter(None, parts)).replace(f" {MORE_SEEDS}", "")  # a wall holds no more


def best_network(question: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the network that the page's verdict calls better than all others, or ``CHANCE``."""
    verdict, sentences = _verdict(networks, evidence)
    first = verdict.order[0][0].name
    right = CHANCE if verdict.best is None else first
    choices = [group.name if (group := group_called(choice, networks)) else choice for choice in question.choices]
    if right not in choices:
        why = f"{first} was not offered" if verdict.best else "the lead could be chance"
        raise NoRightAnswer(f"{why}. {sentences}")
    return QuestionOutcome(choices.index(right), sentences)


def lead(_: Question, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
    """Returns the lead of the first network over the second; 0 is right too where it could be chance."""
    verdict, sentences = _verdict(networks, evidence)
    (_first, share), (second, other) = verdict.order[:2]
    points, chance = gap(share, other), not verdict.is_ahead(second)
    near = f"Answers within {NEAR_POINTS:g} point count as right{', and so does 0: within chance' if chance else ''}."
    return QuestionOutcome(float(points), f"{points} points. {sentences} {near}", within_chance=chance)


BEST_NETWORK = QuestionKind("best_network", CHOICES, best_network, needs="choices", offers_networks=True)
LEAD = QuestionKind("lead", POINTS, lead, lambda answer, points: abs(answer - points) <= NEAR_POINTS + ROUNDING)
