"""The presenter, a viewer, a hostile neighbour and a foreign web site, each in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route, expect

from rnn_compare.runs.events import Ended, Status
from rnn_compare.runs.store import MAX_NAME
from rnn_compare.server.access import cookies
from tests.kit.caches import lend
from tests.kit.chromium import forget
from tests.kit.forger import Forger
from tests.kit.runs import finished_run
from tests.kit.servers import Server, serving
from tests.kit.visits import open_more

from .conftest import PASS
from .hostile import HOSTILE

GUARDED = f'[presenter]\npassword = "{PASS}"'
UNUSABLE = (
    (GUARDED.replace("presenter", "presentor").encode(), "but no [presenter]"),
    (b"a = " + b"[" * 3_000 + b"]" * 3_000, "it is not valid TOML"),
    (GUARDED.encode("utf-16"), "it cannot be read as UTF-8 text"),
)
"""Contents of a secrets file, and what the page says of them."""
PLOTLYS = "%{y} %{meta} %{fullData.type}"
"""What a template of Plotly's would fill in."""
SPEAK = """url => new Promise((resolve) => {
    const socket = new WebSocket(url, ["streamlit"]);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
})"""


@pytest.fixture
def context(window: BrowserContext) -> Iterator[BrowserContext]:
    """A new browser, as far as cookies go; nothing that a page says in a dialog is meant to be said."""
    messages: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        messages.append(dialog.message)
        dialog.dismiss()

    def note(page: Page) -> None:
        page.on("dialog", dismiss)
        page.on("pageerror", lambda error: messages.append(str(error)))

    window.on("page", note)
    yield window
    forget(window)
    window.remove_listener("page", note)
    assert messages == []


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    return context.new_page()


def made(server: Server, name: str, status: Status = Status.FINISHED, units: int = 32) -> str:
    """Records a run with this name and note in the server's own record, as another process may."""
    run = finished_run(server.store, 0.8, 0.7, status=status, units=units)
    server.store.rename(run, name)
    server.store.annotate(run, name)
    return run


def expect_train(page: Page, is_enabled: bool) -> None:
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(enabled=is_enabled)


def sign_in(page: Page, typed: str = PASS) -> None:
    page.get_by_role("button", name="Presenter").click()
    page.get_by_label("Pass", exact=True).fill(typed)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_presenter_signs_in_for_every_tab_of_this_browser_until_signing_out_in_one(
    guarded: Server, visitor: Page, context: BrowserContext
) -> None:
    run = made(guarded, "at work", Status.RUNNING)
    visitor.goto(f"{guarded.url}/?show={run}")
    stop = visitor.get_by_role("button", name="Stop at work")
    expect(visitor.get_by_role("article").filter(has_text="at work")).to_be_visible()
    expect(stop).to_be_hidden()
    expect_train(visitor, False)

    sign_in(visitor, "wrong one")
    expect(visitor.get_by_text("Wrong pass.")).to_be_visible()
    expect(visitor.get_by_label("Pass", exact=True)).to_have_attribute("autocomplete", "current-password")
    visitor.keyboard.press("Escape")
    sign_in(visitor)
    expect_train(visitor, True)
    expect(stop).to_be_visible()
    open_more(visitor, "Runs")
    expect(visitor.get_by_role("heading", name="Runs")).to_be_visible()
    visitor.get_by_role("link", name="Compare").click()
    expect_train(visitor, True)

    visitor.wait_for_function("performance.getEntriesByName(new URL('_stcore/health', document.baseURI)).length > 1")
    cookie = next(cookie for cookie in context.cookies() if cookie["name"] == cookies.PRESENTER)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Lax", -1)
    assert not any(name in visitor.evaluate("document.cookie") for name in (cookies.NAME, cookies.PRESENTER))
    assert cookie["value"] not in visitor.url + visitor.content() + guarded.log.read_text()
    assert "sesame" not in visitor.url + str(context.cookies())

    other_tab = context.new_page()
    other_tab.goto(visitor.url)
    expect_train(other_tab, True)
    other_tab.get_by_role("button", name="Presenter").click()
    expect(other_tab.get_by_text("You are signed in as the presenter, in this browser, until")).to_be_visible()
    other_tab.get_by_role("button", name="Sign out").click()
    expect_train(other_tab, False)
    open_more(visitor, "Runs")  # its connection brought the cookie, and is there still
    visitor.get_by_role("link", name="Compare").click()
    expect_train(visitor, False)
    guarded.store.record([Ended(run, Status.STOPPED, None, 70.0)])


