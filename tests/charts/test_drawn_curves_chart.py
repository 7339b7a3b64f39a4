"""What a class has drawn: the band and the median are the very numbers that were tallied."""

from rnn_compare.charts.drawn_curves_chart import chart
from rnn_compare.charts.in_words import in_words


def test_the_band_lies_around_the_median_and_both_are_named() -> None:
    made = chart("LSTM(32)", 12, [0.5, 0.6], [0.6, 0.7], [0.7, 0.8])
    band, median = made.data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [70, 80, 60, 50]
    assert list(median.y) == [60, 70]
    assert median.name == "median of 12 drawings"
    said = in_words(made)
    assert said.title == "Chart of LSTM(32), accuracy by epoch"
    assert "60.0 %" in said.lines[-1]
