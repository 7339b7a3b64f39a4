"""Several comparisons at once: Holm's correction, and intervals that match it."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from rnn_compare.comparison.difference import ALPHA, Difference, at_level


def holm(differences: Sequence[Difference]) -> list[Difference]:
    """Returns the same differences, judged together: that any of them is called real by chance stays below 5 %.

    The smallest of m p-values is multiplied by m, the next by m − 1, and so on; none becomes smaller than one before it
    (Holm 1979). The interval of the one of rank j has the level 1 − 5 % / (m − j* + 1), where j* is j, or the rank of
    the first that is not called real if that comes before: so it excludes 0 where the adjusted p is below 5 %. Each
    interval matches its test; that all of them cover at once in 95 % is not claimed.

    Args:
        differences: Those without p are left as they are and do not count.

    Example:
        >>> from rnn_compare.comparison.difference import by_student
        >>> three = [by_student(points / 100, (5, 5), [(0.005**2, 8)], (0, 1)) for points in (3.0, 1.5, 0.1)]
        >>> [(round(one.p, 3), round(one.p_adjusted, 3), one.verdict) for one in holm(three)]
        [(0.0, 0.001, 'a is better'), (0.017, 0.034, 'a is better'), (0.846, 0.846, 'cannot tell')]
    """
    # Not statsmodels' multipletests: each call of it collects all garbage, 50 ms in a server, for these two lines.
    told = sorted((one.p, place) for place, one in enumerate(differences) if one.p is not None)
    steps = [p * (len(told) - rank) for rank, (p, _) in enumerate(told)]
    adjusted = [min(1.0, highest) for highest in itertools.accumulate(steps, max)]
    called_real = sum(p <= ALPHA for p in adjusted)
    judged = list(differences)
    for rank, (_, place) in enumerate(told):
        one = replace(differences[place], comparisons=len(told))
        judged[place] = at_level(one, 1 - ALPHA / (len(told) - min(rank, called_real)), adjusted[rank])
    return judged
