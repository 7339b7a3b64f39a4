"""Figures of an epoch: what is measured, and the area under the curve by its definition."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.metrics import metric
from rnn_compare.metrics.auc import area_under_roc_curve
from rnn_compare.metrics.metric import Metric, all_metrics, computed

LABELS, PROBABILITIES = np.array([0, 1], np.int64), np.array([0.2, 0.8], np.float32)


def test_what_keras_measures_comes_first_and_every_figure_has_a_place_of_its_own_and_says_what_it_is() -> None:
    figures = all_metrics()
    assert list(figures)[:4] == ["accuracy", "loss", "val_accuracy", "val_loss"], "the order of its own logs"
    assert len({figure.position for figure in figures.values()}) == len(figures)
    assert len({figure.title for figure in figures.values()}) == len(figures)
    assert [figures[name].higher_is_better for name in ("val_accuracy", "val_loss")] == [True, False]
    assert [figures["val_accuracy"].text(share) for share in (0.86244, 0.5275)] == ["86.2 %", "52.8 %"]
    assert [figures["val_loss"].text(0.44444), figures["val_auc"].text(0.93449)] == ["0.444", "0.934"]


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_figure_that_is_undefined_is_left_out(value: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "undefined": Metric("undefined", "Undefined", True, ".1f", 1, lambda *_: value),
        "mean": Metric("mean", "Mean", True, ".1f", 2, lambda _, probabilities: float(np.mean(probabilities))),
    }
    monkeypatch.setattr(metric, "all_metrics", lambda: figures)
    values = computed(LABELS, PROBABILITIES)
    assert values == {"mean": 0.5}
    json.dumps(values, allow_nan=False)


# Few levels, so that many are equal.
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), max_size=40))
def test_auc_is_the_share_of_pairs_in_order_equal_ones_counted_half(rows: list[tuple[bool, int]]) -> None:
    labels = np.array([1, 0, *(label for label, _ in rows)], np.int64)
    probabilities = np.array([8, 4, *(level for _, level in rows)], np.float32) / np.float32(8)
    pairs = list(itertools.product(probabilities[labels == 1], probabilities[labels == 0]))
    share = sum((high > low) + 0.5 * (high == low) for high, low in pairs) / len(pairs)
    assert area_under_roc_curve(labels, probabilities) == pytest.approx(share, abs=1e-15)


def test_auc_is_left_out_where_all_reviews_are_of_one_class() -> None:
    assert computed(LABELS, PROBABILITIES)["val_auc"] == 1.0
    for label in (0, 1):
        assert "val_auc" not in computed(np.full(2, label), PROBABILITIES)
