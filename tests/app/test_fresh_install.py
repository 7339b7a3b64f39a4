"""What a fresh install shows before anything is trained or prepared: the recordings that it ships."""

import base64
from pathlib import Path

import pytest

from rnn_compare.comparison.findings import WAITS
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.wording import result
from rnn_compare.comparison.verdicts import judge
from rnn_compare.lecture.lecture_file import read_all
from rnn_compare.paths import cache_folder
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server import visitor
from rnn_compare.services import board
from rnn_compare.services.board import View
from rnn_compare.services.services import FIRST_PAGE_SECONDS, Services
from rnn_compare.training.engine import Engine
from tests.kit.pages import html, page


@pytest.fixture
def fresh(services: Services) -> Services:
    add_shipped(services.store)
    assert not prepared.is_prepared("bundled")
    return services


def test_the_compare_page_shows_the_books_experiment_recorded_elsewhere_and_fetches_workers_that_rest_after_seconds(
    fresh: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[float] = []
    monkeypatch.setattr(Engine, "expect", lambda _engine, after: wanted.append(after))
    message = board.message(fresh, [], View())
    assert [group["label"] for group in message["groups"]] == ["SimpleRNN(32)", "LSTM(32)"]
    assert all(len(base64.b64decode(group["figures"]["val_accuracy"])) == 2 * 10 for group in message["groups"])
    assert "3 seeds" in message["subject"]
    assert "recorded on another machine" in message["subject"]
    assert [(group["layers"], group["press"]) for group in message["groups"]] == [("recorded", "")] * 2
    app = page()
    assert set(wanted) == {FIRST_PAGE_SECONDS}
    assert (app.radio(key="preset").value, app.slider(key="seeds").value) == (BOOK.name, 1), (
        "a press of Train is a pair"
    )
    assert any("SimpleRNN(32), LSTM(32): trained" in caption.value for caption in app.caption)
    buttons = page("compare.page", show=fresh.runs()[0].id).button
    assert not any("newer" in button.label for button in buttons), "a recording is no news"


def test_a_review_is_judged_cells_are_looked_into_and_every_lecture_can_be_rehearsed_before_any_training(
    fresh: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page("try_review")
    assert len(app.multiselect(key="networks").value) == 2
    app.text_area(key="review").set_value("A wonderful film, the best of the year.").run()
    assert not app.exception
    assert html(app).count('class="rc-verdict"') == 2
    assert ">best epoch: 10<" in html(app)
    assert prepared.is_prepared("bundled"), "the page prepared what it needs"
    assert all(run.has_weights for run in fresh.runs())
    app = page("inside.page")
    for view in ("Word by word", "Memory", "Equations"):
        app.segmented_control(key="view").set_value(view).run()
        assert [*app.exception, *app.error, *app.info] == [], view
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    keys = {button.key for button in page("present.page").button}
    assert {f"replay_{lecture.name}" for lecture in read_all()[0]} <= keys


def test_once_the_reviews_are_prepared_the_recorded_verdicts_count_too(fresh: Services, prepared_cache: Path) -> None:
    def first_finding() -> str:
        fresh.refresh()
        return str(board.message(fresh, [], View())["findings"][0]["text"])

    assert first_finding() == WAITS, "a verdict by what is known so far would be taken back in a moment"
    app = page("compare.page")
    assert WAITS in [caption.value for caption in app.caption]
    assert 'class="rc-chance"' not in html(app), "nor by a picture"
    (cache_folder() / "reviews").symlink_to(prepared_cache / "reviews")
    settings = [experiment.setting for experiment in BOOK.experiments()]
    recorded = groups([run for run in fresh.runs() if run.experiment.setting in settings])
    assert first_finding() == result(judge(recorded, fresh.evidence))
