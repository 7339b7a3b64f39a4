from typing import Any

import numpy as np
import pytest

from rnn_compare.charts.memory_chart import effect_chart, noticed_chart
from tests.charts.memories import recalled


def test_each_run_has_one_line_of_its_colour() -> None:
    both = [recalled(), recalled("other", distances=[1, 500])]
    for figure in (noticed_chart(both), effect_chart(both)):
        assert [trace.name for trace in figure.data] == ["mine", "other"]
        assert {trace.line.color for trace in figure.data} == {both[0][0].look.color}
    assert list(noticed_chart(both).data[0].y) == [100, 80, 50]


def test_differences_have_a_logarithmic_axis_which_ends_where_rounding_begins() -> None:
    chart = effect_chart([recalled(effect=[2.0, -0.001, 0.0])])
    assert chart.layout.yaxis.type == "log"
    assert list(chart.data[0].y) == [2.0, 0.001, 1e-6]
    np.testing.assert_allclose(chart.layout.yaxis.range, [-6.1, 1.1])
    assert [(shape.y0, shape.name, shape.showlegend) for shape in chart.layout.shapes] == [(1e-6, "10⁻⁶ or less", True)]
    assert not effect_chart([recalled(effect=[2.0, -0.001, 0.01])]).layout.shapes, "nothing is drawn higher than it is"


def test_differences_between_two_powers_of_ten_have_ticks_too() -> None:
    np.testing.assert_allclose(effect_chart([recalled(effect=[2.0, 3.0, 4.0])]).layout.yaxis.range, [-0.1, 1.1])


def test_a_line_that_another_covers_is_still_seen_beside_it() -> None:
    widths = [line.line.width for line in noticed_chart([recalled(str(number)) for number in range(8)]).data]
    assert widths == sorted(set(widths), reverse=True)
    assert 3 <= widths[-1] < widths[0] < 10


def test_guessing_is_a_dashed_line_in_a_band_that_chance_explains() -> None:
    figure = noticed_chart([recalled()])
    band, line = figure.layout.shapes
    assert (line.y0, line.y1, line.line.dash) == (50, 50, "dash")
    np.testing.assert_allclose([band.y0, band.y1], [43, 57], atol=0.1)  # 1.96 √(½·½ / 200)
    assert [shape.name for shape in (band, line) if shape.showlegend] == ["guessing (95 %)"]


def test_the_band_is_wider_where_fewer_pairs_were_tested() -> None:
    narrow, wide = (noticed_chart([recalled(pairs=pairs)]).layout.shapes[0].y1 for pairs in (200, 50))
    assert wide > narrow


def test_every_point_lies_within_the_chart() -> None:
    figure = noticed_chart([recalled(told_apart=[1.0, 0.2, 0.0]), recalled("other", distances=[1, 2, 1000])])
    low, high = figure.layout.yaxis.range
    assert low < 0
    assert high > 100
    left, right = figure.layout.xaxis.range
    assert left > 3.0  # the exponent of 1000
    assert right < 0.0


def test_a_network_that_reads_one_word_has_an_axis_too() -> None:
    left, right = noticed_chart([recalled(distances=[1], told_apart=[1.0], effect=[1.0])]).layout.xaxis.range
    assert left > right


@pytest.mark.parametrize("draw", [noticed_chart, effect_chart])
def test_a_networks_name_is_never_markup_in_a_chart(draw: Any) -> None:
    assert draw([recalled("<b>bold</b>")]).data[0].name == "&lt;b&gt;bold&lt;/b&gt;"
