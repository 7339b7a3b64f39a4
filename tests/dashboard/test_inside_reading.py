from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.reading import NetworkReading, cell_name, message
from rnn_compare.cells.registry import CELLS
from rnn_compare.dashboard.widgets import reading
from rnn_compare.explain.word_by_word import read
from rnn_compare.explain.worker_tasks import logits_after_word
from tests.kit.javascript import assert_typed
from tests.kit.loaded import StubEngine, chosen
from tests.kit.networks import encoded
from tests.kit.pages import draw

TEXT = "word1 word2 qwerty word3"


def found(title: str = "mine", text: str = TEXT, **changes: Any) -> NetworkReading:
    network = chosen(title, **changes)
    review = encoded(network.run.experiment, text)
    return NetworkReading(network, review, read(network.run.experiment, network.weights, review))


@pytest.fixture
def sent(messages: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(reading, "encode", encoded)
    monkeypatch.setattr(reading, "QUICK_SECONDS", 0.0)
    return messages


def test_a_reading_has_the_type_that_the_scripts_read(tmp_path: Path) -> None:
    results = [found(cell=name) for name in (*CELLS, "average")]
    assert_typed({"Reading": [message(results, layer=0, author=True) | {"left_out": {"a": [0.5, 1.0]}}]}, tmp_path)


def test_the_author_is_told_where_known() -> None:
    assert [message([found()], 0, author=author)["author"] for author in (None, False)] == [None, False]


def test_markup_is_read_as_a_word_and_words_that_all_networks_cut_off_are_counted_without_the_start_token() -> None:
    marked = message([found(text="word1<br />word2 <a href='x'>word3")], 0)
    assert (marked["words"], marked["cut"]) == (["word1", "<br>", "word2", "<a>", "<href>", "<'x'>", "word3"], "")
    plain = message([found(text="word1 br word2 a href 'x' word3")], 0)
    assert marked["runs"][0]["logits"] == plain["runs"][0]["logits"]
    text = " ".join(f"word{rank}" for rank in range(1, 13))
    assert message([found(text=text)], 0)["cut"] == "the first 3 words cut off"
    longer = message([found(text=text), found("longer", text, maxlen=11)], 0)
    assert (longer["cut"], [run["first"] for run in longer["runs"]]) == ("", [2, 0])


def test_a_network_that_reads_both_ways_is_worked_out_by_a_worker_and_the_others_are_shown_meanwhile(
    sent: list[dict[str, Any]],
) -> None:
    engine = StubEngine()
    both = chosen("both", bidirectional=True)
    app = draw(reading.show, SimpleNamespace(engine=engine), [both, chosen("one")])
    app.text_area(key="review").set_value(TEXT).run()
    assert not app.exception
    assert [run["id"] for run in sent[-1]["runs"]] == ["one"]
    assert len(app.get("progress")) == 2, "of the beginnings, and of the words of the other"
    ids = tuple(encoded(both.run.experiment, TEXT).ids.tolist())
    [key] = [key for key in engine.begun if key[0] is logits_after_word and ids in key]
    engine.begun[key].result = np.arange(5, dtype=np.float32)
    app.run()
    assert [run["id"] for run in sent[-1]["runs"]] == ["both", "one"]
    assert sent[-1]["runs"][0]["logits"] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_words_are_left_out_by_workers_unless_the_reading_is_shown_and_what_is_ready_does_not_wait(
    sent: list[dict[str, Any]],
) -> None:
    engine = StubEngine()
    app = draw(reading.show, SimpleNamespace(engine=engine), [chosen("one"), chosen("other")])
    engine.begun.clear()
    app.session_state[reading.KEY] = {"colouring": "read"}
    app.text_area(key="review").set_value(TEXT).run()
    assert (sent[-1]["left_out"], engine.begun) == ({}, {})
    app.session_state[reading.KEY] = {}
    app.run()
    assert len(app.get("progress")) == 1, "one for both"
    arguments = next(iter(engine.begun))
    assert arguments[-2:] == (tuple(encoded(chosen().run.experiment, TEXT).ids.tolist()), 4)
    engine.asked_of("one").result = np.zeros(5, np.float32)
    app.run()
    assert sent[-1]["left_out"] == {"one": [0.0] * 5}

    engine.asked_of("other").problem = "The weights are gone."
    app.run()
    assert not app.exception
    assert not app.get("progress")
    assert [error.value for error in app.error] == ["other: The weights are gone."]


def test_each_cell_has_a_name_of_its_own_and_of_a_network_that_lacks_the_chosen_one_another_is_shown(
    sent: list[dict[str, Any]],
) -> None:
    directions = ["forward", "backward"]
    layers = [f"layer {number}, {direction}" for number in (1, 2) for direction in directions]
    for number, names in ((1, directions), (2, layers)):
        cells = found(layers=number, bidirectional=True).reading.cells
        assert [cell_name(cell, cells) for cell in cells] == names
    app = draw(reading.show, SimpleNamespace(engine=StubEngine()), [chosen("deep", layers=3), chosen("flat")])
    app.text_area(key="review").set_value(TEXT).run()
    app.segmented_control(key="layer").set_value("layer 1").run()
    assert not app.exception
    assert [run["cell_name"] for run in sent[-1]["runs"]] == ["layer 1", ""]
