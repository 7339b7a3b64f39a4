"""The judgement on anybody's runs, from arrays: `rnn_compare.judge`; see docs/judge.md."""

from collections.abc import Collection, Iterable, Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import UserError
from ...formatting import excerpt
from .accuracies import Score
from .judgement import UNCOUNTED, Judgement, Sample, judge_settings
from .levels import MARGIN, check_margin

MOST_SETTINGS = 100
"""4,950 pairs take ten seconds; the ways in which some can be equal are counted by a recursion over the settings."""
MOST_DECIMALS = 6
"""Of accuracies that count as rounded; more are as exact as they need to be."""


def judge(
    runs: Mapping[str, ArrayLike], margin: float = MARGIN, looks: int = 1, fixed: Collection[str] = ()
) -> Judgement:
    """Judges settings by several runs of each: is one better, are they equal, or is that not yet known?

    Args:
        runs: For each setting whether each item was right, 0 or 1 (seeds, items), the same items in the same order for
            all; or accuracies (seeds,), from 0 to 1.
        margin: Settings whose accuracies differ by less are equal; chosen beforehand, a share.
        looks: How often these runs were looked at, with this time: 1 if all seeds were planned and run before it.
        fixed: Settings that do not depend on a seed, such as a bag of words, with one row each.

    Returns:
        The judgement; its ``pairs`` are all judged together, and print as sentences, in which ± is the 95 % interval.

    Raises:
        UserError: If an array has another shape, or holds something else; if there are more than 100 settings.

    Example:
        >>> [pair] = judge({"LSTM": [0.88, 0.87, 0.89], "SimpleRNN": [0.82, 0.84, 0.83]}).pairs
        >>> print(pair)
        LSTM is better than SimpleRNN by 5.0 ± 2.4 points (88.0 % and 83.0 % in the mean over seeds).
    """
    if not hasattr(runs, "items"):
        raise UserError('The runs have no names. Give them by setting, such as {"LSTM": [0.88, 0.87], "GRU": …}.')
    pairs = [(shown(name), values) for name, values in runs.items()]  # also the columns of a DataFrame
    if not 2 <= len(pairs) <= MOST_SETTINGS:
        raise UserError(f"A verdict takes 2 to {MOST_SETTINGS} settings, since every pair is judged, not {len(pairs)}.")
    check_margin(margin)
    if not (isinstance(looks, Integral) and 1 <= looks <= 1000):
        raise UserError(f"looks is {looks!r:.40}, but must be a whole number from 1 (this look counts) to 1,000.")
    arrays = {name: _checked(name, values) for name, values in pairs}
    if "" in arrays or len(arrays) < len(pairs):
        raise UserError(f"Every setting needs a name of its own: {excerpt(', '.join(name for name, _ in pairs), 200)}.")
    without_seeds = _fixed(fixed, arrays)
    if len(shapes := {array.shape[1:] for array in arrays.values()}) > 1:
        listed_shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise UserError(f"All settings need the same items, or all accuracies alone: {listed_shapes[:400]}.")
    step = 10.0 ** -max(map(_decimals, arrays.values()))
    settings = [Sample(name, _scores(array, step), is_fixed=name in without_seeds) for name, array in arrays.items()]
    return judge_settings(settings, "items" if max(shapes) else "accuracies", margin=margin, looks=int(looks))


def shown(name: object) -> str:
    """Returns a setting's name as sentences repeat it: on one line, cut, and without what commands a terminal."""
    return excerpt(str(name), 120)


def _fixed(fixed: Any, arrays: Mapping[str, NDArray[np.float64]]) -> list[str]:
    if not isinstance(fixed, str | Iterable):
        raise UserError(f'fixed is {fixed!r:.40}, but must be names of settings, such as ["bag of words"].')
    names = [shown(name) for name in ([fixed] if isinstance(fixed, str) else fixed)]
    for name in names:
        if name not in arrays:
            raise UserError(f"fixed names {name}, which is none of the settings.")
        if len(arrays[name]) > 1:
            raise UserError(f"{name} is fixed, but has {len(arrays[name])} rows. Give one: it has no seeds.")
    return names


def _checked(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise UserError(
            f"{name} is no array of numbers. Give 0 or 1 for every item of every seed, as many items for each seed, or "
            "accuracies from 0 to 1."
        ) from None
    if array.ndim not in (1, 2) or 0 in array.shape:
        raise UserError(f"{name} has the shape {array.shape}, but must be (seeds, items), or (seeds,) of accuracies.")
    if np.ma.is_masked(values) or not np.all((array >= 0) & (array <= 1)):
        raise UserError(f"{name} has values that are not between 0 and 1: give shares, not percent, and no gaps.")
    is_right_or_wrong = bool(np.all((array == 0) | (array == 1)))
    if array.ndim == 2 and not is_right_or_wrong:
        raise UserError(
            f"{name} has the shape (seeds, items), but more than 0 and 1: give whether each item was right, not its "
            "probability. Accuracies have the shape (seeds,)."
        )
    if array.ndim == 1 and is_right_or_wrong and len(array) > 1 and len(set(array)) > 1:
        raise UserError(
            f"{name} holds 0 and 1 alone, as the items of one run would. Give these as one row, of the shape "
            f"(1, {len(array)}); accuracies of seeds are shares."
        )
    return array


def _decimals(accuracies: NDArray[np.float64]) -> int:
    """Returns the decimals of rounded accuracies."""
    is_exact = (np.allclose(accuracies, accuracies.round(n), 0, 1e-12) for n in range(MOST_DECIMALS))
    return next((n for n, whole in enumerate(is_exact) if whole), MOST_DECIMALS)


def _scores(array: NDArray[np.float64], step: float) -> tuple[Score, ...]:
    if array.ndim == 2:
        return tuple(Score(float(row.mean()), row, row.size) for row in array)
    return tuple(Score(float(accuracy), None, UNCOUNTED, rounded_to=step) for accuracy in array)
