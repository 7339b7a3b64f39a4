import dataclasses

import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.runs.events import Progress, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.services.board import View, board_message
from tests.kit.runs import epoch_end


def test_every_chart_draws_figures_that_are_measured_and_has_a_place_of_its_own() -> None:
    assert {name for chart in all_charts().values() for name in chart.figures} <= set(all_metrics())
    assert len({chart.position for chart in all_charts().values()}) == len(all_charts())
    assert shown_charts() == tuple(all_charts())[:2] == ("accuracy", "loss")


@pytest.mark.parametrize(
    ("name", "values", "low"),
    [
        *(
            ("accuracy", values, low)
            for values, low in (([], 0.4), ([0.5, 0.9], 0.4), ([0.31, 0.9], 0.3), ([0.05], 0.0))
        ),
        *(
            ("auc", values, low)
            for values, low in (([], 0.5), ([0.93], 0.5), ([0.5], 0.5), ([0.47], 0.4), ([0.0], 0.0))
        ),
    ],
)
def test_shares_begin_below_a_guess_or_below_their_lowest_value(name: str, values: list[float], low: float) -> None:
    assert all_charts()[name].range(values) == (low, 1.005)


@pytest.mark.parametrize(
    ("values", "highest"), [([], 0.8), ([0.3, 0.69], 0.8), ([0.9], 1.0), ([1.0], 1.2), ([2.0], 2.2), ([50.0], 3.2)]
)
def test_loss_reaches_beyond_its_highest_value_but_not_for_ever(values: list[float], highest: float) -> None:
    low, high = all_charts()["loss"].range(values)
    assert low == 0
    assert high == pytest.approx(1.005 * highest)


def test_selected_charts_come_once_and_in_order_without_unknown_names() -> None:
    assert shown_charts(["loss", "accuracy", "loss", "<script>"]) == ("accuracy", "loss")
    assert shown_charts(["loss"]) == ("loss",)
    assert shown_charts([""]) == shown_charts()


def test_the_largest_gradient_has_an_axis_of_its_own_size_and_is_of_the_training() -> None:
    chart = all_charts()["gradient"]
    assert chart.log
    ends = [chart.range(values) for values in ([], [0.11, 0.08], [2.09, 0.0], [185.0, 0.3])]
    decades = [(0.1, 10.0), (0.01, 1.0), (1.0, 10.0), (0.1, 1000.0)]
    assert ends == [pytest.approx((low, 1.005 * high)) for low, high in decades]
    assert [all_charts()[name].solid for name in ("accuracy", "gradient")] == ["validation", "training"]


def test_auc_is_shown_to_those_who_choose_it_with_a_gap_where_epochs_have_none() -> None:
    assert "auc" not in shown_charts()
    old, new = (epoch_end("a", number, 0.8, 0.4, 0.81, 0.41, 2.0) for number in (1, 2))
    new = dataclasses.replace(new, figures={**new.figures, "val_auc": 0.9344})
    point = Progress("a", 3, 40, 157, {"accuracy": 0.8, "loss": 0.4}, "training", 100.0)
    run = Run(
        *("a", 1, "a", Experiment(), Status.RUNNING, Owner(1, 1.0, "here"), "page", 0.0),
        epochs=(old, new),
        progress=(point,),
    )
    sent = board_message([run], {}, View(("auc",)))
    [chart], [group] = sent["charts"], sent["groups"]
    assert (chart["title"], chart["training"], chart["validation"]) == ("AUC", None, "val_auc")
    assert group["figures"] == {"val_auc": packed([None, 0.9344])}
    assert group["trail"]["figures"] == {}