def test_an_open_page_follows_the_secrets_file_which_locks_while_it_is_unusable_or_gone(
    tmp_path: Path, prepared_cache: Path, visitor: Page
) -> None:
    file = tmp_path / "secrets.toml"
    file.mkdir()
    with serving(lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}") as server:
        assert "it cannot be read as UTF-8 text" in server.log.read_text()
        visitor.goto(server.url)
        expect(visitor.get_by_text("it cannot be read as UTF-8 text")).to_be_visible()
        file.rmdir()
        for content, sentence in UNUSABLE:
            file.write_bytes(content)
            expect(visitor.get_by_text(sentence)).to_be_visible()
            expect_train(visitor, False)
            with Forger(server) as another:
                another.rerun()
                assert sentence in another.text()
        file.write_text(GUARDED)
        expect(visitor.get_by_text("cannot be used")).to_be_hidden()
        sign_in(visitor)
        expect_train(visitor, True)
        visitor.keyboard.press("Escape")
        file.write_text('[presenter]\npassword = "a second pass"')
        expect_train(visitor, False)  # without a reload, though the browser has the cookie
        visitor.keyboard.press("Escape")
        sign_in(visitor)
        expect(visitor.get_by_text("Wrong pass.")).to_be_visible()
        visitor.keyboard.press("Escape")
        sign_in(visitor, "a second pass")
        expect_train(visitor, True)
        visitor.keyboard.press("Escape")
        file.unlink()
        expect(visitor.get_by_text("secrets.toml was removed or emptied.")).to_be_visible()
        expect_train(visitor, False)


def test_a_sign_out_counts_though_the_run_before_the_sign_in_ended_after_it(
    tmp_path: Path, prepared_cache: Path, visitor: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a run's end Streamlit forgets the fragments of other runs: also of the one that took its place meanwhile.

    The server has no pass when it starts, and an open page follows it once it is set.
    """
    file = tmp_path / "secrets.toml"
    monkeypatch.setenv("LATE_SECONDS", "4")
    server_of = "tests/security/late_end.py"
    with serving(lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}", script=server_of) as server:
        visitor.goto(server.url)
        expect_train(visitor, True)
        file.write_text(GUARDED)
        expect_train(visitor, False)
        sign_in(visitor)
        expect_train(visitor, True)
        visitor.wait_for_timeout(4_000)
        for key in (server.cache / "presenter").iterdir():
            key.unlink()  # as signing out in another tab does
        expect_train(visitor, False)


def test_hostile_names_are_drawn_as_text_and_fill_in_nothing_in_a_chart(guarded: Server, visitor: Page) -> None:
    chosen = [HOSTILE[name][:MAX_NAME] for name in ("script", "image", "drawing", "end of a tag", "link", "style")]
    names = [" ".join(name.split()) for name in chosen]
    runs = [made(guarded, name, units=2**n) for n, name in enumerate([*names, PLOTLYS])]
    visitor.goto(f"{guarded.url}/?show={','.join(runs)}")
    for name in names:
        expect(visitor.locator("article h2").get_by_text(name, exact=True)).to_be_visible()
        # Plotly reads a little HTML in its texts. A long name may be broken at its first space.
        written = re.compile(re.escape(name).replace(r"\ ", r"\s*"))
        expect(visitor.locator("[data-chart=accuracy] .annotation", has_text=written)).to_be_visible()
    named = visitor.locator("[data-chart=accuracy] .annotation", has_text="fullData")
    expect(named).to_have_text(re.compile("^■ %\u200b{y}\\s*%\u200b{meta} %\u200b{fullData.type}$"))
    foreign = "img[src=x], iframe, svg[onload], a[href^=javascript], [data-chart] a"
    assert visitor.locator(foreign).count() == 0
    visitor.goto(f"{guarded.url}/runs")
    expect(visitor.get_by_role("heading", name="Runs")).to_be_visible()
    visitor.wait_for_timeout(1_000)
    assert "hacked" not in visitor.title()
    assert visitor.locator(foreign).count() == 0


def test_a_foreign_site_can_neither_show_it_in_a_frame_nor_speak_to_it(guarded: Server, visitor: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=f"<h1>Slides</h1><iframe src='{guarded.url}/'></iframe>")

    visitor.route("http://slides.example/", answer)
    visitor.goto("http://slides.example/")
    expect(visitor.get_by_role("heading", name="Slides")).to_be_visible()
    visitor.wait_for_function("window.frames.length == 1")
    [frame] = visitor.main_frame.child_frames
    frame.wait_for_url(re.compile("^chrome-error:"), wait_until="commit")
    assert visitor.evaluate(SPEAK, f"ws://{guarded.host}/_stcore/stream") == "refused"
    read = visitor.evaluate("url => fetch(url).then(() => 'read', () => 'refused')", f"{guarded.url}/_stcore/health")
    assert read == "refused"
