from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import word_map as shown
from rnn_compare.explain.embedding_map import gates_by_word, word_map
from rnn_compare.explain.prediction import recurrent_pass
from tests.kit.loaded import StubEngine, chosen
from tests.kit.networks import VOCABULARY
from tests.kit.pages import draw, html

pytestmark = pytest.mark.usefixtures("few_words")


def test_a_word_is_looked_up_in_every_network_one_that_lacks_it_says_so_and_shared_neighbours_are_bold() -> None:
    large, tiny = chosen("large", vocabulary_size=200), chosen("tiny", vocabulary_size=100)
    near, problems = shown.nearest([large, tiny], "Word150!")
    assert len(near["large"]) == 10
    cards = shown.neighbour_cards([large, tiny], near, problems)
    assert cards.count("<tr>") == 10
    assert "vocabulary: rank 1" in cards
    assert 'class="rc-shared"' not in cards, "a network by itself shares nothing"
    near = {"large": [("good", 0.9), ("dull", 0.5)], "tiny": [("fine", 0.8), ("good", 0.7)]}
    cards = shown.neighbour_cards([large, tiny], near, {})
    assert cards.count('class="rc-shared">good<') == cards.count('class="rc-shared"') == 2
    assert "&lt;b&gt;" in shown.color_bar(("<b>", "good"))


def test_a_gate_that_sees_no_state_is_listed_by_word_since_it_is_the_same_wherever_that_stands() -> None:
    network = chosen("mine", cell="minGRU")
    experiment = network.run.experiment
    words = gates_by_word(experiment, network.weights, VOCABULARY)
    cards = shown.gate_cards([network, chosen("other", cell="GRU")])
    assert cards.count("<tr>") == 1 + shown.GATE_WORDS
    assert 0 < cards.index(f">{words[0][0]}<") < cards.index(f">{words[-1][0]}<")
    assert shown.gate_cards([chosen("other", cell="GRU")]) == ""
    word, mean = words[0]
    number = VOCABULARY.id(word, experiment.vocabulary_size)
    _, ((trace,), *_) = recurrent_pass(
        experiment, network.weights, np.array([[5, number, 9, number]]), with_signals=True
    )
    np.testing.assert_allclose(trace.signals["z"][0, [1, 3]].mean(axis=-1), mean, rtol=1e-5)


def test_a_word_and_its_neighbours_are_found_on_the_map_of_every_network_unless_it_is_unknown_or_too_rare(
    figures: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = draw(shown.show, None, [chosen("one"), chosen("other")])
    most = len(figures["word_map_0"].layout.annotations)
    app.text_input(key="find_word").set_value("WORD7").run()
    assert not app.exception
    assert list(figures) == ["word_map_0", "word_map_1"]
    for chart in figures.values():
        assert chart.layout.annotations[0].text == "word7"
        assert len(chart.layout.annotations) == 11 < most
    assert html(app).count("<tr>") == 20
    app.text_input(key="find_word").set_value("<b>xyzzy</b>").run()
    assert not app.exception
    assert "Type one word" in html(app)
    assert "<b>xyzzy" not in html(app)
    assert len(figures["word_map_0"].layout.annotations) == most
    monkeypatch.setattr("rnn_compare.explain.embedding_map.word_map.__defaults__", (20, None))
    app = draw(shown.show, None, [chosen("rare")])
    app.text_input(key="find_word").set_value("word90").run()
    assert [caption.value for caption in app.caption] == ["“word90” is too rare for the map of 20 words."]


def test_the_map_of_a_network_that_reads_both_ways_is_waited_for(figures: dict[str, Any]) -> None:
    network, engine = chosen("one", bidirectional=True), StubEngine()
    app = draw(shown.show, SimpleNamespace(engine=engine), [network])
    assert (len(app.get("progress")), figures) == (1, {})
    result = word_map(network.run.experiment, network.weights, VOCABULARY)
    engine.asked_of("one").result = result
    app.run()
    assert not app.exception
    np.testing.assert_allclose(figures["word_map"].data[0].x, result.points[:, 0])


@pytest.mark.usefixtures("figures")
def test_where_pooling_drops_the_last_word_the_map_says_why_it_has_no_colours() -> None:
    maps = []
    for maxlen in (41, 42):
        network, engine = chosen("one", cell="convolution", maxlen=maxlen), StubEngine()
        app = draw(shown.show, SimpleNamespace(engine=engine), [network])
        engine.asked_of("one").result = word_map(network.run.experiment, network.weights, VOCABULARY)
        maps.append(html(app.run()))
    assert ["gets the same prediction" in text for text in maps] == [False, True]
    assert ["rc-colors" in text for text in maps] == [True, False]
    assert "Pooling in fives drops a remainder" in maps[1]
