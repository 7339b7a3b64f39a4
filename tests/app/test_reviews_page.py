"""The page of the reviews without a browser, on the real reviews."""

from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from tests.kit.pages import html, page


@pytest.fixture(autouse=True)
def _reviews(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))


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
