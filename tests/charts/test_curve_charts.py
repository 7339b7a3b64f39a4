import pytest

from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.metrics.metric import all_metrics


def test_every_chart_draws_figures_that_are_measured_and_has_a_place_of_its_own() -> None:
    assert {name for chart in all_charts().values() for name in chart.figures} <= set(all_metrics())
    assert len({chart.position for chart in all_charts().values()}) == len(all_charts())
    assert shown_charts() == tuple(all_charts())[:2] == ("accuracy", "loss")


@pytest.mark.parametrize(
    ("values", "ends"),
    [([], (0.4, 1.005)), ([0.5, 0.9], (0.4, 1.005)), ([0.31, 0.9], (0.3, 1.005)), ([0.05], (0.0, 1.005))],
)
def test_accuracy_begins_below_a_guess_or_below_its_lowest_value(
    values: list[float], ends: tuple[float, float]
) -> None:
    assert all_charts()["accuracy"].range(values) == ends


@pytest.mark.parametrize(
    ("values", "highest"),
    [([], 0.8), ([0.3, 0.69], 0.8), ([0.9], 1.0), ([1.0], 1.2), ([2.0], 2.2), ([50.0], 3.2)],
)
def test_loss_reaches_beyond_its_highest_value_but_not_for_ever(values: list[float], highest: float) -> None:
    low, high = all_charts()["loss"].range(values)
    assert low == 0
    assert high == pytest.approx(1.005 * highest)


def test_charts_that_are_asked_for_come_once_and_in_order_and_nonsense_is_passed_over() -> None:
    assert shown_charts(["loss", "accuracy", "loss", "<script>"]) == ("accuracy", "loss")
    assert shown_charts(["loss"]) == ("loss",)
    assert shown_charts([""]) == shown_charts()


def test_the_largest_gradient_has_an_axis_of_its_own_size_and_is_of_the_training() -> None:
    chart = all_charts()["gradient"]
    highest = [chart.range(values)[1] / 1.005 for values in ([], [0.11, 0.08], [2.09], [185.0, 3.0])]
    assert highest == pytest.approx([2.0, 0.2, 3.0, 200.0])
    assert [all_charts()[name].solid for name in ("accuracy", "gradient")] == ["validation", "training"]
