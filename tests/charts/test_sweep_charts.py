"""Charts of sweeps as data: what is drawn is what was found."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.charts import sweep_charts
from rnn_compare.comparison.sweeps import Outcome, grid, outcomes
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from tests.epochs import epoch_end

SMALL = {"units": [4, 16], "maxlen": [20, 50], "seed": [1, 2, 3], "epochs": 1}


def swept(experiments: Sequence[Experiment], name: str = "") -> list[Outcome]:
    runs = [
        Run(
            f"r{number}",
            number,
            "r",
            experiment,
            Status.FINISHED,
            Owner(1, 1.0, "here"),
            "page",
            0.0,
            name=name,
            epochs=(epoch_end("r", 1, 0.5, 0.7, 0.6 + number / 100, 0.6, 2.0),),
        )
        for number, experiment in enumerate(experiments)
    ]
    return outcomes(runs, lambda run: run.epochs[-1]["val_accuracy"])


def test_a_heat_map_holds_the_mean_of_each_field_and_leaves_others_empty() -> None:
    experiments = grid(SMALL | {"cell": ["LSTM"]}) + grid(SMALL | {"cell": ["GRU"], "units": [4]})
    lstm, gru = sweep_charts.sweep_heat_maps(swept(experiments)).data
    assert lstm.y == ("4", "16")
    assert lstm.z[0] == pytest.approx((0.61, 0.64))
    assert lstm.text[0][0] == "61.0<br>± 2.5"  # t with two degrees of freedom: 4.30 · 1 / √3
    assert list(gru.z[1]) == [None, None]
    assert list(gru.text[1]) == ["", ""]


def test_a_grid_that_nobody_has_trained_shows_its_fields() -> None:
    figure = sweep_charts.sweep_heat_maps([], grid(SMALL))
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert list(axis.range) == [-0.5, len(axis.categoryarray) - 0.5]
        assert axis.tickson == "boundaries"
    assert (figure.layout.xaxis.categoryarray, figure.layout.yaxis.categoryarray) == (("20", "50"), ("4", "16"))


def test_a_field_over_several_settings_has_a_mean_and_no_interval() -> None:
    experiments = grid({"units": [4], "maxlen": [20], "dropout": [0, 0.5], "seed": [1, 2], "epochs": 1})
    [field] = sweep_charts.sweep_heat_maps(swept(experiments)).data
    assert (field.z[0][0], field.text[0][0]) == (pytest.approx(0.615), "61.5")


def test_a_line_along_a_setting_is_one_combination_of_the_others_with_its_band() -> None:
    figure = sweep_charts.axis_chart(swept(grid(SMALL | {"cell": ["LSTM", "GRU"]})), "units", "accuracy")
    lines = [trace for trace in figure.data if trace.name]
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert [line.name for line in lines] == ["LSTM maxlen 20", "LSTM maxlen 50", "GRU maxlen 20", "GRU maxlen 50"]
    assert lines[0].x == (4, 16)
    assert lines[0].y == pytest.approx((61, 67))
    assert len(bands) == 4
    assert max(bands[0].y) == pytest.approx(67 + 4.303 * 1 / 3**0.5, abs=1e-2)


@pytest.mark.parametrize("setting", ["cell", "bidirectional", "dropout"])
def test_any_setting_may_stand_along_the_axis(setting: str) -> None:
    values = {"cell": ["LSTM", "GRU"], "bidirectional": [False, True], "dropout": [0, 0.2]}
    figure = sweep_charts.axis_chart(swept(grid({setting: values[setting], "epochs": 1})), setting, "accuracy")
    [line] = [trace for trace in figure.data if trace.name]
    assert len(line.x) == 2


def test_too_many_lines_have_no_bands() -> None:
    figure = sweep_charts.axis_chart(
        swept(grid({"units": list(range(1, 10)), "maxlen": [10, 20], "seed": [1, 2]})), "maxlen", "accuracy"
    )
    assert not [trace for trace in figure.data if trace.fill]


def test_the_front_goes_through_what_no_other_setting_beats() -> None:
    outcome = swept(grid({"units": [4, 8, 16], "epochs": 1}))
    front, points = sweep_charts.cost_chart(outcome, [10.0, 100.0, 50.0], "parameters", "parameters", "accuracy").data
    assert front.x == (10.0, 50.0)
    assert points.text == ("SimpleRNN(4)", "", "SimpleRNN(16)")
    assert points.error_y.array == (0.0, 0.0, 0.0)  # one seed each: nothing is known of chance


def test_names_of_networks_are_shown_as_text() -> None:
    outcome = swept(grid({"units": [4, 8], "epochs": 1}), "<b>%{x}</b>")
    charts = [
        sweep_charts.cost_chart(outcome, [1.0, 2.0], "parameters", "parameters", "accuracy"),
        sweep_charts.axis_chart(outcome, "units", "accuracy"),
    ]
    for figure in charts:
        assert "<b>%{x}" not in json.dumps([trace.to_plotly_json() for trace in figure.data], default=list)


def test_one_trained_run_is_a_picture_already() -> None:
    outcome = swept([Experiment(epochs=1)])
    assert sweep_charts.sweep_heat_maps(outcome).data[0].text[0][0] == "60.0"
    assert sweep_charts.cost_chart(outcome, [5.0], "seconds", "s", "accuracy").data
    assert sweep_charts.sweep_heat_maps(outcome).layout.height > 0


def test_settings_at_one_place_on_the_front_bear_one_label_with_all_names() -> None:
    experiments = grid({"cell": ["LSTM"], "units": [4], "maxlen": [20, 50], "seed": [1], "epochs": 1})
    first, second = swept(experiments)
    figure = sweep_charts.cost_chart([first, replace(second, accuracy=first.accuracy)], [9.0, 9.0], "", "", "")
    assert [trace.text for trace in figure.data if trace.name == "LSTM"] == [
        ("LSTM(4) maxlen 20<br>LSTM(4) maxlen 50", "")
    ]


POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)


def dominates(first: tuple[int, int], second: tuple[int, int]) -> bool:
    return first[0] <= second[0] and first[1] >= second[1] and first != second


@given(POINTS)
def test_the_front_is_what_no_point_dominates(points: list[tuple[int, int]]) -> None:
    places = sweep_charts.front([cost for cost, _ in points], [accuracy for _, accuracy in points])
    beaten = {place for place, point in enumerate(points) if any(dominates(second, point) for second in points)}
    assert set(places) == set(range(len(points))) - beaten
    assert [points[place] for place in places] == sorted(points[place] for place in places)


def test_a_dearer_network_that_is_no_better_is_not_on_the_front() -> None:
    assert sweep_charts.front([2080, 8320], [0.85, 0.85]) == [0]
    assert sweep_charts.front([], []) == []
