"""Stepping through a review and playing it, in a real browser."""

import re

from playwright.sync_api import Page, expect

from rnn_compare.runs.events import Status
from tests.browser.conftest import PATIENCE, Server

SMALL = "cell=SimpleRNN&cell=LSTM&maxlen=30&reviews=600&embedding_size=8&units=8&vocabulary_size=1000&batch_size=32"
expect.set_options(timeout=PATIENCE)


def test_a_review_is_stepped_through_and_played(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?{SMALL}&epochs=1&seed=77")
    page.get_by_role("button", name="Train", exact=True).click()
    finished = page.locator("article.rc-card[data-status=finished]")
    expect(finished).to_have_count(2)

    page.get_by_role("link", name="Inside the cell").click()
    page.get_by_role("textbox", name="Review", exact=True).fill("A good film <b>zzyzx</b> and no more")
    page.get_by_role("button", name="Ask the networks").click()
    words = page.locator(".rc-reading span")
    expect(words).to_have_count(9)
    expect(page.locator(".rc-where")).to_have_text("word 9 of 9")
    expect(page.locator(".rc-cells section")).to_have_count(2)
    lstm = page.locator(".rc-cells section").filter(has_text="LSTM(8)")
    expect(lstm).to_contain_text(re.compile(r"“more” moved it by [−+]\d+\.\d points"))
    last = lstm.locator("svg.rc-cell").get_attribute("aria-label")

    page.locator(".rc-caption").click()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".rc-where")).to_have_text("word 8 of 9")
    expect(page.locator(".rc-here")).to_have_text("no")
    assert lstm.locator("svg.rc-cell").get_attribute("aria-label") != last, "the drawing follows the word"
    page.get_by_role("button", name="First word").click()
    expect(page.locator(".rc-where")).to_have_text("word 1 of 9")
    page.get_by_label("Pace", exact=True).select_option("8")
    page.get_by_role("button", name="Play (space)").click()
    expect(page.locator(".rc-where")).to_have_text("word 9 of 9")
    expect(page.get_by_role("button", name="Play (space)")).to_have_text("Play")

    lstm.get_by_role("button", name="forget gate").click()
    expect(lstm.get_by_role("button", name="forget gate")).to_have_attribute("aria-pressed", "true")
    trained = [run for run in server.store.runs() if run.experiment.seed == 77]
    assert [run.status for run in trained] == [Status.FINISHED] * 2
