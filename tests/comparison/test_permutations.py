"""The permutation test: by counting arrangements, and the smallest p as the one that is really reached."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_compare.comparison.permutations import permutation_p, sign_flip_p, smallest_p, smallest_sign_flip_p

accuracies = st.lists(st.integers(0, 1000), min_size=2, max_size=4).map(lambda counts: [n / 1000 for n in counts])


@given(accuracies, accuracies)
@example(a=[0.0, 0.001, 0.529], b=[0.0, 0.059, 0.47])  # two arrangements that differ by a sum's last digit
def test_p_counts_the_arrangements(a: list[float], b: list[float]) -> None:
    both = np.array(a + b)
    seen = np.mean(a) - np.mean(b)
    drawn = []
    for chosen in itertools.combinations(range(len(both)), len(a)):
        rest = [place for place in range(len(both)) if place not in chosen]
        drawn.append(both[list(chosen)].mean() - both[rest].mean())
    above = np.mean(np.array(drawn) >= seen - 1e-12)
    below = np.mean(np.array(drawn) <= seen + 1e-12)
    assert permutation_p(a, b) == pytest.approx(min(1, 2 * min(above, below)))


@given(st.lists(st.integers(-500, 500), min_size=2, max_size=6))
def test_sign_flips_are_counted_likewise(steps: list[int]) -> None:
    differences = np.array(steps) / 1000
    means = np.array([np.mean(differences * signs) for signs in itertools.product((-1, 1), repeat=len(steps))])
    above = np.mean(means >= differences.mean() - 1e-12)
    below = np.mean(means <= differences.mean() + 1e-12)
    assert sign_flip_p(list(differences)) == pytest.approx(min(1, 2 * min(above, below)))


@pytest.mark.parametrize(("a", "b"), [(2, 2), (2, 5), (3, 3), (4, 4), (5, 5), (6, 4)])
def test_the_smallest_p_is_reached_by_groups_that_do_not_overlap(a: int, b: int) -> None:
    low, high = np.linspace(0.5, 0.6, a), np.linspace(0.8, 0.95, b)
    assert permutation_p(list(low), list(high)) == pytest.approx(smallest_p(a, b))


@pytest.mark.parametrize("seeds", [2, 3, 5, 6])
def test_the_smallest_p_of_sign_flips_is_reached_where_one_always_leads(seeds: int) -> None:
    assert sign_flip_p(list(np.linspace(0.01, 0.02, seeds))) == pytest.approx(smallest_sign_flip_p(seeds))


def test_of_very_many_arrangements_some_are_drawn_always_the_same() -> None:
    rng = np.random.default_rng(3)
    a, b = list(rng.normal(0.88, 0.01, 12)), list(rng.normal(0.87, 0.01, 12))
    drawn = permutation_p(a, b)
    assert drawn is not None
    assert drawn == permutation_p(a, b)
    assert drawn < 1


def test_fewer_than_two_runs_have_no_order_to_look_at() -> None:
    assert permutation_p([0.8], [0.7, 0.6]) is None
    assert sign_flip_p([0.1]) is None
