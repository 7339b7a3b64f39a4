import dataclasses

import pytest

from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.experiment import Experiment
from rnn_compare.report.report_charts import _range as report_range
from rnn_compare.runs.events import Progress, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.server.live import View, board_message, packed
from tests.epochs import epoch_end


@pytest.mark.parametrize(("values", "low"), [([], 0.5), ([0.93, 0.95], 0.5), ([0.5], 0.5), ([0.47], 0.4), ([0.0], 0.0)])
def test_it_reaches_from_guessing_to_perfect_or_down_to_what_is_worse(values: list[float], low: float) -> None:
    assert all_charts()["auc"].range(values) == (low, 1.005)


def test_a_report_on_perfect_networks_has_an_axis_with_room_and_ticks_that_differ() -> None:
    for name in ("auc", "accuracy"):
        assert report_range(all_charts()[name], [1.0, 1.0])[0] == 0.9
    assert all_charts()["auc"].tickformat == ".3~f"  # 0.98 and 1 are told apart


def test_it_is_shown_to_those_who_choose_it_with_a_gap_where_epochs_have_none() -> None:
    assert "auc" not in shown_charts()
    old, new = (epoch_end("a", number, 0.8, 0.4, 0.81, 0.41, 2.0) for number in (1, 2))
    new = dataclasses.replace(new, figures={**new.figures, "val_auc": 0.9344})
    point = Progress("a", 3, 40, 157, {"accuracy": 0.8, "loss": 0.4}, "training", 100.0)
    run = Run(
        *("a", 1, "a", Experiment(), Status.RUNNING, Owner(1, 1.0, "here"), "page", 0.0),
        epochs=(old, new),
        progress=(point,),
    )
    sent = board_message([run], {}, View(("auc",), marks=True))
    [chart], [group] = sent["charts"], sent["groups"]
    assert (chart["title"], chart["training"], chart["validation"], chart["marks"]) == ("AUC", None, "val_auc", [])
    assert group["figures"] == {"val_auc": "___" + packed([0.9344])}
    assert group["trail"]["figures"] == {}
