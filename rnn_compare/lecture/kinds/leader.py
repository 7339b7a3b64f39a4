"""Two kinds of question on the verdict: the network that is better than all others, and its lead in points."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.difference import satterthwaite
from rnn_compare.comparison.inference.judgement import Judgement, Pair
from rnn_compare.comparison.inference.levels import Difference
from rnn_compare.comparison.inference.wording import gap, result, sentence
from rnn_compare.comparison.verdicts import judge
from rnn_compare.formatting import listed
from rnn_compare.lecture.controls import Slider
from rnn_compare.lecture.questions import NONE, SAME, NoRightAnswer, Question, QuestionOutcome, group_called

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


def _limits(pair: Pair, difference: Difference) -> tuple[tuple[float, float], bool]:
    """Returns the limits of a − b that answers are graded by, and whether other seeds widen the verdict's interval.

    The verdict on one seed or two of each is about these networks. Where earlier runs, or the shipped reference runs,
    show how far seeds of both are apart, an answer may be about any seeds.
    """
    newest, (low, high, _) = difference.newest, difference.interval
    parts = [(side.earlier.variance / len(side.scores), side.earlier.df) for side in (pair.a, pair.b) if side.earlier]
    if difference.scope == "settings" or len(parts) < 2:
        return (low, high), False
    degrees = satterthwaite(*parts, (newest.variance_reviews, newest.df))
    of_any = replace(newest, df=degrees, variance_seeds=sum(variance for variance, _ in parts))
    return of_any.limits(difference.alpha), True


class BestNetwork(Question):
    """Which network is better than all others."""

    name, needs, offers_networks = "best_network", "choices", True
    rule = "Right: what the verdict says of these networks, and whatever it does not exclude."

    @classmethod
    def usual(cls, fields: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:
        """Offers the networks and none of them."""
        return super().usual(fields, networks) | {"choices": (*networks, NONE)}

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
        """Returns the network that the page's verdict calls better than all others, or ``NONE``.

        Whatever the verdict does not exclude counts as right: without a best network all that no other is better
        than, and ``NONE`` where the best is ahead by less than the margin.
        """
        verdict = _verdict(networks, evidence)
        sentences, first = result(verdict, advice=False), verdict.order[0].name
        choices = [group.name if (group := group_called(choice, networks)) else choice for choice in self.choices]
        if verdict.winner:
            is_close = any(pair.difference and pair.difference.is_equal for _, pair in verdict.against_leader)
            right, possible = first, [NONE] * is_close
        else:
            worse = {pair.other(pair.winner).name for pair in verdict.pairs if pair.winner}
            right, possible = NONE, [setting.name for setting in verdict.order if setting.name not in worse]
        if right not in choices:
            why = f"{first} was not offered" if verdict.winner else "the lead could be chance"
            raise NoRightAnswer(f"{why}. {sentences}")
        if also := [name for name in possible if name in choices]:
            sentences += f" Not excluded, so right too: {listed([f'“{name}”' for name in also])}."
        return QuestionOutcome(choices.index(right), sentences, also=tuple(map(choices.index, also)))


class Lead(Question):
    """By how many points the first network leads the second."""

    name = "lead"
    rule = "Right: whatever lies in the verdict's interval, with the spread of other seeds where that is known."

    @property
    def control(self) -> Slider:
        """Points."""
        return replace(POINTS, zero=SAME)

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
        """Returns the lead of the first network over the second; whatever lies in the interval is right."""
        of_two = _verdict(networks, evidence).of_leaders()
        [pair], (first, second) = of_two.pairs, of_two.order
        sentences = result(of_two, advice=False)
        if pair.difference is None:
            raise NoRightAnswer(sentences)
        (low, high), is_of_any_seeds = _limits(pair, pair.difference)
        points = gap(first.accuracy, second.accuracy)
        low, high = (100 * limit for limit in ((low, high) if first is pair.a else (-high, -low)))
        nearest = POINTS.step / 2  # the slider's nearest number is right, however narrow the interval is
        low, high = max(0.0, min(low, points - nearest)), max(high, points + nearest)
        low = 0.0 if pair.difference.is_equal else low
        whose = "With the spread of other seeds, answers" if is_of_any_seeds else "Answers"
        near = f"{whose} from {low:.1f} to {high:.1f} points count as right."
        accepted = round(low, 1), round(high, 1)
        return QuestionOutcome(points, f"{points:.1f} points. {sentences} {near}", accepted=accepted)
