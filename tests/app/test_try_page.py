"""The box for a review: whatever is typed, an answer or a sentence."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.pages import try_review
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison
from rnn_compare.explain.held_out import EXAMPLES, QUESTIONS, HeldOut
from rnn_compare.explain.prediction import ask, predict, run_weights
from rnn_compare.formatting import signed
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.shipped import add_shipped, shipped_ids
from rnn_compare.services.services import Services
from rnn_compare.sources.source import SENTIMENT
from tests.kit.pages import html, page, run_until, seen
from tests.kit.runs import finish


@pytest.fixture
def app(trained: list[Run]) -> AppTest:
    app = page("try_review")
    return app.multiselect[0].set_value([run.id for run in trained]).run()


def answer(app: AppTest, text: str) -> str:
    app.text_area(key="review").set_value(text).run()
    assert not app.exception
    return html(app)


def test_no_network_is_right_or_wrong_by_the_label_of_another_task(trained: list[Run]) -> None:
    other = replace(trained[0], experiment=Experiment(source="order"))
    groups = ([trained[0]], [other], [trained[0], other])
    assert [review_box.label(EXAMPLES["Negation"], runs) for runs in groups] == [True, None, None]


def test_test_reviews_are_offered_though_the_source_that_the_networks_learned_from_is_gone(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = HeldOut("test", range(1, 3), SENTIMENT, prepared.load("bundled"))

    def gone(name: str) -> Reviews:
        raise UserError(f"{name} is not there.")

    monkeypatch.setattr(review_box, "held_out", lambda _: offer)
    monkeypatch.setattr(prepared, "load", gone)
    st.cache_data.clear()
    app.run()
    assert not app.exception
    assert any((button.help or "").startswith("Held out for test") for button in app.button)


@pytest.mark.usefixtures("with_reviews")
def test_the_choice_of_networks_stays_when_others_are_trained_which_are_offered(record: Callable[..., str]) -> None:
    chosen, other = record(), record(cell="LSTM")
    app, fresh = page("try_review"), page("try_review")
    assert fresh.multiselect(key="networks").value == [other], "who has chosen nothing begins with the charts"
    app.multiselect(key="networks").set_value([chosen]).run()
    newest = record(Status.RUNNING, cell="GRU")
    assert app.run().multiselect(key="networks").value == [chosen]
    assert fresh.run().multiselect(key="networks").value == [other]
    fresh.button(key="newer").click().run()
    assert fresh.multiselect(key="networks").value == [newest]


def nothing(run: Run) -> float:
    """The probability for the start token alone."""
    ids = np.zeros((1, run.experiment.maxlen), np.int32)
    ids[0, -1] = 1
    return float(predict(run.experiment, run_weights(run, "best"), ids)[0])


def test_an_example_that_may_be_taken_wrongly_is_announced_by_a_question_and_judged_and_what_is_typed_after_it_stays(
    app: AppTest, trained: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    example, question = app.button(key="example Turn at the end"), QUESTIONS["Turn at the end"]
    example.click().run()
    assert question in seen(app)
    marks = re.findall("✓ right|× wrong", html(app))
    predictions = [ask(run, str(app.text_area(key="review").value), "best") for run in trained]
    assert marks == ["✓ right" if prediction.positive else "× wrong" for prediction in predictions]
    with monkeypatch.context() as other_task:
        other_task.setattr(review_box, "is_about_films", lambda _: False)
        assert question not in seen(app.run())
    answer(app, "Mine")
    assert (app.run().text_area(key="review").value, question in seen(app)) == ("Mine", False)
    example.click().run()
    assert question in seen(app), "the same example once more"
    app.multiselect(key="networks").set_value([]).run()
    assert "Choose at least one network" in seen(app)
    assert app.text_area(key="review").value != ""


def test_of_a_text_of_which_a_network_knows_no_word_there_is_no_verdict(app: AppTest) -> None:
    assert "This text has no words." in answer(app, "!!! ... ???")
    for text, sentence in (
        ("zzyzx qwrtz plmokn", "None of these words is in the vocabulary"),
        ("good film " + "zzyzx " * 10, "None of the last 10 words, all it reads, is in the vocabulary"),
    ):
        shown = answer(app, text)
        assert shown.count(sentence) == 2
        assert shown.count('class="rc-unknown"') >= 3
        assert 'class="rc-scale"' not in shown
    assert "<b>8 of 10 words are unknown to this network.</b>" in answer(app, "good film " + "zzyzx " * 8 + "good film")


def test_each_verdict_has_its_networks_probability_where_it_starts_and_how_far_the_words_moved_it(
    app: AppTest, trained: list[Run]
) -> None:
    empty, shown = answer(app, " \n"), answer(app, "good film")
    for run in trained:
        prediction, start = ask(run, "good film", "best"), nothing(run)
        assert f'rc-verdict">{100 * max(start, 1 - start):.1f} % ' in empty
        probability = prediction.probability
        verdict = f"{100 * max(probability, 1 - probability):.1f} % {prediction.label}"
        assert f'<p class="rc-verdict">{verdict}</p>' in shown
        moved = signed(round(100 * probability, 1) - round(100 * start, 1))
        assert f"With no words {100 * start:.1f} % positive; these move it by {moved} points.<" in shown
        bar = f'--rc-from: {100 * start:.1f}%; --rc-to: {100 * probability:.1f}%"[^>]*><i class="(rc-side-.)">'
        assert re.findall(bar, shown) == [f"rc-side-{int(probability > 0.5)}"]
    assert empty.count("No words: the start token and padding alone.") == len(trained)
    assert f"padding × {trained[0].experiment.maxlen - 1}" in empty
    assert app.text_area(key="review").placeholder == "Type or paste a review in English …"


def test_the_word_that_counts_most_stands_below_the_verdicts_of_networks_that_know_one(
    app: AppTest, trained: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(try_review, "component", lambda *_: lambda data, **_: messages.append(data))
    answer(app, "good<br />zzyzx film")
    run_until(app, lambda: messages and len(messages[-1]["runs"]) == len(trained))
    assert messages[-1]["runs"][0]["words"] == ["good", "<br>", "zzyzx", "film"]
    assert len(messages[-1]["runs"][0]["logits"]) == 5
    count = len(messages)
    answer(app, "zzyzx")
    assert len(messages) == count


def test_a_link_brings_text_networks_and_weights_and_is_written_as_they_are_chosen(
    app: AppTest, trained: list[Run]
) -> None:
    app.text_area[0].set_value("A wonderful film.").run()
    app.multiselect[0].set_value([trained[1].id]).run()
    app.segmented_control(key="weights").set_value("last epoch").run()
    wanted: dict[str, Any] = {"review": "A wonderful film.", "ask": trained[1].id, "weights": "last epoch"}
    for shown in (app, page("try_review", **wanted)):
        assert {name: shown.query_params[name] for name in wanted} == wanted
        assert (shown.text_area[0].value, shown.multiselect[0].value) == ("A wonderful film.", [trained[1].id])
        assert shown.segmented_control(key="weights").value == "last epoch"


def test_the_missing_last_epoch_of_a_recorded_pair_is_greyed_with_the_reason(
    trained: list[Run], shared_services: Services
) -> None:
    add_shipped(shared_services.store)
    shared_services.refresh()
    app = page("try_review", ask=trained[1].id, weights="last epoch")
    assert app.segmented_control(key="weights").value == "last epoch"
    recorded = {run.experiment: run.id for run in shared_services.store.runs(shipped_ids())}
    pair = [recorded[experiment] for experiment in BOOK.experiments()]
    app.multiselect(key="networks").set_value(pair).run()
    weights = app.segmented_control(key="weights")
    assert (weights.value, weights.disabled) == ("best epoch", True)
    assert "Only that was recorded for SimpleRNN" in weights.help
    app.multiselect(key="networks").set_value(pair[1:]).run()
    assert not app.segmented_control(key="weights").disabled, "its last epoch is its best"


@pytest.mark.usefixtures("trained")
def test_what_a_link_cannot_mean_is_left_out() -> None:
    app = page("try_review", ask="nobody,<b>", weights="worst", review="x" * 5000)
    assert app.segmented_control(key="weights").value == "best epoch"
    without = page("try_review")
    assert app.multiselect[0].value == without.multiselect[0].value != []
    assert app.text_area[0].value == "x" * 1000


def test_the_menu_names_a_network_once_with_the_seeds_that_were_trained_together_last(services: Services) -> None:
    for seeds in (2, 3):
        for run in services.store.create(comparison(cell="LSTM", seeds=seeds), Owner.current(), "page"):
            finish(services.store, run, 0.5)
    services.refresh()
    oldest = services.runs()[0].id
    assert page("try_review").multiselect(key="networks").options == ["LSTM(32), 3 seeds"]
    linked = page("try_review", ask=oldest).multiselect(key="networks")
    assert (linked.value, len(linked.options)) == ([oldest], 2)
