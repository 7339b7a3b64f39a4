"""The judgement on settings, as data: every pair of them, and every one beside every baseline.

Pages, walls, phones, reports, notebooks and the command line get it; ``wording`` makes sentences of it.
"""

import itertools
import statistics
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from .accuracies import Judging, Score
from .difference import FIXED, Test, compare_networks, compare_settings
from .intervals import FEWEST, Spread
from .levels import ALPHA, MARGIN, Difference, Scope, Verdict, judged_together, level_of

FEWEST_REVIEWS = 20
"""Held-out reviews that a verdict takes: with fewer, the 95 % interval of a 50 % accuracy exceeds 40 points."""
FEWEST_BESIDE_FIXED = 7
"""Seeds with which a setting is placed beside what has none: fewer may lie in one of two piles, which nothing shows."""
UNCOUNTED = 10**12
"""Reviews of accuracies alone: their number is not known, and the verdict holds for these reviews."""

Basis = Judging | Literal["best", "items", "accuracies"]
"""How accuracies were reached: the two measures of runs, best epochs on held-out reviews, and ``judge``'s arrays."""
Obstacle = Literal["too few reviews", "too few seeds", "no whole run", "other reviews", "own splits", "no predictions"]
"""Why two settings are not compared."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One setting, or baseline, with the accuracies of its seeds.

    Attributes:
        name: Its name, which no other setting of the judgement has.
        scores: Of its seeds; empty if none was measured.
        submitted: When each seed was submitted; empty if all are looked at for the first time.
        earlier: The spread of earlier runs of the same setting.
        is_fixed: Whether it has no seeds, such as a baseline.
    """

    name: str
    scores: tuple[Score, ...]
    submitted: tuple[float, ...] = ()
    earlier: Spread | None = None
    is_fixed: bool = False

    @property
    def accuracies(self) -> list[float]:
        """The accuracy of each seed."""
        return [score.accuracy for score in self.scores]

    @property
    def accuracy(self) -> float:
        """The mean over the seeds."""
        return statistics.fmean(self.accuracies)

    @property
    def lent(self) -> Spread | None:
        """The spread that is pooled with that of its seeds."""
        return FIXED if self.is_fixed else self.earlier

    def until(self, time: float) -> list[Score]:
        """Returns the accuracies of the seeds that were submitted by then."""
        if self.is_fixed or not self.submitted:
            return list(self.scores)
        return [score for score, at in zip(self.scores, self.submitted, strict=True) if at <= time]


@dataclass(frozen=True, eq=False)
class Pair:
    """The comparison of two settings.

    Attributes:
        basis: How the accuracies were reached.
        difference: Of a and b, with the verdict; None if they cannot be compared.
        obstacle: Why not; ``about`` names the setting that is the reason, or what differs.
    """

    a: Sample
    b: Sample
    basis: Basis
    difference: Difference | None = None
    obstacle: Obstacle | None = None
    about: str = ""

    @property
    def reviews(self) -> int:
        """The number of reviews on which accuracies were measured."""
        return min(score.reviews for score in (*self.a.scores, *self.b.scores))

    @property
    def verdict(self) -> Verdict:
        """What is known."""
        return self.difference.verdict if self.difference else "unknown"

    @property
    def winner(self) -> Sample | None:
        """The setting that is better, or whose trained networks are ahead; None if that is not known."""
        return {"a": self.a, "b": self.b}.get(self.verdict.split()[0])

    @property
    def ordered(self) -> tuple[Sample, Sample]:
        """The one that is better, or whose mean is higher, and the other."""
        ahead = self.winner or max(self.a, self.b, key=lambda setting: setting.accuracy)
        return ahead, self.other(ahead)

    @property
    def lead(self) -> tuple[float, float, float]:
        """The lower limit of the lead of the one that is ahead, the lead itself, and the upper limit; needs a test."""
        assert self.difference
        (low, high), middle = self.difference.limits, self.difference.newest.difference
        return (-high, -middle, -low) if self.ordered[0] is self.b else (low, middle, high)

    def other(self, setting: Sample) -> Sample:
        """Returns the other of the two."""
        return self.b if setting is self.a else self.a

    def __repr__(self) -> str:
        """Returns the verdict as a sentence, which is also what a notebook shows."""
        from .wording import sentence

        return sentence(self)

    def facts(self) -> dict[str, Any]:
        """Returns the verdict for a file, as `--json` prints it. All are shares from 0 to 1, not points."""
        facts: dict[str, Any] = {"a": self.a.name, "b": self.b.name, "verdict": self.verdict, "obstacle": self.obstacle}
        facts |= dict.fromkeys(("difference", "low", "high", "level", "margin", "p", "alpha", "scope", "paired"))
        facts |= {"basis": self.basis, "seeds": [len(self.a.scores), len(self.b.scores)]}
        if self.a.scores and self.b.scores:
            facts |= {"accuracies": [self.a.accuracy, self.b.accuracy]}
            facts |= {"difference": self.a.accuracy - self.b.accuracy}
        if self.difference:
            facts |= dict(zip(("low", "high", "level"), self.difference.interval, strict=True))
            facts |= {"margin": self.difference.margin, "p": self.difference.newest.p}
            facts |= {"alpha": self.difference.alpha, "scope": self.difference.scope}
            facts |= {"paired": self.difference.newest.paired}
        return facts | {"sentence": str(self)}


