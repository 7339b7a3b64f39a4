"""Two kinds of question on the verdict: the network that is better than all others, and its lead in points."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.judgement import Judgement
from rnn_compare.comparison.inference.wording import gap, result, sentence
from rnn_compare.comparison.verdicts import judge
from rnn_compare.formatting import listed
from rnn_compare.lecture.controls import Slider
from rnn_compare.lecture.questions import CHANCE, NoRightAnswer, Question, QuestionOutcome, group_called

MOST_POINTS = 50.0
"""The largest lead: guessing is right for half of the reviews."""
POINTS = Slider(0.0, MOST_POINTS, 0.5, ("point", "points"), together=2, whole=False)


def _verdict(networks: Sequence[Group], evidence: Evidence) -> Judgement:
    if broken := [group.name for group in networks if not group.counted]:
        raise NoRightAnswer(f"{listed(broken)} ended early.")
    if len(networks) < 2:
        raise NoRightAnswer("there is only one network.")
    verdict = judge(networks, evidence)
    if pair := verdict.obstacle:
        raise NoRightAnswer(sentence(pair))
    return replace(verdict, beside_baselines=())


class BestNetwork(Question):
    """Which network is better than all others."""

    name, needs, offers_networks = "best_network", "choices", True

    @classmethod
    def usual(cls, fields: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:
        """Offers the networks and chance."""
        return super().usual(fields, networks) | {"choices": (*networks, CHANCE)}

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
        """Returns the network that the page's verdict calls better than all others, or ``CHANCE``."""
        verdict = _verdict(networks, evidence)
        sentences, first = result(verdict, advice=False), verdict.order[0].name
        right = CHANCE if verdict.best is None else first
        choices = [group.name if (group := group_called(choice, networks)) else choice for choice in self.choices]
        if right not in choices:
            why = f"{first} was not offered" if verdict.best else "the lead could be chance"
            raise NoRightAnswer(f"{why}. {sentences}")
        return QuestionOutcome(choices.index(right), sentences)


class Lead(Question):
    """By how many points the first network leads the second."""

    name = "lead"

    @property
    def control(self) -> Slider:
        """Points."""
        return POINTS

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
        """Returns the lead of the first network over the second; whatever lies in the verdict's interval is right."""
        of_two = _verdict(networks, evidence).of_leaders()
        [pair], (first, second) = of_two.pairs, of_two.order
        sentences = result(of_two, advice=False)
        if pair.difference is None:
            raise NoRightAnswer(sentences)
        points, (low, high, _) = gap(first.accuracy, second.accuracy), pair.difference.interval
        limits = [100 * limit for limit in ((low, high) if first is pair.a else (-high, -low))]
        nearest = POINTS.step / 2  # the slider's nearest number is right, however narrow the interval is
        low, high = max(0.0, min(limits[0], points - nearest)), max(limits[1], points + nearest)
        near = f"Answers from {low:.1f} to {high:.1f} points count as right."
        accepted = round(low, 1), round(high, 1)
        return QuestionOutcome(points, f"{points:.1f} points. {sentences} {near}", accepted=accepted)
