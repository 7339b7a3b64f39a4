from itertools import combinations

import numpy as np
import pytest

from rnn_compare.charts.word_chart import (
    NARROW,
    WIDE,
    Sheet,
    extremes,
    label_offsets,
    tints,
    word_chart,
)
from rnn_compare.explain.embedding_map import WordMap, word_map
from tests.kit.networks import VOCABULARY, random_weights, small


def words(verdicts: list[float]) -> WordMap:
    count = len(verdicts)
    points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    names = tuple(f"word{number}" for number in range(count))
    return WordMap(names, np.arange(4, 4 + count), points, np.array(verdicts, np.float32))


def real() -> WordMap:
    experiment = small()
    return word_map(experiment, random_weights(experiment), VOCABULARY)


@pytest.mark.parametrize("verdicts", [[0.9, 0.95, 0.99], [0.0, 0.5, 1.0], [0.5, 0.5, 0.5], [np.nan, 0.5, 0.7], [0.3]])
def test_the_median_word_is_grey_and_colours_stay_in_their_bounds(verdicts: list[float]) -> None:
    shades = tints(words(verdicts).verdicts)
    assert np.isfinite(shades).all()
    assert np.abs(shades).max() <= 1
    if verdicts[0] == 0.9:
        assert shades[0] < 0 == shades[1] < shades[2], "even where a network leans"


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
def test_a_distance_is_as_long_upwards_as_to_the_right(sheet: Sheet) -> None:
    layout = word_chart(real(), sheet=sheet).layout
    across, up = np.ptp(layout.xaxis.range), np.ptp(layout.yaxis.range)
    assert across / sheet.width == pytest.approx(up / sheet.height)
    assert layout.yaxis.scaleanchor == "x"


def test_the_extremes_of_both_kinds_are_labelled_each_once() -> None:
    mapped = words([0.9, 0.1, 0.5, 0.2, 0.8])
    assert extremes(mapped, 2) == [1, 3, 0, 4]
    assert sorted(extremes(mapped, 4)) == [0, 1, 2, 3, 4]
    labelled = [note.text for note in word_chart(real()).layout.annotations]
    assert len(labelled) == len(set(labelled)) == 20


@pytest.mark.parametrize("width", [1100, 540])
def test_labels_lie_neither_on_each_other_nor_outside(width: int) -> None:
    random = np.random.default_rng(1)
    places = random.uniform((60, 20), (width - 60, 480), (20, 2))
    sizes = np.column_stack([random.uniform(30, 110, 20), np.full(20, 20)])
    middles = places + label_offsets(places, sizes, (width, 500))
    low, high = middles - sizes / 2, middles + sizes / 2
    assert (low >= 0).all()
    assert (high <= (width, 500)).all()
    for first, second in combinations(range(20), 2):
        assert ((low[first] >= high[second]) | (low[second] >= high[first])).any(), (first, second)


def test_every_word_says_its_verdict_and_no_word_is_markup() -> None:
    mapped = words([0.25, 0.75])
    odd = WordMap(("<b>x", "plain"), mapped.ids, mapped.points, mapped.verdicts)
    figure = word_chart(odd)
    assert list(figure.data[0].text) == ["&lt;b&gt;x<br>25.0 % positive", "plain<br>75.0 % positive"]
    assert "&lt;b&gt;x" in [note.text for note in figure.layout.annotations]
