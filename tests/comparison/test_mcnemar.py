"""Two trained networks: McNemar's test against statsmodels, its limits by hand and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.mcnemar import NetworkDifference, trained_networks

counts = st.tuples(*[st.integers(0, 60)] * 4).filter(any)
"""Reviews that both, only a, only b and neither judges rightly."""


def compared(both: int, only_a: int, only_b: int, neither: int) -> NetworkDifference:
    a = np.repeat([1.0, 1.0, 0.0, 0.0], [both, only_a, only_b, neither])
    b = np.repeat([1.0, 0.0, 1.0, 0.0], [both, only_a, only_b, neither])
    outcome = trained_networks(score(a), score(b))
    assert outcome is not None
    return outcome


def score(correct: np.ndarray) -> Score:
    return Score(float(correct.mean()), correct, len(correct))


@given(counts)
def test_p_is_that_of_statsmodels(table: tuple[int, int, int, int]) -> None:
    both, only_a, only_b, neither = table
    expected = mcnemar([[both, only_a], [only_b, neither]], exact=True).pvalue
    assert compared(*table).p == pytest.approx(expected)


@given(counts)
def test_the_interval_excludes_0_exactly_where_p_is_below_5_percent(table: tuple[int, int, int, int]) -> None:
    outcome = compared(*table)
    low, high = outcome.limits
    assert low <= outcome.difference <= high
    assert (low > 0 or high < 0) == (outcome.p < 0.05)


@given(counts)
def test_swapping_the_networks_turns_the_sign(table: tuple[int, int, int, int]) -> None:
    both, only_a, only_b, neither = table
    item, other = compared(*table), compared(both, only_b, only_a, neither)
    assert [item.difference, *item.limits] == pytest.approx(
        [-other.difference, *(-limit for limit in other.limits[::-1])]
    )
    assert item.p == pytest.approx(other.p)


def test_the_limits_by_hand() -> None:
    outcome = compared(4000, 300, 200, 500)
    # 300 of 500: Clopper and Pearson's limits by the beta distribution, times those of 500 in 5,000.
    least = stats.beta.ppf(0.025, 300, 201), stats.beta.ppf(0.025, 500, 4501)
    most = stats.beta.ppf(0.975, 301, 200), stats.beta.ppf(0.975, 501, 4500)
    assert outcome.difference == 0.02
    assert outcome.limits == pytest.approx([(2 * low - 1) * shares for low, shares in (least, most)])


def test_networks_that_agree_on_all_reviews_may_still_differ_a_little() -> None:
    outcome = compared(90, 0, 0, 10)
    assert (outcome.difference, outcome.p) == (0, 1)
    assert outcome.limits == pytest.approx((-1 + 0.025 ** (1 / 100), 1 - 0.025 ** (1 / 100)))


def test_without_verdicts_of_the_same_reviews_nothing_is_said() -> None:
    plain = score(np.ones(4))
    assert trained_networks(plain, Score(0.5, None, 4)) is None
    assert trained_networks(plain, score(np.ones(5))) is None
    assert trained_networks(plain, score(np.array([1, 0.5, 0, 1]))) is None  # shares of epochs are no verdicts


@pytest.mark.parametrize(("disagree", "share_a"), [(0.1, 0.5), (0.1, 0.6), (0.35, 0.9)])
def test_the_interval_covers_the_difference_of_all_reviews(disagree: float, share_a: float) -> None:
    rng = np.random.default_rng(1)
    true = disagree * (2 * share_a - 1)
    covered = 0
    for _ in range(400):
        only_a, only_b, both = rng.multinomial(2000, [disagree * share_a, disagree * (1 - share_a), 1 - disagree])
        outcome = compared(int(both), int(only_a), int(only_b), 0)
        covered += outcome.limits[0] <= true <= outcome.limits[1]
    assert covered / 400 >= 0.93
