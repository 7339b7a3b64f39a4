import numpy as np
import pytest

from rnn_compare.charts.memory_chart import A_POINT, conclusion, moved, noticed, noticed_chart, used_words
from tests.kit.loaded import chosen, memory_result, recalled


def test_a_sentence_says_from_which_word_on_the_prediction_moves_by_less_than_a_point() -> None:
    tested = [
        recalled("*a*", effect=[2, -0.5, 0.03]),
        recalled("b", effect=[0.01, 0.01, -0.03]),
        recalled("c", effect=[1, 0, -1]),
    ]
    assert moved(tested) == (
        "Beyond word 100 (\\*a\\*) and word 1 (b) it moves the prediction by less than a point. "
        "For c there is no such word."
    )
    assert moved(tested[2:]).startswith("At no distance")
    probability = 1 / (1 + np.exp(-np.array([A_POINT / 2, -A_POINT / 2])))
    assert np.ptp(probability) < 0.01, "nowhere does it move a probability by more"


def test_one_sentence_says_how_often_each_network_notices_the_word_a_quarter_of_maxlen_from_the_end() -> None:
    often, never = recalled("*often*", told_apart=[1, 0.97, 0.5]), recalled("never", told_apart=[1, 0, 0])
    short = recalled("short", distances=[1, 2, 5], told_apart=[1, 0.5, 0.5], pairs=20)
    assert noticed([often, never, short]) == (
        "With these weights, noticed 10 words from the end: \\*often\\* 97 % (94 to 99), never 0 % (0 to 2); "
        "1 word from the end: short 100 % (84 to 100)."
    )


def test_each_run_has_a_line_of_its_colour_that_is_seen_where_another_covers_it() -> None:
    several = [recalled(f"<b>{number}") for number in range(8)]
    lines = noticed_chart(several).data
    assert [trace.name for trace in lines] == [f"&lt;b&gt;{number}" for number in range(8)]
    assert {trace.line.color for trace in lines} == {several[0][0].look.color}
    assert list(lines[0].y) == [100, 80, 50]
    widths = [trace.line.width for trace in lines]
    assert widths == sorted(set(widths), reverse=True)
    assert 3 <= widths[-1] < widths[0] < 10


@pytest.mark.parametrize(("pairs", "low", "high"), [(200, 43, 57), (50, 36.1, 63.9)])
def test_guessing_is_a_dashed_line_in_a_band_that_chance_explains(pairs: int, low: float, high: float) -> None:
    band, line = noticed_chart([recalled(pairs=pairs)]).layout.shapes
    assert (line.y0, line.y1, line.line.dash) == (50, 50, "dash")
    assert [band.y0, band.y1] == pytest.approx([low, high], abs=0.1)  # 1.96 √(½·½ / pairs)
    assert [shape.name for shape in (band, line) if shape.showlegend] == ["guessing (95 %)"]


def test_every_point_lies_within_the_chart_and_the_end_of_the_text_is_on_the_right() -> None:
    figure = noticed_chart([recalled(told_apart=[1.0, 0.2, 0.0]), recalled("other", distances=[1, 2, 1000])])
    (low, high), (left, right) = figure.layout.yaxis.range, figure.layout.xaxis.range
    assert low < 0 < 100 < high
    assert right < 0.0 < 3.0 < left  # the exponent of 1000
    left, right = noticed_chart([recalled(distances=[1], told_apart=[1.0], effect=[1.0])]).layout.xaxis.range
    assert left > right


def test_pairs_and_words_are_of_all_networks_and_each_word_is_listed_once() -> None:
    alike, other = recalled(), recalled(pairs=50, positive=["superb", "wonderful", "perfect"])
    assert "over 200 pairs, for these weights and the 2 sentiment words" in conclusion([alike, alike])
    assert "over 50 to 200 pairs, for these weights and the 2 to 4 sentiment words" in conclusion([alike, other])
    assert used_words([alike, alike]).count("superb") == 1
    assert used_words([alike, other]).count("screenplay") == 2
    assert "w0, w1 …" in used_words([recalled(neutral=[f"w{number}" for number in range(9)])], limit=2)


def test_words_of_a_task_are_named_by_its_labels() -> None:
    parity = chosen(source="parity2", distance=15, maxlen=16, reviews=6_400), memory_result()
    assert used_words([parity]).startswith("Mostly in even texts: superb")
    for text in (conclusion([parity]), noticed_chart([parity]).layout.xaxis.title.text):
        assert "telling word" in text
