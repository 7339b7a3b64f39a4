"""The pages with sources that are no reviews: the tasks, and one whose files have to be fetched."""

import dataclasses
import functools
from pathlib import Path

import pytest

from rnn_compare.dashboard.pages.reviews import page as reviews_page
from rnn_compare.errors import UserError
from rnn_compare.sources import keras_imdb, registry
from tests.kit.pages import html, page, press, run_until
from tests.kit.waiting import until

NOWHERE = "http://nobody.invalid/"

pytestmark = pytest.mark.usefixtures("shared_services")


def put_there(file: Path, *, tell: object) -> str:  # noqa: ARG001  # as a worker calls it
    file.write_text("fetched")
    return str(file)


def test_a_task_is_shown_at_its_distance_with_its_own_labels_and_what_a_bag_of_words_makes_of_it() -> None:
    app = page("reviews.page", {"source": "first-word"})
    assert "a bag of words reaches 100 %" in app.markdown[1].value
    assert "6400 train sequences" in html(app)
    assert "<b>21.0</b>" in html(app)
    app.number_input(key="reviews_distance").set_value(40).run()
    assert "<b>41.0</b>" in html(app)
    assert 'class="rc-label">red (label 1)' in html(app) or 'class="rc-label">blue (label 0)' in html(app)
    app.number_input(key="reviews_maxlen").set_value(40).run()
    assert "set maxlen to 41 or more" in html(app)
    app.selectbox(key="reviews_source").set_value("bundled").run()
    assert "25000 train sequences" in html(app)
    assert not app.exception


def test_the_set_up_offers_a_distance_where_the_source_has_one() -> None:
    def offers_distance(source: str) -> bool:
        app.selectbox(key="source").set_value(source).run()
        return "distance" in [widget.key for widget in app.number_input]

    app = page("compare.page", {"units": 32})
    app.session_state["more_settings"] = True
    app.run()
    assert not offers_distance("bundled")
    assert offers_distance("order")
    assert (app.number_input(key="distance").value, app.number_input(key="reviews").value) == (20, 6_400)
    app.number_input(key="distance").set_value(480).run()
    assert app.number_input(key="distance").value == 480
    app.number_input(key="forget_bias").set_value(3.0).run()
    assert not offers_distance("bundled")
    assert not app.exception
    assert not app.error


def test_a_link_holds_the_distance_and_a_wrong_one_is_told() -> None:
    for distance, maxlen, problem in (("100", "101", None), ("101", "101", "set maxlen to 102 or more")):
        app = page("compare.page", source="first-word", distance=distance, maxlen=maxlen)
        warnings = [warning.value for warning in app.warning]
        assert (not warnings) if problem is None else problem in warnings[0]
        assert app.number_input(key="distance").value == (100 if problem is None else 20)


def test_a_source_that_is_not_there_is_fetched_by_a_worker_and_a_failure_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = dataclasses.replace(registry.source("keras"), fetch=functools.partial(keras_imdb.fetch, NOWHERE))
    monkeypatch.setitem(registry._SOURCES, "keras", source)
    app = page("reviews.page", {"source": "keras"})
    press(app, "Fetch it")
    run_until(app, lambda: app.error)
    assert f"{NOWHERE}imdb_word_index.json cannot be downloaded" in app.error[0].value
    assert "Fetch it" in [button.label for button in app.button]


def test_a_source_whose_file_was_deleted_after_it_was_fetched_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "reviews"

    def fingerprint() -> str:
        if not file.exists():
            raise UserError("The file is not there.")
        return "fetched"

    source = dataclasses.replace(
        registry.source("keras"), fingerprint=fingerprint, fetch=functools.partial(put_there, file)
    )
    monkeypatch.setitem(registry._SOURCES, "keras", source)
    for _ in range(2):
        file.unlink(missing_ok=True)
        app = page("reviews.page", {"source": "keras"})
        press(app, "Fetch it")
        [download] = app.session_state[reviews_page._DOWNLOADS].values()
        until(lambda: download.ended)  # noqa: B023  # a second press before its end would be answered by the first
        assert file.exists()
