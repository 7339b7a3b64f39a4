import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnn_compare.metrics.auc import area_under_roc_curve
from rnn_compare.metrics.metric import all_metrics, computed

# Few levels, so that many are equal.
reviews = st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 8)), min_size=2, max_size=40).filter(
    lambda rows: {label for label, _ in rows} == {0, 1}
)


def arrays(rows: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    labels, levels = zip(*rows, strict=True)
    return np.array(labels, np.int64), np.array(levels, np.float32) / np.float32(8)


@given(reviews)
def test_it_is_the_share_of_pairs_that_are_in_order_equal_ones_counted_half(rows: list[tuple[int, int]]) -> None:
    labels, probabilities = arrays(rows)
    pairs = list(itertools.product(probabilities[labels == 1], probabilities[labels == 0]))
    share = sum((high > low) + 0.5 * (high == low) for high, low in pairs) / len(pairs)
    assert area_under_roc_curve(labels, probabilities) == pytest.approx(share, abs=1e-15)


def test_it_has_three_decimals_and_is_left_out_where_all_reviews_are_of_one_class() -> None:
    probabilities = np.array([0.2, 0.7], np.float32)
    assert computed(np.array([0, 1]), probabilities)["val_auc"] == 1.0
    for label in (0, 1):
        assert "val_auc" not in computed(np.full(2, label), probabilities)
    assert all_metrics()["val_auc"].text(0.93449) == "0.934"
