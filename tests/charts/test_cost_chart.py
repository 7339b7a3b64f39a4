from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.charts.cost_chart import front

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)


def dominates(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@given(POINTS)
def test_the_front_is_what_no_point_dominates(points: list[tuple[int, int]]) -> None:
    kept = front([cost for cost, _ in points], [accuracy for _, accuracy in points])
    beaten = {place for place, point in enumerate(points) if any(dominates(other, point) for other in points)}
    assert set(kept) == set(range(len(points))) - beaten
    assert [points[place] for place in kept] == sorted(points[place] for place in kept)


def test_a_dearer_network_that_is_no_better_is_not_on_the_front() -> None:
    assert front([2080, 8320], [0.85, 0.85]) == [0]
    assert front([], []) == []
