import json
import math

import numpy as np
import pytest

from rnn_compare.metrics import metric
from rnn_compare.metrics.metric import Metric, all_metrics, computed

LABELS, PROBABILITIES = np.array([0, 1], np.int64), np.array([0.2, 0.8], np.float32)


def test_what_keras_measures_comes_first_and_in_the_order_of_its_own_logs() -> None:
    assert list(all_metrics())[:4] == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(all_metrics()[name].compute is None for name in list(all_metrics())[:4])


def test_every_figure_has_a_place_of_its_own_and_says_what_it_is() -> None:
    assert len({figure.position for figure in all_metrics().values()}) == len(all_metrics())
    assert len({figure.title for figure in all_metrics().values()}) == len(all_metrics())
    assert [all_metrics()[name].higher_is_better for name in ("val_accuracy", "val_loss")] == [True, False]
    assert [all_metrics()["val_accuracy"].text(share) for share in (0.86244, 0.5275)] == ["86.2 %", "52.8 %"]
    assert all_metrics()["val_loss"].text(0.44444) == "0.444"


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
