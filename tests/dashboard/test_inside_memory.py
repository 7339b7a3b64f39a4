from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import memory
from rnn_compare.dashboard.pages.inside.memory import Recalled, caveat, effects, kept_apart, used_words
from tests.dashboard.chosen_runs import StubEngine, chosen, html, page


def recalled(title: str = "mine", **changes: Any) -> Recalled:
    found: dict[str, Any] = {
        "distances": [1, 10, 100],
        "told_apart": [1.0, 0.8, 0.5],
        "effect": [2.0, 0.5, -0.001],
        "pairs": 200,
        "positive": ["superb"],
        "negative": ["waste"],
        "neutral": ["screenplay", "however"],
    }
    return Recalled(chosen(title), found | changes)


def test_each_run_has_one_line_of_its_colour() -> None:
    both = [recalled(), recalled("other", distances=[1, 500])]
    for drawn in (kept_apart(both), effects(both)):
        assert [trace.name for trace in drawn.data] == ["mine", "other"]
        assert {trace.line.color for trace in drawn.data} == {both[0].chosen.look.color}
    assert list(kept_apart(both).data[0].y) == [1.0, 0.8, 0.5]
    assert list(effects(both).data[0].y) == [2.0, 0.5, -0.001]


def test_a_line_that_another_covers_is_still_seen_beside_it() -> None:
    widths = [line.line.width for line in kept_apart([recalled(str(number)) for number in range(8)]).data]
    assert widths == sorted(set(widths), reverse=True)
    assert 3 <= widths[-1] < widths[0] < 10


def test_guessing_is_a_dashed_line_in_a_band_that_chance_explains() -> None:
    drawn = kept_apart([recalled()])
    band, line = drawn.layout.shapes
    assert (line.y0, line.y1, line.line.dash) == (0.5, 0.5, "dash")
    np.testing.assert_allclose([band.y0, band.y1], [0.43, 0.57], atol=0.001)  # 1.96 √(½·½ / 200)
    assert [note.text for note in drawn.layout.annotations] == ["<b>guessing</b>"]


def test_the_band_is_wider_where_fewer_pairs_were_tested() -> None:
    narrow, wide = (kept_apart([recalled(pairs=pairs)]).layout.shapes[0].y1 for pairs in (200, 50))
    assert wide > narrow


def test_every_point_lies_within_the_chart() -> None:
    drawn = kept_apart([recalled(told_apart=[1.0, 0.2, 0.0]), recalled("other", distances=[1, 2, 1000])])
    low, high = drawn.layout.yaxis.range
    assert low < 0.0
    assert high > 1.0
    left, right = drawn.layout.xaxis.range
    assert left > 3.0  # the exponent of 1000
    assert right < 0.0


def test_a_network_that_reads_one_word_has_an_axis_too() -> None:
    left, right = kept_apart([recalled(distances=[1], told_apart=[1.0], effect=[1.0])]).layout.xaxis.range
    assert left > right


@pytest.mark.parametrize("draw", [kept_apart, effects])
def test_a_name_is_never_markup(draw: Any) -> None:
    assert draw([recalled("<b>bold</b>")]).data[0].name == "&lt;b&gt;bold&lt;/b&gt;"
    assert "<i>" not in used_words([recalled("<i>a"), recalled("<i>b", neutral=["other"])])


def test_words_are_told_once_for_all_networks_that_had_the_same() -> None:
    same = used_words([recalled(), recalled("other")])
    assert same.count("superb") == 1
    assert "mine" not in same
    apart = used_words([recalled(), recalled("other", positive=["wonderful"])])
    assert apart.count("screenplay") == 2
    assert apart.index("mine") < apart.index("superb") < apart.index("other") < apart.index("wonderful")


def test_of_many_words_the_first_are_told_and_how_many_there_are() -> None:
    html = used_words([recalled(neutral=[f"word{number}" for number in range(100)])], shown=3)
    assert "word0, word1, word2 … (100 in all)" in html


def test_good_is_called_neutral_where_it_was_chosen() -> None:
    assert "Even “good” is neutral" in caveat([recalled(neutral=["good"])])
    assert "Even" not in caveat([recalled()])


def test_nothing_is_tested_before_the_button_is_pressed_and_each_run_once(drawn: dict[str, Any]) -> None:
    engine = StubEngine()
    app = page(memory.show, SimpleNamespace(engine=engine), [chosen("one"), chosen("other")])
    assert not engine.begun
    app.button(key="run_memory_test").click().run()
    assert [arguments[0] for arguments in engine.begun] == ["one", "other"]
    assert not app.button
    assert len(app.get("progress")) == 2
    assert not drawn


def test_what_is_ready_is_drawn_while_others_are_waited_for_and_a_problem_is_told(drawn: dict[str, Any]) -> None:
    engine = StubEngine()
    app = page(memory.show, SimpleNamespace(engine=engine), [chosen("one"), chosen("other")])
    app.button(key="run_memory_test").click().run()
    engine.asked_of("one").result = recalled().found
    app.run()
    assert len(app.get("progress")) == 1
    assert [line.name for line in drawn["memory_chart"].data] == ["one"]

    engine.asked_of("other").problem = "The weights <are> gone."
    app.run()
    assert not app.exception
    assert not app.get("progress")
    assert "The weights &lt;are&gt; gone." in html(app)
    assert "superb" in html(app)
    assert app.button(key="run_memory_test").label == "Run the memory test for 1 more network"
