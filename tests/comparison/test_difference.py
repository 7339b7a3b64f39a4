"""Several comparisons: against statsmodels' Holm, and that each interval says what its test says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from rnn_compare.comparison.difference import LOOKS, Difference, by_student, holm

differences = st.builds(
    lambda points, deviation, df: by_student(points / 100, (3, 3), [(deviation**2, df)], (0.0, 1)),
    st.floats(-5, 5),
    st.floats(0.001, 0.02),
    st.floats(1, 30),
)
UNTOLD = Difference(0.1, (1, 1), reason="one seed")


@given(st.lists(differences, min_size=1, max_size=8))
def test_p_is_adjusted_as_statsmodels_does_it(several: list[Difference]) -> None:
    expected = multipletests([one.p for one in several], method="holm")[1]
    assert [one.p_adjusted for one in holm(several)] == pytest.approx(list(expected))
    assert [one.p for one in holm(several)] == [one.p for one in several]


@given(st.lists(differences, min_size=1, max_size=8))
def test_an_interval_excludes_0_exactly_where_its_difference_is_called_real(several: list[Difference]) -> None:
    for one in holm(several):
        assert one.low is not None
        assert one.high is not None
        assert (one.low > 0 or one.high < 0) == (one.verdict != "cannot tell")


def test_the_levels_by_hand() -> None:
    several = [by_student(points / 100, (9, 9), [(0.01**2, 16)], (0.0, 1)) for points in (1.0, 5.0, 4.0, 0.5)]
    judged = holm(several)
    # In order of p: 5 and 4 points are real (1 − α/4, 1 − α/3), 1 point is not, so 1 and 0.5 have 1 − α/2.
    assert [one.level for one in judged] == pytest.approx([1 - 0.05 / 2, 1 - 0.05 / 4, 1 - 0.05 / 3, 1 - 0.05 / 2])
    assert [one.verdict for one in judged] == ["cannot tell", "a is better", "a is better", "cannot tell"]
    assert judged[1].low == pytest.approx(0.05 - stats.t.ppf(1 - 0.025 / LOOKS / 4, 16) * 0.01)
    assert {one.comparisons for one in judged} == {4}


def test_comparisons_that_tell_nothing_do_not_count() -> None:
    real = by_student(0.03, (9, 9), [(0.01**2, 16)], (0.0, 1))
    assert holm([UNTOLD, real]) == [UNTOLD, real]
    assert holm([UNTOLD]) == [UNTOLD]
    assert holm([]) == []
