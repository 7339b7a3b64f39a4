"""The wall, a phone and the presenter's sign-in come through a lost network and a restarted server."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.kit.caches import lend
from tests.kit.lines import CutLine, cut_line
from tests.kit.runs import finished_run
from tests.kit.servers import Server, serving

PASS = "a pass of the tests"
SECONDS = 5.0
"""By when a wall is right again, from the moment at which its line or its server is there."""
TITLES = ("One", "Two", "Three")
LECTURE = 'title = "Three steps"\npreset = "Short"\n' + "".join(
    f'[[steps]]\nkind = "text"\ntitle = "{title}"\n' for title in TITLES
)


class Hall:
    """A server with a pass, and the line over which the wall reaches it."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._secrets = cache.parent / "secrets.toml"
        self._secrets.write_text(f'[presenter]\npassword = "{PASS}"')
        self._running = contextlib.ExitStack()
        self.server = self._start()
        self.line: CutLine = self._running.enter_context(cut_line(self._port))

    @property
    def _port(self) -> int:
        return int(self.server.url.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where the wall finds it."""
        return f"http://127.0.0.1:{self.line.port}"

    def _start(self) -> Server:
        return self._running.enter_context(serving(self._cache, f"--secrets.files={self._secrets}"))

    def restart(self) -> None:
        """Starts another server behind the same line; the one before has ended."""
        self.server = self._start()
        self.line.server = self._port

    def press(self, page: Page, name: str) -> None:
        """Presses as another page of this presenter, which has a line."""
        message = {"client": "another", "number": time.time_ns() // 1000, "press": name}
        origin = {"Origin": self.server.url}
        answer = page.request.post(f"{self.server.url}/stage/press", data=message, headers=origin)
        assert answer.json() == {"kept": True}

    def close(self) -> None:
        """Ends both."""
        self._running.close()


@pytest.fixture(scope="module")
def hall(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    cache = lend(prepared_cache, tmp_path_factory.mktemp("hall") / "cache")
    (cache / "lectures").mkdir()
    (cache / "lectures" / "mine.toml").write_text(LECTURE)
    running = Hall(cache)
    yield running
    running.close()


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Presenter").click()
    page.get_by_label("Pass", exact=True).fill(PASS)
    with page.expect_response(lambda answer: "rnn_compare_presenter=" in answer.all_headers().get("set-cookie", "")):
        page.get_by_label("Pass", exact=True).press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled()


@pytest.fixture
def wall(hall: Hall, page: Page) -> Iterator[Page]:
    """At the second step of a lecture, of a presenter who has signed in."""
    page.goto(hall.url)
    sign_in(page)
    page.goto(f"{hall.url}/present")
    page.locator(".st-key-begin_mine").get_by_role("button", name="Begin").click()
    page.wait_for_url("**/wall")
    at(page, 1)
    page.keyboard.press("ArrowRight")
    at(page, 2)
    yield page
    hall.press(page, "end")


def at(page: Page, step: int) -> None:
    expect(page.locator("#number span")).to_have_text(f"{step} / {len(TITLES)}")
    expect(page.locator("#title")).to_have_text(TITLES[step - 1])
    expect(page.locator("#line")).to_be_empty()


@pytest.mark.parametrize("seconds", [2, pytest.param(40, marks=pytest.mark.lecture)])
def test_wall_and_phone_are_right_within_seconds_of_each_loss_and_the_wall_leads_on(
    hall: Hall, wall: Page, seconds: int
) -> None:
    phone = wall.context.new_page()
    phone.goto(f"{hall.url}/join")
    for loss in ("line silent", "off-line", "server ended"):
        if loss == "off-line":
            wall.context.set_offline(True)
        elif loss == "line silent":
            hall.line.go_silent()
        else:
            hall.line.cut()
        if loss == "server ended":
            hall.server.process.terminate()
            hall.server.process.wait(10)  # it does not wait for its pages
            hall.restart()
        wall.wait_for_timeout(seconds * 1000)
        if loss != "line silent":
            expect(wall.locator("#line")).to_have_text("Offline. Reconnecting.")
        hall.press(wall, "next")
        hall.line.mend()
        wall.context.set_offline(False)
        since = time.monotonic()
        at(wall, 3)
        assert time.monotonic() - since < SECONDS, loss
        expect(phone.locator("#title")).to_have_text(TITLES[2])
        wall.keyboard.press("ArrowLeft")
        at(wall, 2)
        expect(phone.locator("#title")).to_have_text(TITLES[1])


def test_a_viewer_who_comes_back_to_a_new_session_sees_what_was_chosen(hall: Hall, page: Page) -> None:
    runs = [finished_run(hall.server.store, 0.6, 0.6, units=units) for units in (4, 8)]
    page.goto(f"{hall.url}/?show={','.join(runs)}&cell=GRU&units=8&epochs=3")
    expect(page.locator("article.rc-card")).to_have_count(2)
    page.locator(".st-key-cell").get_by_text("LSTM", exact=True).click()
    expect(page).to_have_url(re.compile("cell=LSTM"))
    expect(page.get_by_text("2 networks, ")).to_be_visible()
    hall.line.cut()
    expect(page.locator("[data-test-connection-state=CONNECTED]")).to_have_count(0)
    hall.server.process.kill()
    hall.restart()
    hall.line.mend()
    expect(page.locator("[data-test-connection-state=CONNECTED]")).to_be_visible()
    expect(page.locator("article.rc-card")).to_have_count(2)
    expect(page.get_by_text("2 networks, ")).to_be_visible()
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("3")
    expect(page).to_have_url(re.compile("cell=LSTM"))
