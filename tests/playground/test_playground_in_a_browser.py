"""The page in a real browser: it trains, is stopped, left and opened again, below a path and from a disk, off-line."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.test_accessibility import broken_rules
from tests.kit.chromium import visited

from .conftest import hosted

SMALL = "#cell=SimpleRNN,LSTM&units=8&maxlen=40&reviews=1500&embedding_size=8&vocabulary_size=1000&batch_size=64"
LONGER = f"{SMALL.replace('maxlen=40&reviews=1500', 'maxlen=120&reviews=10000')}&epochs=25"
ALL = "All is trained"
NOTHING_KEPT = "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', { get() { throw new Error(); } });"
SLOW = """localStorage.setItem("rnn-compare-playground-pace", JSON.stringify({ LSTM: 2e-9, SimpleRNN: 2e-9 }));"""
LONG_EPOCHS = """
Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 });
globalThis.Worker = class extends Worker {
  constructor(address) {
    super(address);
    this.addEventListener("message", ({ data }) => { if (data.pace) data.pace += 4; });
  }
};
"""
"""On two cores, and an epoch takes at least four seconds by what a worker says of it."""
PHONE: ViewportSize = {"width": 390, "height": 844}
VIEWS: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (
    ("light", {"width": 1280, "height": 720}),
    ("dark", PHONE),
)


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    with hosted(site) as address:
        yield address


def opened(browser: Browser, address: str, script: str = "", **options: Any) -> AbstractContextManager[Page]:
    """Opens a page for a new visitor, until a network has read."""
    return visited(browser, address, ".rc-verdict", script, **options)


def pressed(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wait_until_under_way(page: Page) -> None:
    """Looks at every frame: on a quick machine half a second is many epochs."""
    page.wait_for_function("() => /epoch ([3-9]|1[0-9]) of 25/.test(document.body.innerText)", polling="raf")


def results(page: Page) -> list[str]:
    """What the cards say, without what depends on the clock."""
    return [re.sub(r"[\d.]+\ss per epoch", "", text) for text in page.locator(".part-board .rc-card").all_inner_texts()]


def test_two_networks_are_trained_judged_and_saved_and_the_page_keeps_to_the_rules_and_to_the_width_of_a_phone(
    browser: Browser, host: str, tmp_path: Path
) -> None:
    with opened(browser, f"{host}{SMALL}&epochs=2", accept_downloads=True, reduced_motion="reduce") as page:
        expect(page.locator(".rc-replay")).to_contain_text("Recorded, not trained here")
        assert results(page)[0].startswith("SimpleRNN(32)"), "the recorded pair"
        pressed(page, "Train")
        page.get_by_text(ALL).wait_for()
        expect(page.locator(".rc-replay")).to_be_empty()
        cards = results(page)
        assert [card.split("\n")[0] for card in cards] == ["SimpleRNN(8)", "LSTM(8)"]
        verdict = page.locator(".verdict").inner_text().replace("\N{NO-BREAK SPACE}", " ")
        for card in cards:
            [share] = re.findall(r"[\d.]+ %", card.replace("\N{NO-BREAK SPACE}", " "))
            assert "finished, epoch 2 of 2" in card
            assert share in verdict
        for chart in ("Accuracy", "Loss"):
            words = page.get_by_role("img", name=f"{chart} over the epochs").get_attribute("aria-label") or ""
            assert len(re.findall(r"in epoch 2", words)) >= 2, words
        expect(page.get_by_role("heading", name="Could it be chance?")).to_be_visible()
        expect(page.locator(".part-chance figure")).to_have_count(2)
        expect(page.locator(".part-memory svg").first).to_be_visible()
        expect(page.get_by_text("trained here, seed 1")).to_have_count(2)
        with page.expect_download() as download:
            pressed(page, "Save LSTM(8)")
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        page.get_by_label("Open a network").set_input_files(saved)
        page.get_by_text("LSTM(8) from a file reads along.").wait_for()
        ours, from_file = (
            page.locator(".rc-card", has=page.get_by_role("heading", name=name, exact=True))
            for name in ("LSTM(8)", "LSTM(8) from a file")
        )
        assert ours.locator(".rc-verdict").inner_text() == from_file.locator(".rc-verdict").inner_text()
        assert saved.name == "LSTM-8-seed-1.npz"
        page.get_by_text("More settings").click()
        for color_scheme, size in VIEWS:
            page.emulate_media(color_scheme=color_scheme)
            page.set_viewport_size(size)
            assert broken_rules(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tasks_networks_take_the_place_of_those_that_read_reviews(browser: Browser, host: str) -> None:
    with opened(browser, host) as page:
        page.get_by_label("Preset").select_option("Order matters")
        for label, number in (("Epochs", 1), ("Reviews", 600)):
            page.get_by_label(label, exact=True).fill(f"{number}")
        pressed(page, "Train")
        page.get_by_text(ALL).wait_for()
        expect(page.locator(".part-read .rc-card", has=page.get_by_text("blue first"))).to_have_count(3)
        page.set_viewport_size({"width": 900, "height": 700})  # what is drawn anew has a size, or says an error
        expect(page.locator(".part-memory")).to_be_hidden()  # all texts have about one length


def test_what_was_stopped_or_whose_tab_was_closed_goes_on_to_the_same_result(browser: Browser, host: str) -> None:
    with opened(browser, f"{host}{LONGER}") as page:
        pressed(page, "Train")
        page.get_by_text(ALL).wait_for()
        unbroken = results(page)
    with opened(browser, f"{host}{LONGER}") as page:
        pressed(page, "Train")
        wait_until_under_way(page)
        pressed(page, "Stop")
        page.get_by_text(re.compile(r"stopped after \d+ of 25 epochs")).first.wait_for()
        page.reload()
        page.get_by_text(re.compile(r"stopped after \d+ of 25 epochs")).first.wait_for()
        pressed(page, "Continue")
        page.get_by_role("button", name="Stop", exact=True).wait_for()
        page.goto("about:blank")
        page.goto(host)
        page.get_by_text(ALL).wait_for()
        assert results(page) == unbroken
        page.reload()
        pressed(page, "Train")
        page.get_by_text("Trained before with these settings and seeds").wait_for()
        assert results(page) == unbroken


def test_the_last_network_left_is_trained_by_two_workers_once_an_epoch_takes_long(browser: Browser, host: str) -> None:
    address = f"{host}{SMALL.replace('SimpleRNN,LSTM', 'LSTM')}&epochs=2"
    with opened(browser, address, LONG_EPOCHS) as page:
        workers = list[str]()
        page.on("worker", lambda worker: workers.append(worker.url))
        pressed(page, "Train")
        page.get_by_text(ALL).wait_for()
        assert "finished, epoch 2 of 2" in results(page)[0]
        assert len(workers) == 3


def test_the_address_holds_the_set_up_and_a_wrong_number_is_said_at_its_field(browser: Browser, host: str) -> None:
    with opened(browser, host) as page:
        page.get_by_role("button", name="GRU", exact=True).click()
        for name, text in {"Units": "16", "Epochs": "0", "Seeds": "2"}.items():
            page.get_by_role("textbox", name=name, exact=True).fill(text)
            page.keyboard.press("Tab")
        field = page.get_by_role("textbox", name="Epochs", exact=True)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("It must be between 1 and 100.")).to_be_visible()
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
        field.fill("3")
        field.press("Tab")
        expect(page.get_by_text("3 networks, 6 trainings")).to_be_visible()
        address = page.url
    with opened(browser, address) as page:
        names = ("Units", "maxlen", "Epochs", "Seeds")
        shown = [page.get_by_role("textbox", name=name, exact=True).input_value() for name in names]
        assert shown == ["16", "500", "3", "2"]
        expect(page.get_by_label("Preset")).to_have_value("Own settings")
        pressed_cells = page.locator(".setup-chips [aria-pressed=true]").all_inner_texts()
        assert pressed_cells == ["SimpleRNN", "LSTM", "GRU"]
        titles = page.locator(".part-parameters h3").all_inner_texts()
        assert [title.split(":")[0] for title in titles] == ["SimpleRNN(16)", "LSTM(16)", "GRU(16)"]
        page.get_by_label("Preset").select_option("Short")
        expect(page.get_by_role("textbox", name="Reviews", exact=True)).to_have_value("8000")


def test_a_file_on_a_disk_trains_off_line_where_nothing_can_be_kept(browser: Browser, site: Path) -> None:
    address = f"{(site / 'page.html').as_uri()}{SMALL}&epochs=1"
    with opened(browser, address, NOTHING_KEPT, offline=True) as page:
        expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
        pressed(page, "Train")
        page.get_by_text(ALL).wait_for()
        ended = page.locator(".part-board .rc-card").filter(has_text="finished, epoch 1 of 1")
        expect(ended).to_have_count(2)  # the cards are drawn a moment after the line


def test_a_slow_device_is_offered_less_with_the_time_that_it_takes(browser: Browser, host: str) -> None:
    small = "Object.defineProperty(navigator, 'deviceMemory', { value: 4 });"
    with opened(browser, host, SLOW + small, viewport=PHONE) as page:
        expect(page.get_by_label("Preset")).to_have_value("Short")
        page.get_by_text(re.compile(r"The book's experiment: about \d+\smin on this device")).wait_for()
        page.get_by_label("Preset").select_option("The book's experiment")
        page.get_by_text(re.compile(r"This takes about \d+\smin on this device")).wait_for()
        expect(page.get_by_role("button", name=re.compile(r"maxlen 200: about \d+\smin"))).to_be_visible()
        page.get_by_role("button", name=re.compile(r"5,000 reviews: about \d+\smin")).click()
        expect(page.get_by_role("textbox", name="Reviews", exact=True)).to_have_value("5000")
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
