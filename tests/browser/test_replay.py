"""A recorded comparison is played again for everybody who looks, and says so all the while.

That it ends by itself: ``tests/server/test_replays.py``.
"""

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from tests.kit.chromium import PATIENCE
from tests.kit.runs import shipped
from tests.kit.servers import Server

SAID = "Replay, not live: recorded on "


def test_a_recording_is_played_for_all_until_it_is_stopped(
    server: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(server.store.path.parent))
    runs = [run.id for run in shipped(server.store, BOOK)]
    url = f"{server.url}/?show={','.join(runs)}"
    viewer = page.context.new_page()
    viewer.goto(url)
    viewer.locator(".rc-card", has_text="finished, epoch 10 of 10").first.wait_for()
    page.goto(url)
    page.get_by_role("button", name="Display").click()
    page.get_by_role("button", name="Play", exact=True).click()
    for tab in (page, viewer):
        expect(tab.locator(".rc-replay")).to_contain_text(SAID, timeout=PATIENCE)
        expect(tab.locator(".rc-card").first).to_have_attribute("data-status", "replay")
        expect(tab.locator("figcaption b").first).to_contain_text("Replay: ")
        assert tab.get_by_role("button", name="Stop SimpleRNN(32)").count() == 0
    page.get_by_role("button", name="Stop replay").click()
    for tab in (page, viewer):
        expect(tab.locator(".rc-replay")).to_be_empty(timeout=PATIENCE)
        expect(tab.locator("figcaption b").first).not_to_contain_text("Replay")
        expect(tab.locator(".rc-card").first).to_contain_text("finished, epoch 10 of 10")
    expect(page.get_by_role("button", name="Stop replay")).to_have_count(0, timeout=PATIENCE)
    viewer.close()
