import pytest

from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.metrics.metric import all_metrics


def test_every_chart_draws_figures_that_are_measured_and_has_a_place_of_its_own() -> None:
    assert {name for chart in all_charts().values() for name in chart.figures} <= set(all_metrics())
    assert len({chart.position for chart in all_charts().values()}) == len(all_charts())
    assert shown_charts() == tuple(all_charts())[:2] == ("accuracy", "loss")
    assert {(chart.factor, chart.unit) for chart in all_charts().values()} == {(100, " %"), (1, "")}


@pytest.mark.parametrize(
    ("name", "values", "low"),
    [
        ("accuracy", [], 0.4),
        ("accuracy", [0.5, 0.9], 0.4),
        ("accuracy", [0.31, 0.9], 0.3),
        ("accuracy", [0.05], 0.0),
        ("auc", [0.5], 0.5),
        ("auc", [0.47], 0.4),
        ("auc", [0.0], 0.0),
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
