import json
import math

import numpy as np
import pytest

from rnn_compare.metrics import registry
from rnn_compare.metrics.metric import Metric
from rnn_compare.metrics.registry import METRICS, computed

LABELS, PROBABILITIES = np.array([0, 1], np.int64), np.array([0.2, 0.8], np.float32)


def test_what_keras_measures_comes_first_and_in_the_order_of_its_own_logs() -> None:
    assert list(METRICS)[:4] == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(METRICS[name].compute is None for name in list(METRICS)[:4])


def test_every_figure_has_a_place_of_its_own_and_says_what_it_is() -> None:
    assert len({figure.position for figure in METRICS.values()}) == len(METRICS)
    assert len({figure.title for figure in METRICS.values()}) == len(METRICS)
    assert [METRICS[name].higher_is_better for name in ("val_accuracy", "val_loss")] == [True, False]
    assert METRICS["val_accuracy"].text(0.86244) == "86.2 %"
    assert METRICS["val_loss"].text(0.44444) == "0.444"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_figure_that_is_undefined_is_left_out(value: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "undefined": Metric("undefined", "Undefined", True, ".1f", 1, lambda *_: value),
        "mean": Metric("mean", "Mean", True, ".1f", 2, lambda _, probabilities: float(np.mean(probabilities))),
    }
    monkeypatch.setattr(registry, "METRICS", figures)
    found = computed(LABELS, PROBABILITIES)
    assert found == {"mean": 0.5}
    json.dumps(found, allow_nan=False)
