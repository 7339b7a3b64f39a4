"""Inside the cell: every view answers with a picture or a sentence."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.inside import reading
from rnn_compare.insight.verdict import ask
from rnn_compare.runs.record import Run

from .conftest import script

SCRIPT = script("inside")
TEXT = "A wonderful film, the best of the year."


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent to the browser; AppTest has none to draw it."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(reading, "_component", lambda: lambda data, key: sent.append(data))  # noqa: ARG005  # its names
    return sent


@pytest.fixture
def app(trained: list[Run], drawn: list[dict[str, Any]]) -> AppTest:  # noqa: ARG001  # nothing is to be drawn
    page = AppTest.from_string(SCRIPT, default_timeout=60).run()
    return page.multiselect[0].set_value([run.id for run in trained]).run()


def test_a_text_is_read_word_by_word_by_every_chosen_network(
    app: AppTest, trained: list[Run], drawn: list[dict[str, Any]]
) -> None:
    app.text_area(key="review").set_value(TEXT).run()
    assert not app.exception
    message = drawn[-1]
    assert message["words"] == ["a", "wonderful", "film", "the", "best", "of", "the", "year"]
    assert [run["cell"] for run in message["runs"]] == ["SimpleRNN", "LSTM"]
    for run, sent in zip(trained, message["runs"], strict=True):
        assert len(sent["logits"]) == len(message["words"]) - sent["first"] + 1
        assert (sent["logits"][-1] > 0) == ask(run, TEXT, "best").positive
    assert [signal["name"] for signal in message["runs"][1]["signals"]][:2] == ["carry", "state"]


def test_a_text_without_a_word_is_answered_in_words(app: AppTest, drawn: list[dict[str, Any]]) -> None:
    app.text_area(key="review").set_value("!!! ???").run()
    assert not app.exception
    assert any("There is no word to read in this text." in error.value for error in app.error)
    assert drawn == []


@pytest.mark.parametrize("view", ["The gradient's way back", "Memory test", "Words", "Equations"])
def test_every_view_is_drawn_without_a_problem(app: AppTest, view: str) -> None:
    app.segmented_control(key="view").set_value(view).run()
    assert not app.exception
    assert not app.error


def test_a_hundred_thousand_words_are_read_to_maxlen(app: AppTest, drawn: list[dict[str, Any]]) -> None:
    app.text_area(key="review").set_value("a good film " * 33_334).run()
    assert not app.exception
    assert len(drawn[-1]["words"]) == 10
