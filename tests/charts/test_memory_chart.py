import numpy as np

from rnn_compare.charts.memory_chart import A_POINT, conclusion, moved, noticed, noticed_chart, used_words
from tests.kit.loaded import chosen, memory_result, recalled


def test_each_run_has_one_line_of_its_colour() -> None:
    both = [recalled(), recalled("other", distances=[1, 500])]
    figure = noticed_chart(both)
    assert [trace.name for trace in figure.data] == ["mine", "other"]
    assert {trace.line.color for trace in figure.data} == {both[0][0].look.color}
    assert list(figure.data[0].y) == [100, 80, 50]
    assert figure.layout.height > 100, "as high as it is on a page"


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


def test_a_networks_name_is_never_markup_in_a_chart() -> None:
    assert noticed_chart([recalled("<b>bold</b>")]).data[0].name == "&lt;b&gt;bold&lt;/b&gt;"


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


def test_pairs_and_words_are_counted_for_every_network_not_for_the_first() -> None:
    alike, other = recalled(), recalled(pairs=50, positive=["superb", "wonderful", "perfect"])
    assert "over 200 pairs, for these weights and the 2 sentiment words" in conclusion([alike, alike])
    assert "over 50 to 200 pairs, for these weights and the 2 to 4 sentiment words" in conclusion([alike, other])


def test_words_are_listed_once_for_all_networks_that_had_the_same_and_by_their_labels() -> None:
    assert used_words([recalled(), recalled("other")]).count("superb") == 1
    apart = used_words([recalled(), recalled("other", positive=["wonderful"])])
    assert apart.count("screenplay") == 2
    assert "w0, w1 …" in used_words([recalled(neutral=[f"w{number}" for number in range(9)])], limit=2)
    parity = chosen(source="parity2", distance=15, maxlen=16, reviews=6_400), memory_result()
    assert used_words([parity]).startswith("Mostly in even texts: superb")
    assert "telling word" in conclusion([parity])
    assert "telling word" in noticed_chart([parity]).layout.xaxis.title.text
