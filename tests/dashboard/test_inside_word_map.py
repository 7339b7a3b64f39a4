from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import word_map as shown
from rnn_compare.dashboard.pages.inside.word_chart import NARROW, chart, extremes, label_offsets, tinted
from rnn_compare.insight.embedding_map import WordMap, word_map
from rnn_compare.reviews import prepared
from tests.dashboard.chosen_runs import StubEngine, chosen, html, page
from tests.insight.conftest import VOCABULARY, random_weights, small


class Source:
    """A source whose words are ``VOCABULARY``."""

    vocabulary = VOCABULARY


@pytest.fixture(autouse=True)
def _source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "load", lambda _source: Source)


def words(verdicts: list[float]) -> WordMap:
    count = len(verdicts)
    points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    names = tuple(f"word{number}" for number in range(count))
    return WordMap(names, np.arange(4, 4 + count), points, np.array(verdicts, np.float32), (0.6, 0.2))


def real() -> WordMap:
    experiment = small()
    return word_map(experiment, random_weights(experiment), VOCABULARY)


def test_the_middle_word_is_grey_even_where_a_network_leans() -> None:
    tints = tinted(words([0.9, 0.95, 0.99]))
    assert tints[1] == 0
    assert tints[0] < 0 < tints[2]


def test_colours_stay_in_their_bounds_whatever_the_verdicts() -> None:
    for verdicts in ([0.0, 0.5, 1.0], [0.5, 0.5, 0.5], [np.nan, 0.5, 0.7], [0.3]):
        tints = tinted(words(verdicts))
        assert np.isfinite(tints).all()
        assert np.abs(tints).max() <= 1


def test_the_extremes_of_both_kinds_are_labelled_each_once() -> None:
    found = words([0.9, 0.1, 0.5, 0.2, 0.8])
    assert extremes(found, 2) == [1, 3, 0, 4]
    assert sorted(extremes(found, 4)) == [0, 1, 2, 3, 4]
    labelled = [note.text for note in chart(real()).layout.annotations]
    assert len(labelled) == len(set(labelled)) == 20


def test_a_word_that_was_found_is_labelled_with_its_neighbours_alone() -> None:
    drawn = chart(real(), ["word7", "word8", "word9"])
    assert [note.text for note in drawn.layout.annotations] == ["word7", "word8", "word9"]
    everything, marked = drawn.data
    assert everything.marker.opacity < 0.5
    assert list(marked.marker.size) == [20, 12, 12]


def test_a_word_too_rare_for_the_map_leaves_its_neighbours_on_it() -> None:
    assert [note.text for note in chart(real(), ["rare", "word8"]).layout.annotations] == ["word8"]


@pytest.mark.parametrize("width", [1100, NARROW])
def test_labels_lie_neither_on_each_other_nor_outside(width: int) -> None:
    random = np.random.default_rng(1)
    places = random.uniform((60, 20), (width - 60, 480), (20, 2))
    sizes = np.column_stack([random.uniform(30, 110, 20), np.full(20, 20)])
    middles = places + label_offsets(places, sizes, (width, 500))
    low, high = middles - sizes / 2, middles + sizes / 2
    assert (low >= 0).all()
    assert (high <= (width, 500)).all()
    for one in range(20):
        for other in range(one):
            apart = (low[one] >= high[other]) | (low[other] >= high[one])
            assert apart.any(), (one, other)


def test_every_word_says_its_verdict_and_no_word_is_markup() -> None:
    found = words([0.25, 0.75])
    odd = WordMap(("<b>x", "plain"), found.ids, found.points, found.verdicts, found.shares)
    drawn = chart(odd)
    assert list(drawn.data[0].text) == ["&lt;b&gt;x<br>25.0 % positive", "plain<br>75.0 % positive"]
    assert "&lt;b&gt;x" in [note.text for note in drawn.layout.annotations]


def test_a_word_is_looked_up_in_every_network_and_one_that_lacks_it_says_so() -> None:
    large, tiny = chosen("large", vocabulary_size=200), chosen("tiny", vocabulary_size=100)
    near, problems = shown.nearest([large, tiny], "Word150!")
    assert len(near["large"]) == 10
    assert "unknown to this network" in problems["tiny"]
    html = shown.neighbour_cards([large, tiny], near, problems)
    assert html.count("<tr>") == 10
    assert "unknown to this network" in html


def test_neighbours_that_networks_share_are_bold() -> None:
    one, other = chosen("one"), chosen("other")
    near = {"one": [("good", 0.9), ("dull", 0.5)], "other": [("fine", 0.8), ("good", 0.7)]}
    html = shown.neighbour_cards([one, other], near, {})
    assert html.count("<b>good</b>") == 2
    assert html.count("<b>") == 2
    assert "0.90" in html


def test_a_network_by_itself_shares_nothing() -> None:
    assert shown.shared({"one": [("good", 0.9)]}) == set()


def test_whatever_is_typed_is_text() -> None:
    one = chosen("one")
    near, problems = shown.nearest([one], "<script>alert(1)</script>")
    assert "<script" not in shown.neighbour_cards([one], near, problems)
    assert problems


def test_a_word_is_found_on_the_map_and_its_neighbours_in_every_network(drawn: dict[str, Any]) -> None:
    app = page(shown.show, None, [chosen("one"), chosen("other")])
    assert list(drawn) == ["word_map_0"]
    app.text_input(key="find_word").set_value("WORD7").run()
    assert not app.exception
    assert drawn["word_map_0"].layout.annotations[0].text == "word7"
    assert len(drawn["word_map_0"].layout.annotations) == 11
    assert html(app).count("<tr>") == 20


def test_two_maps_stand_side_by_side(drawn: dict[str, Any]) -> None:
    app = page(shown.show, None, [chosen("one"), chosen("other")])
    app.selectbox[1].set_value("other").run()
    assert not app.exception
    assert sorted(drawn) == ["word_map_0", "word_map_1"]


def test_an_unknown_word_is_told_in_words_and_leaves_the_map(drawn: dict[str, Any]) -> None:
    app = page(shown.show, None, [chosen("one")])
    app.text_input(key="find_word").set_value("<b>xyzzy</b>").run()
    assert not app.exception
    assert "looked up one at a time" in html(app)
    assert "<b>xyzzy" not in html(app)
    assert len(drawn["word_map_0"].layout.annotations) == 20


def test_the_map_of_a_bidirectional_network_is_waited_for(drawn: dict[str, Any]) -> None:
    engine = StubEngine()
    one = chosen("one", bidirectional=True)
    app = page(shown.show, SimpleNamespace(engine=engine), [one])
    assert len(app.get("progress")) == 1
    assert not drawn
    found = word_map(one.run.experiment, one.weights, VOCABULARY)
    engine.asked_of("one").result = {
        "words": list(found.words),
        "ids": found.ids.tolist(),
        "points": found.points.tolist(),
        "verdicts": found.verdicts.tolist(),
        "shares": list(found.shares),
    }
    app.run()
    assert not app.exception
    np.testing.assert_allclose(drawn["word_map_0"].data[0].x, found.points[:, 0])
