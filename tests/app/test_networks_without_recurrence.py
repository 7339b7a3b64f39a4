"""Averaged embeddings, convolution and attention beside an LSTM: every page has a picture or a sentence of them."""

from dataclasses import replace
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.charts import gradient_chart
from rnn_compare.comparison.groups import Group
from rnn_compare.dashboard.pages.runs import run_table
from rnn_compare.dashboard.widgets import setting
from rnn_compare.experiment_sets import comparison
from rnn_compare.explain.prediction import encode, predict_logits, run_weights
from rnn_compare.explain.word_by_word import beginnings
from rnn_compare.feedforward.feedforward import WITHOUT_CELL
from rnn_compare.feedforward.registry import FEEDFORWARD, TITLES
from rnn_compare.formatting import as_markdown
from rnn_compare.report import html_tables
from rnn_compare.runs.record import Owner, Run
from rnn_compare.services.services import Services
from tests.kit.networks import save_random
from tests.kit.pages import choose_preset, html, page, press, run_until
from tests.kit.runs import finish

PAGES = ("compare.page", "try_review", "inside.page", "runs.page", "reviews.page", "present.page")
TEXT = "A wonderful film, the best of the year."


@pytest.fixture
def networks(shared_services: Services) -> list[Run]:
    """One of each with weights drawn at random, recorded once for all tests."""
    store = shared_services.store
    finished = [run for run in store.runs() if run.name == "without"]
    if not finished:
        small: dict[str, Any] = {"reviews": 100, "epochs": 1, "vocabulary_size": 200, "embedding_size": 4}
        experiments = comparison(cell=["LSTM", *FEEDFORWARD], units=4, maxlen=41, **small)
        for number, run in enumerate(store.create(experiments, Owner.current(), "page")):
            store.rename(run, "without")
            save_random(run, experiments[number], seed=number)
            finish(store, run, 0.5)
        finished = [run for run in store.runs() if run.name == "without"]
    shared_services.refresh()
    return finished


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_drawn_with_such_runs_in_the_record(name: str, networks: list[Run]) -> None:
    app = page(name)
    assert not app.error
    if name == "try_review":
        app.multiselect[0].set_value([run.id for run in networks]).run()
        app.text_area(key="review").set_value(TEXT).run()
        assert not app.exception
        assert html(app).count('class="rc-verdict"') == 4


@pytest.mark.usefixtures("messages")
def test_every_view_on_inside_has_a_picture_or_a_sentence_and_attention_is_one_where_a_network_has_no_recurrence(
    networks: list[Run],
) -> None:
    app = page("inside.page")
    app.multiselect[0].set_value([run.id for run in networks]).run()
    views = app.segmented_control(key="view")
    assert "Attention" in views.options
    for view in views.options:
        app.segmented_control(key="view").set_value(view).run()
        assert [*app.exception, *app.error] == [], view
        if view == "Memory":
            why = as_markdown(gradient_chart.NO_GRADIENT_THROUGH_TIME)
            [sentence] = [text.value for text in app.markdown if why in text.value]
            assert all(title in sentence.lower() for title in TITLES.values()), "one sentence for all"
        if view == "Equations":
            assert "".join(text.value for text in app.latex).count("aligned") == 8
            assert [heading.value for heading in app.header][1:] == ["Averaged embeddings", "Convolution", "Attention"]
    app.segmented_control(key="view").set_value("Attention").run()
    assert app.select_slider[0].label == "Attention of"
    app.multiselect[0].set_value([networks[0].id]).run()
    assert not app.exception
    assert app.segmented_control(key="view").value == "Word by word"
    assert "Attention" not in app.segmented_control(key="view").options


def test_a_setting_that_a_network_lacks_is_a_dash_beside_others(networks: list[Run]) -> None:
    settings = {"layers": 2, "forget_bias": 1.0}
    recurrent = replace(networks[0], experiment=networks[0].experiment.model_copy(update=settings))
    table = run_table.table([recurrent, *networks[1:]], {})
    assert table["Other settings"].tolist() == ["Forget bias 1.0", "", "", ""]
    beside = html_tables.settings([Group(run.experiment.label, (run,)) for run in (recurrent, networks[1])])
    assert "<td>2</td><td>1.0</td>" in beside
    assert "<td>–</td><td>–</td>" in beside


def test_each_beginning_of_a_review_is_predicted_as_a_review_of_its_own(
    networks: list[Run], messages: list[dict[str, Any]]
) -> None:
    app = page("inside.page")
    app.multiselect[0].set_value([run.id for run in networks]).run()
    app.text_area(key="review").set_value(TEXT).run()
    run_until(app, lambda: len(messages[-1]["runs"]) == 4)
    assert [("note" in run) for run in messages[-1]["runs"]] == [False, True, True, True]
    assert [run["title"] for run in messages[-1]["runs"] if run.get("windows")] == ["without (Convolution(4))"]
    assert sum(WITHOUT_CELL in caption.value for caption in app.caption) == 1
    for run, message in list(zip(networks, messages[-1]["runs"], strict=True))[1:]:
        review = encode(run.experiment, TEXT)
        rows = beginnings(review.ids, len(review.ids) - len(message["logits"]) + 1)
        expected = predict_logits(run.experiment, run_weights(run, "best"), rows)
        assert message["logits"] == pytest.approx(expected.tolist(), abs=1e-3)


def test_what_no_chosen_network_has_is_greyed_with_its_reason() -> None:
    some = setting.applicability("forget_bias", ["LSTM", "attention"])
    assert "It does not apply to attention: no state is carried from word to word." in some["help"]
    for_two = setting.applicability("mask_padding", ["average", "convolution"])
    assert "averaged embeddings: its mean" in for_two["help"]
    assert "convolution: Conv1D reads padding" in for_two["help"], "each for its own reason"
    assert for_two["disabled"]
    assert setting.applicability("forget_bias", CELLS) == {}
    for name, cells, is_greyed in (
        ("forget_bias", ["LSTM", "attention"], False),
        ("forget_bias", FEEDFORWARD, True),
        ("mask_padding", ["attention", "convolution"], False),
        ("recurrent_dropout", ["minGRU", "attention"], True),
        ("recurrent_dropout", ["IndRNN", "minGRU"], False),
    ):
        assert bool(setting.applicability(name, cells)["disabled"]) == is_greyed, (name, cells)


@pytest.mark.usefixtures("shared_services")
def test_the_link_sets_up_networks_without_recurrence_apart_from_the_cells() -> None:
    app = page("compare.page", cell=["LSTM", "attention"], others=["average", "QRNN"])
    [warning] = app.warning
    assert warning.value.startswith("In this link: cell is 'QRNN'; it must be one of 'SimpleRNN', 'LSTM', ")
    assert app.pills(key="cell").value == ["LSTM"]
    assert app.multiselect(key="others").value == ["attention", "average"]
    assert "Attention(32)" in html(app)


@pytest.mark.usefixtures("shared_services")
def test_a_convolution_added_to_texts_too_short_for_it_is_one_press_from_fitting() -> None:
    app = page("compare.page")
    choose_preset(app, "Order matters")
    app.multiselect(key="others").set_value(["convolution"]).run()
    assert [error.value for error in app.error] == [
        "A maxlen of 40 is too short for convolution; set it to 41 or more."
    ]
    press(app, "Set maxlen to 41")
    assert not app.error
    assert not app.exception
    assert app.select_slider(key="maxlen").value == 41
    assert "Set maxlen to 41" not in [button.label for button in app.button]
