"""Sources on the pages: the real reviews, the tasks, and one whose files have to be fetched."""

import dataclasses
import functools
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.pages.reviews import page as reviews_page
from rnn_compare.errors import UserError
from rnn_compare.reviews import prepared
from rnn_compare.sources import keras_imdb, registry
from tests.kit.pages import html, page, press, run_until
from tests.kit.waiting import until

NOWHERE = "http://nobody.invalid/"

pytestmark = pytest.mark.usefixtures("shared_services")


def put_there(file: Path, *, tell: object) -> str:  # noqa: ARG001  # as a worker calls it
    file.write_text("fetched")
    return str(file)


def test_the_page_says_what_the_lecture_prints() -> None:
    body = html(page("reviews.page"))
    for fact in (
        '<pre class="rc-box">25000 train sequences<br>input_train shape: (25000, 500)</pre>',
        "<b>88,582</b>",
        "<b>237.7</b>",
        "<b>50.0 %</b><span>positive</span>",
    ):
        assert fact in body


def test_this_page_begins_with_the_first_ones_set_up_and_counts_and_the_review_as_it_is_read_follow_the_settings() -> (
    None
):
    app = page("reviews.page", {"maxlen": 100, "vocabulary_size": 2000})
    settings = (app.number_input(key="reviews_maxlen"), app.number_input(key="reviews_vocabulary_size"))
    assert [widget.value for widget in settings] == [100, 2000]
    app.number_input(key="reviews_maxlen").set_value(1000).run()
    app.number_input(key="reviews_vocabulary_size").set_value(100).run()
    assert "input_train shape: (25000, 1000)" in html(app)
    ranks, offsets, _ = prepared.load("bundled").training
    lengths = offsets[1:] - offsets[:-1]
    assert f"<b>{100 * (lengths > 1000).mean():.1f} %</b><span>of reviews cut" in html(app)
    # Ids 4 to 99 are the 96 most frequent words.
    assert f"<b>{100 * (ranks <= 96).mean():.1f} %</b><span>of words known" in html(app)

    app.number_input(key="reviews_maxlen").set_value(20).run()
    app.number_input(key="review_number").set_value(2).run()
    body = html(app)
    assert ("positive (label 1)" if prepared.load("bundled").label(1) else "negative (label 0)") in body
    assert "Encoded, shape (20,)" in body
    assert body.split('class="rc-ids">')[1].split("</div>")[0].count("<mark") == 20
    assert "words before, cut off" in body
    written = body.split('class="rc-written">')[1]
    assert ("&lt;br /&gt;" in written, "<br" in written) == (True, False), "the review's own markup is text"


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


def test_the_set_up_offers_a_distance_where_the_source_has_one_and_a_link_holds_it_or_is_told_wrong() -> None:
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
    assert [*app.exception, *app.error] == []
    for linked, taken, warnings in ((100, 100, 0), (101, 20, 1)):
        app = page("compare.page", source="first-word", distance=str(linked), maxlen="101")
        assert app.number_input(key="distance").value == taken
        assert ["set maxlen to 102 or more" in warning.value for warning in app.warning] == [True] * warnings


def test_a_source_that_is_not_there_is_fetched_by_a_worker_also_if_its_file_was_deleted_later_and_a_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "reviews"

    def fingerprint() -> str:
        if not file.exists():
            raise UserError("The file is not there.")
        return "fetched"

    def pressed(fetch: functools.partial[str]) -> AppTest:
        file.unlink(missing_ok=True)
        source = dataclasses.replace(registry.source("keras"), fingerprint=fingerprint, fetch=fetch)
        monkeypatch.setitem(registry._SOURCES, "keras", source)
        app = page("reviews.page", {"source": "keras"})
        press(app, "Fetch it")
        return app

    fetch = functools.partial(put_there, file)
    for _ in range(2):
        [download] = pressed(fetch).session_state[reviews_page._DOWNLOADS].values()
        until(lambda: download.ended)  # noqa: B023  # a second press before its end would be answered by the first
        assert file.exists()
    app = pressed(functools.partial(keras_imdb.fetch, NOWHERE))
    run_until(app, lambda: app.error)
    assert f"{NOWHERE}imdb_word_index.json cannot be downloaded" in app.error[0].value
    assert "Fetch it" in [button.label for button in app.button]
