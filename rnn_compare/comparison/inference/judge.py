"""The verdict on anybody's runs, from arrays: `rnn_compare.judge`; see docs/judge.md."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import (
    FEWEST_REVIEWS,
    Difference,
    TestedDifference,
    Untested,
    compare_settings,
)
from rnn_compare.comparison.inference.levels import MARGIN, Verdict, check_margin, judged_together
from rnn_compare.comparison.inference.wins import wins
from rnn_compare.comparison.inference.wording import Words
from rnn_compare.errors import UserError
from rnn_compare.formatting import excerpt

MOST_SETTINGS = 100
"""4,950 pairs take ten seconds; the ways in which some can be equal are counted by a recursion over the settings."""
_UNCOUNTED = 10**12
"""Items of accuracies alone: their number is not known, and the verdict holds for these items."""


@dataclass(frozen=True)
class JudgedPair:
    """The verdict on two settings. Accuracies and differences are shares from 0 to 1.

    Attributes:
        difference: The mean accuracy of a less that of b.
        low, high: The interval of the difference, with the probability ``level``; None where nothing was tested.
        p: Of this test alone: up to 1 − ``level`` it shows a difference.
        wins: How often a seed of a is above one of b, ties as half; its 95 % interval is from ``wins_low`` to
            ``wins_high``. None with fewer than three seeds.
        sentence: The verdict with its numbers.
    """

    a: str
    b: str
    verdict: Verdict
    difference: float
    low: float | None
    high: float | None
    p: float | None
    level: float | None
    wins: float | None
    wins_low: float | None
    wins_high: float | None
    sentence: str


def judge(runs: Mapping[str, ArrayLike], margin: float = MARGIN, looks: int = 1) -> list[JudgedPair]:
    """Judges settings by several runs of each: is one better, are they equal, or is that not yet known?

    Args:
        runs: For each setting whether each item was right (seeds, items), the same items in the same order for all; or
            accuracies (seeds,), from 0 to 1.
        margin: Settings whose accuracies differ by less are equal; chosen beforehand, a share.
        looks: How often these runs were looked at, with this time: 1 if all seeds were planned and run before it.

    Returns:
        Every pair, all judged together.

    Raises:
        UserError: If an array has another shape, or holds something else; if there are more than 100 settings.

    Example:
        >>> [pair] = judge({"LSTM": [0.88, 0.87, 0.89], "SimpleRNN": [0.82, 0.84, 0.83]})
        >>> print(pair.sentence)
        LSTM is better than SimpleRNN by 5.0 ± 2.4 points (88.0 % and 83.0 % in the mean over seeds; 96 % interval).
    """
    if not hasattr(runs, "items"):
        raise UserError('The runs have no names. Give them by setting, such as {"LSTM": [0.88, 0.87], "GRU": …}.')
    if not 2 <= len(runs) <= MOST_SETTINGS:
        raise UserError(f"A verdict takes 2 to {MOST_SETTINGS} settings, since every pair is judged, not {len(runs)}.")
    check_margin(margin)
    if not (isinstance(looks, Integral) and 1 <= looks <= 1000):
        raise UserError(f"looks is {looks!r:.40}, but must be a whole number from 1 (this look counts) to 1,000.")
    arrays = {name: _checked(shown(name), values) for name, values in runs.items()}
    if len(shapes := {array.shape[1:] for array in arrays.values()}) > 1:
        listed_shapes = ", ".join(f"{shown(name)} {array.shape}" for name, array in arrays.items())
        raise UserError(f"All settings need the same items, or all accuracies alone: {listed_shapes[:400]}.")
    items = next(iter(shapes))[0] if max(shapes) else _UNCOUNTED
    scores = {name: [_score(row) for row in array] for name, array in arrays.items()}
    pairs = {pair: _compared(scores, *pair, margin, looks) for pair in itertools.combinations(runs, 2)}
    tested = judged_together({pair: item for pair, item in pairs.items() if isinstance(item, TestedDifference)})
    where = "in the mean over seeds" if items == _UNCOUNTED else f"on the same {items} items"
    return [_described(scores, *pair, tested.get(pair, item), where, items) for pair, item in pairs.items()]


def shown(name: object) -> str:
    """Returns a setting's name as sentences repeat it: on one line, cut, and without what commands a terminal."""
    return excerpt(str(name), 120)


def _checked(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{name} is no array of numbers: its seeds need equally many items.") from None
    if array.ndim not in (1, 2) or 0 in array.shape:
        raise UserError(f"{name} has the shape {array.shape}, but must be (seeds, items), or (seeds,) of accuracies.")
    if not np.all((array >= 0) & (array <= 1)):
        raise UserError(f"{name} has values that are not between 0 and 1: give shares, not percent, and no gaps.")
    return array


def _score(row: NDArray[np.float64]) -> Score:
    return Score(float(row.mean()), row, row.size) if row.ndim else Score(float(row), None, _UNCOUNTED)


def _compared(scores: Mapping[str, list[Score]], a: str, b: str, margin: float, looks: int) -> Difference:
    tested = compare_settings(scores[a], scores[b], margin=margin)
    if scores[a][0].reviews < FEWEST_REVIEWS:
        return Untested(tested.difference, tested.runs, "too few reviews")
    return replace(tested, looks=(min(tested.runs),) * looks) if isinstance(tested, TestedDifference) else tested


def _described(
    scores: Mapping[str, list[Score]], a: str, b: str, difference: Difference, where: str, items: int
) -> JudgedPair:
    shares = [[score.accuracy for score in scores[name]] for name in (a, b)]
    means = float(np.mean(shares[0])), float(np.mean(shares[1]))
    won, tested = wins(*shares), difference if isinstance(difference, TestedDifference) else None
    low, high = tested.limits if tested else (None, None)
    return JudgedPair(
        a=a,
        b=b,
        verdict=difference.verdict,
        difference=difference.difference,
        low=low,
        high=high,
        p=tested.p if tested else None,
        level=tested.level if tested else None,
        wins=won.share if won else None,
        wins_low=won.low if won else None,
        wins_high=won.high if won else None,
        sentence=Words((shown(a), shown(b)), means, difference, where, items, thing="item").sentence,
    )
