"""The Pareto front: the settings that no other one beats in both cost and accuracy."""

from collections.abc import Sequence


def front(costs: Sequence[float], accuracies: Sequence[float]) -> list[int]:
    """Returns the places of the points that no other point dominates, from the cheapest to the dearest.

    A point dominates another if it costs no more and is no less accurate, and is better in one of the two. Of points
    that are equal in both all are kept.

    Args:
        costs: Parameters or seconds of each point: less is better.
        accuracies: Of each point: more is better.

    Example:
        >>> front([2080, 6336, 8320, 8320], [0.84, 0.88, 0.87, 0.89])
        [0, 1, 3]
    """
    kept: list[int] = []
    for place in sorted(range(len(costs)), key=lambda place: (costs[place], -accuracies[place])):
        best = kept[-1] if kept else None
        if best is None or accuracies[place] > accuracies[best] or _equal(place, best, costs, accuracies):
            kept.append(place)
    return kept


def _equal(one: int, other: int, costs: Sequence[float], accuracies: Sequence[float]) -> bool:
    return costs[one] == costs[other] and accuracies[one] == accuracies[other]
