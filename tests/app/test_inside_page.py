"""Inside the cell: every view answers with a picture or a sentence."""

from typing import Any

import plotly.graph_objects as go
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.explain.prediction import ask
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from tests.kit.pages import page, press, run_until

TEXT = "A wonderful film, the best of the year."


@pytest.fixture
def app(trained: list[Run], messages: list[dict[str, Any]]) -> AppTest:
    app = page("inside.page")
    app.multiselect[0].set_value([run.id for run in trained]).run()
    messages.append({})  # what comes after it is the test's
    return app


def test_a_text_is_read_word_by_word_by_every_chosen_network(
    app: AppTest, trained: list[Run], messages: list[dict[str, Any]]
) -> None:
    app.text_area(key="review").set_value(TEXT).run()
    assert not app.exception
    message = messages[-1]
    assert message["words"] == ["a", "wonderful", "film", "the", "best", "of", "the", "year"]
    assert [run["cell"] for run in message["runs"]] == ["SimpleRNN", "LSTM"]
    for run, sent in zip(trained, message["runs"], strict=True):
        assert len(sent["logits"]) == len(message["words"]) - sent["first"] + 1
        assert (sent["logits"][-1] > 0) == ask(run, TEXT, "best").positive
    assert [signal["name"] for signal in message["runs"][1]["signals"]][:2] == ["carry", "state"]
    app.text_area(key="review").set_value("").run()
    assert app.text_area(key="review").value == "", "who empties the box wants it empty"


def test_a_text_stands_in_the_address_before_the_page_is_drawn_for_a_press_may_break_that_off(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_box, "offer_real", lambda *_: st.stop())
    app.text_area(key="review").set_value("A fine film").run()
    assert "A fine film" in app.query_params["review"]


def test_a_review_that_no_network_learned_from_is_picked_with_what_its_author_thought_and_named_in_the_address(
    app: AppTest, trained: list[Run], messages: list[dict[str, Any]]
) -> None:
    first, last = trained[0].experiment.training_reviews + 1, trained[0].experiment.reviews
    reviews = prepared.load("bundled")
    press(app, "Random review")
    assert not app.exception
    texts = {reviews.text(number - 1): number for number in range(first, last + 1)}
    number = texts[str(app.text_area(key="review").value)]
    author = "positive" if reviews.label(number - 1) else "negative"
    sentence = f"Validation review {number}. Its author rated the film **{author}**."
    linked = page("inside.page", show=",".join(run.id for run in trained), number=str(number))
    assert linked.text_area(key="review").value == reviews.text(number - 1)
    for shown in (app, linked):
        assert any(sentence in text.value for text in shown.run().markdown)
        assert messages[-1]["author"] is bool(reviews.label(number - 1))
        assert str(number) in shown.query_params["number"]
        shown.text_area(key="review").set_value("A text of mine").run()
        assert messages[-1]["author"] is None
        assert not any("Its author" in text.value for text in shown.markdown)
        assert ("number" in shown.query_params, "A text of mine" in shown.query_params["review"]) == (False, True)


@pytest.mark.parametrize("number", ["0", "1", "9" * 5_000, "1e999", "²", "-3", "x"], ids=lambda number: number[:9])
def test_a_review_that_the_networks_learned_from_or_that_is_not_there_is_not_taken(
    trained: list[Run], messages: list[dict[str, Any]], number: str
) -> None:
    app = page("inside.page", show=",".join(run.id for run in trained), number=number)
    assert str(app.text_area(key="review").value).startswith("The first hour is slow")
    assert messages[-1]["author"] is True, "the example is meant so"
    [problem] = [warning.value for warning in app.warning]
    assert problem.startswith(f"In this link: number is {number[:20]}")
    assert "it must be a whole number from 81 to 100." in problem


@pytest.mark.parametrize("earlier", ["Gradient flow", "Memory test", "Length"])
def test_old_links_lead_to_the_view_on_memory(trained: list[Run], earlier: str) -> None:
    app = page("inside.page", view=earlier, ask=trained[0].id)
    assert (app.segmented_control(key="view").value, app.query_params["view"]) == ("Memory", "Memory")


def test_workers_do_the_memory_test_and_measure_the_accuracy_by_length(
    trained: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    charts: dict[str, go.Figure] = {}
    monkeypatch.setattr(components, "show_figure", lambda chart, key: charts.update({key: chart}))
    app = page("inside.page", view="Memory", ask=",".join(run.id for run in trained))
    run_until(app, lambda: not app.get("progress"))
    assert {*charts} == {"memory_chart", "gradient_chart", "length_chart"}
    assert all(len([line for line in chart.data if line.name]) >= len(trained) for chart in charts.values())
    for line in charts["memory_chart"].data:
        assert (line.x[0], line.x[-1]) == (1, 10)
        assert all(0 <= share <= 100 for share in line.y), "in percent"
    [sentence] = [text.value for text in app.markdown if "At the greatest length" in text.value]
    assert sentence.count(" %") == len(trained)
