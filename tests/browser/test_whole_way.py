"""The main job as a lecturer does it, from the first look to a typed review."""

import re

from playwright.sync_api import Locator, Page, expect

from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from tests.kit.servers import Server

SMALL = "maxlen=30&reviews=3000&embedding_size=8&units=8&vocabulary_size=1000&batch_size=8&dropout=0.2"


def card(page: Page, label: str) -> Locator:
    return page.locator("article.rc-card").filter(has_text=label)


def made_here(server: Server) -> list[Run]:
    """The runs that this test had trained: other tests use the same server."""
    return [run for run in server.store.runs() if run.experiment.epochs == 100 and run.experiment.batch_size == 8]


def wait_for_points(page: Page, chart: str, least: int) -> None:
    """Waits until the validation curve of each of two networks, one seed each, has so many points."""
    page.wait_for_function(
        "([chart, least]) => { const data = document.querySelector(`[data-chart=${chart}]`)?.data ?? [];"
        " return data.length == 4 && data.every((trace, index) => index % 2 == 0 || trace.y?.length >= least); }",
        arg=[chart, least],
    )


def test_two_networks_are_trained_watched_stopped_and_asked(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?{SMALL}&epochs=100")
    expect(page.get_by_text("2 networks, ")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()

    for chart in ("accuracy", "loss"):
        wait_for_points(page, chart, 2)
    wait_for_points(page, "accuracy", 3)
    result = page.get_by_role("list", name="The result")
    expect(result).to_contain_text("The verdict waits for all networks to finish.")

    page.get_by_role("button", name="Stop LSTM(8)").click()
    expect(card(page, "LSTM(8)")).to_contain_text(re.compile(r"stopped after \d+ of 100 epochs"))
    page.get_by_role("button", name="Stop SimpleRNN(8)").click()
    expect(card(page, "SimpleRNN(8)")).to_contain_text("stopped after")
    page.reload()
    for label in ("LSTM(8)", "SimpleRNN(8)"):
        expect(card(page, label)).to_contain_text("stopped after")
    mine = made_here(server)
    assert len(mine) == 2, "nothing was trained twice"
    stopped = next(run for run in mine if run.experiment.cell == "LSTM")
    assert stopped.status is Status.STOPPED
    assert stopped.epochs, "what was measured is kept"

    page.get_by_role("link", name="Try a review").click()
    box, outdated = page.get_by_role("textbox", name="Review", exact=True), page.get_by_text("The text has changed.")
    box.fill("A wonderful film <b>zzyzx</b>")
    page.get_by_role("button", name="Ask the networks").click()
    verdicts = page.locator(".rc-verdicts section")
    expect(verdicts).to_have_count(2)
    expect(verdicts.first).to_contain_text(re.compile(r"\d+\.\d % (positive|negative)"))
    expect(outdated).to_be_hidden()
    box.press_sequentially(" 🎬")
    expect(outdated).to_be_visible()
    box.press("Control+Enter")
    expect(outdated).to_be_hidden()
    expect(page.locator(".rc-words")).to_contain_text("<b>zzyzx</b> 🎬")
    expect(page.locator(".rc-words mark.rc-unknown", has_text="zzyzx")).to_be_visible()
