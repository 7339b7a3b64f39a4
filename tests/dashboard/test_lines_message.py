"""What phones get of the wall's charts over numbers of words."""

from rnn_compare.dashboard.pages.present.steps.inside import lines_message
from rnn_compare.dashboard.widgets.memory_test import effect_chart, noticed_chart
from tests.dashboard.memories import recalled


def test_phones_get_the_points_the_axes_and_the_words_of_the_walls_chart() -> None:
    figure = noticed_chart([recalled("A <b>", told_apart=[1.0, 0.9, 0.5], distances=[1, 2, 10])])
    message = lines_message(figure)
    [line] = message["lines"]
    assert (line["name"], line["x"], line["y"]) == ("A <b>", [1, 2, 10], [100.0, 90.0, 50.0])
    assert (message["unit"], message["log"], message["ticks"]) == (" %", False, [1, 2, 5, 10])
    assert message["ends"][0] > 10 > 1 > message["ends"][1] > 0, "the end of the text is on the right"
    assert message["range"] == list(figure.layout.yaxis.range)
    assert [level["name"] for level in message["levels"]] == ["guessing (95 %)", None]
    assert "10" in message["words"]


def test_a_logarithmic_axis_has_its_limits_as_numbers() -> None:
    message = lines_message(effect_chart([recalled(effect=[2.0, 0.001, 0.0])]))
    low, high = message["range"]
    assert message["log"]
    assert low < min(message["lines"][0]["y"]) == 1e-6
    assert high > 2.0