@dataclass(frozen=True, eq=False)
class Judgement:
    """The judgement on settings.

    Attributes:
        pairs: The comparisons of every two settings, judged together.
        beside_baselines: Those of every setting with every baseline, judged together.
        guessing: The bag of words, if bags cannot be told apart from guessing.
        picked_from: How many settings were trained together with these, these included.
    """

    settings: tuple[Sample, ...]
    pairs: tuple[Pair, ...]
    beside_baselines: tuple[Pair, ...] = ()
    guessing: Sample | None = None
    picked_from: int = 0

    @cached_property
    def order(self) -> tuple[Sample, ...]:
        """The settings that were measured, the best first: none is known to be better than the first."""
        order = sorted((item for item in self.settings if item.scores), key=lambda item: -item.accuracy)
        worse = [pair.other(pair.winner) for pair in self.pairs if pair.winner]
        leader = next((item for item in order if item not in worse), None)
        return (leader, *(item for item in order if item is not leader)) if leader else tuple(order)

    @property
    def against_leader(self) -> list[tuple[Sample, Pair]]:
        """Every other measured setting with its comparison with the leader."""
        leader = self.order[0]
        with_leader = [pair for pair in self.pairs if leader in (pair.a, pair.b)]
        return [(pair.other(leader), pair) for pair in with_leader]

    @property
    def winner(self) -> Sample | None:
        """The leader, if it is better than every other, or its trained networks are ahead."""
        if len(self.settings) < 2 or len(self.order) < len(self.settings):
            return None
        leader = self.order[0]
        return leader if all(pair.winner is leader for _, pair in self.against_leader) else None

    @property
    def best(self) -> Sample | None:
        """The leader, if it is better than every other, whichever seeds are trained."""
        winner = self.winner
        return winner if winner and all(pair.verdict.endswith("better") for _, pair in self.against_leader) else None

    @property
    def obstacle(self) -> Pair | None:
        """The first pair that cannot be compared for another reason than its few reviews or seeds."""
        few = ("too few reviews", "too few seeds")
        return next((pair for pair in self.pairs if pair.obstacle and pair.obstacle not in few), None)

    def of_leaders(self, count: int = 2) -> "Judgement":
        """Returns the judgement on the first settings alone, by the levels of all."""
        first = self.order[:count]
        pairs = tuple(pair for pair in self.pairs if pair.a in first and pair.b in first)
        return replace(self, settings=first, pairs=pairs, beside_baselines=(), picked_from=0)

    def __repr__(self) -> str:
        """Returns the judgement in one line, which is also what a notebook shows."""
        from .wording import result

        return result(self)


Hindrance = Callable[[Sample, Sample], tuple[Obstacle, str] | None]
"""Returns why two settings are not compared and what is the reason, as in ``Pair``; None if they are."""


def judge_settings(
    settings: Sequence[Sample],
    basis: Basis,
    *,
    baselines: Collection[Sample] = (),
    guessing: Sample | None = None,
    margin: float = MARGIN,
    looks: int = 1,
    picked_from: int = 0,
    hindrance: Hindrance = lambda _a, _b: None,
) -> Judgement:
    """Judges settings by their seeds' accuracies on the same reviews.

    Args:
        basis: How the accuracies were reached.
        baselines: What each setting is compared with besides.
        margin: Accuracies that differ by less are equal.
        looks: How often settings whose seeds have no times were looked at, with this time.
        guessing, picked_from: As in ``Judgement``.
        hindrance: Why some are not compared.
    """

    def judged(pairs: Sequence[tuple[Sample, Sample]]) -> tuple[Pair, ...]:
        compared = [_compared(a, b, basis, margin, looks, hindrance(a, b)) for a, b in pairs]
        keyed = {(id(pair.a), id(pair.b)): pair.difference for pair in compared if pair.difference}
        together: Mapping[tuple[int, int], Difference] = judged_together(keyed)
        return tuple(replace(pair, difference=together.get((id(pair.a), id(pair.b)))) for pair in compared)

    return Judgement(
        settings=tuple(settings),
        pairs=judged(list(itertools.combinations(settings, 2))),
        beside_baselines=judged(list(itertools.product(settings, baselines))),
        guessing=guessing,
        picked_from=picked_from,
    )


def _compared(
    a: Sample, b: Sample, basis: Basis, margin: float, looks: int, hindrance: tuple[Obstacle, str] | None
) -> Pair:
    pair = Pair(a, b, basis)
    if hindrance:
        obstacle, about = hindrance
        return replace(pair, obstacle=obstacle, about=about)
    if pair.reviews < FEWEST_REVIEWS:
        return replace(pair, obstacle="too few reviews")
    if tests := _looks(a, b):
        newest = looks + len(tests) - 1
        levels = tuple(level_of(look) for look in range(looks, newest + 1))
        return replace(pair, difference=Difference(tuple(tests), levels, looks=newest, margin=margin))
    if pair.reviews == UNCOUNTED:  # nothing is known but the accuracies: without seeds nothing varies
        return replace(pair, obstacle="too few seeds")
    test, are_fixed = compare_networks(a.scores, b.scores), a.is_fixed and b.is_fixed
    scope: Scope = "settings" if are_fixed else "networks"  # what has no seeds is the same when it is fitted again
    return replace(pair, difference=Difference((test,), (ALPHA,), scope, margin=margin))


def _looks(a: Sample, b: Sample) -> list[Test]:
    """Returns the test of each look at which both settings had enough seeds; none where the seeds are fixed."""
    if a.is_fixed and b.is_fixed:
        return []
    fewest = FEWEST_BESIDE_FIXED if a.is_fixed or b.is_fixed else FEWEST
    tests: list[Test] = []
    for time in sorted({*a.submitted, *b.submitted}) or [0.0]:
        scores_a, scores_b = a.until(time), b.until(time)
        if all(item.is_fixed or len(scores) >= fewest for item, scores in ((a, scores_a), (b, scores_b))):
            tests.append(replace(compare_settings(scores_a, scores_b, a.lent, b.lent), at=time))
    return tests
