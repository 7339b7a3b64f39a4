"""The presenter, a viewer, a hostile neighbour and a foreign web site, each in a real browser."""

import hashlib
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
from .test_hostile_inputs import HOSTILE


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


def made(server: Server, status: Status = Status.FINISHED, name: str = "", note: str = "", units: int = 32) -> str:
    """Records a run in the server's own record, as another process may."""
    run = finished_run(server.store, 0.8, 0.7, status=status, units=units)
    server.store.rename(run, name)
    server.store.annotate(run, note)
    return run


def sign_in(page: Page, typed: str = PASS) -> None:
    page.get_by_role("button", name="Presenter").click()
    page.get_by_label("Pass", exact=True).fill(typed)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_presenter_signs_in_for_every_tab_of_this_browser_until_signing_out_in_one(
    guarded: Server, visitor: Page, context: BrowserContext
) -> None:
    run = made(guarded, Status.RUNNING, "at work")
    visitor.goto(f"{guarded.url}/?show={run}")
    stop = visitor.get_by_role("button", name="Stop at work")
    expect(visitor.get_by_role("article").filter(has_text="at work")).to_be_visible()
    expect(stop).to_be_hidden()
    expect(visitor.get_by_role("button", name="Train", exact=True)).to_be_disabled()

    sign_in(visitor, "wrong one")
    expect(visitor.get_by_text("Wrong pass.")).to_be_visible()
    expect(visitor.get_by_label("Pass", exact=True)).to_have_attribute("autocomplete", "current-password")
    visitor.keyboard.press("Escape")
    sign_in(visitor)
    expect(visitor.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(stop).to_be_visible()

    open_more(visitor, "Runs")
    expect(visitor.get_by_role("heading", name="Runs")).to_be_visible()
    visitor.get_by_role("link", name="Compare").click()
    expect(visitor.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    assert "sesame" not in visitor.url
    assert not [cookie for cookie in context.cookies() if "sesame" in str(cookie)]

    visitor.wait_for_function("performance.getEntriesByName(new URL('_stcore/health', document.baseURI)).length > 1")
    cookie = next(cookie for cookie in context.cookies() if cookie["name"] == cookies.PRESENTER)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Lax", -1)
    assert cookies.PRESENTER not in visitor.evaluate("document.cookie")
    assert cookie["value"] not in visitor.url + visitor.content() + guarded.log.read_text()

    other_tab = context.new_page()
    other_tab.goto(visitor.url)
    expect(other_tab.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    other_tab.get_by_role("button", name="Presenter").click()
    expect(other_tab.get_by_text("You are signed in as the presenter, in this browser, until")).to_be_visible()
    other_tab.get_by_role("button", name="Sign out").click()
    expect(other_tab.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    open_more(visitor, "Runs")  # its connection brought the cookie, and is there still
    visitor.get_by_role("link", name="Compare").click()
    expect(visitor.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    guarded.store.record([Ended(run, Status.STOPPED, None, 70.0)])


def test_a_changed_pass_counts_while_the_server_runs_and_an_invalid_or_removed_file_locks(
    tmp_path: Path, prepared_cache: Path, visitor: Page
) -> None:
    file = tmp_path / "secrets.toml"
    train = visitor.get_by_role("button", name="Train", exact=True)

    def accepted(password: str, former: str) -> None:
        sign_in(visitor, former)
        expect(visitor.get_by_text("Wrong pass.")).to_be_visible()
        visitor.keyboard.press("Escape")
        sign_in(visitor, password)
        expect(train).to_be_enabled()
        visitor.keyboard.press("Escape")

    file.write_text(f'[presenter]\npassword = "{PASS}"')
    with serving(lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}") as server:
        visitor.goto(server.url)
        sign_in(visitor)  # with the four below, as many attempts as are allowed at once
        expect(train).to_be_enabled()
        visitor.keyboard.press("Escape")
        file.write_text('[presenter]\npassword = "a second pass"')
        expect(train).to_be_disabled()  # without a reload, though the browser has the cookie
        visitor.keyboard.press("Escape")
        accepted("a second pass", PASS)
        file.write_text('[presenter]\npasword = "a third pass"')
        expect(visitor.get_by_text("[presenter] holds 'pasword'")).to_be_visible()
        expect(train).to_be_disabled()
        file.unlink()
        expect(visitor.get_by_text("secrets.toml was removed or emptied.")).to_be_visible()
        expect(train).to_be_disabled()
        file.write_text('[presenter]\npassword = "a third pass"')
        accepted("a third pass", "a second pass")


def test_a_file_that_streamlit_cannot_read_locks_at_the_start_and_an_open_page_follows_its_mending(
    tmp_path: Path, prepared_cache: Path, visitor: Page
) -> None:
    file = tmp_path / "secrets.toml"
    file.mkdir()
    valid = f'[presenter]\npassword = "{PASS}"'
    with serving(lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}") as server:
        assert "it cannot be read as UTF-8 text" in server.log.read_text()
        visitor.goto(server.url)
        train = visitor.get_by_role("button", name="Train", exact=True)
        expect(visitor.get_by_text("it cannot be read as UTF-8 text")).to_be_visible()
        file.rmdir()
        for content, sentence in (
            (valid.replace("presenter", "presentor").encode(), "but no [presenter]"),
            (b"a = " + b"[" * 3_000 + b"]" * 3_000, "it is not valid TOML"),
            (valid.encode("utf-16"), "it cannot be read as UTF-8 text"),
        ):
            file.write_bytes(content)
            expect(visitor.get_by_text(sentence)).to_be_visible()
            expect(train).to_be_disabled()
            with Forger(server) as another:
                another.rerun()
                assert sentence in another.text()
        file.write_text(valid)
        expect(visitor.get_by_text("cannot be used")).to_be_hidden()
        expect(visitor.get_by_role("button", name="Presenter")).to_be_visible()


def test_an_open_page_follows_a_pass_that_is_set_while_the_server_runs(
    tmp_path: Path, prepared_cache: Path, visitor: Page
) -> None:
    file = tmp_path / "secrets.toml"
    with serving(lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}") as server:
        visitor.goto(server.url)
        train = visitor.get_by_role("button", name="Train", exact=True)
        expect(train).to_be_enabled()
        file.write_text(f'[presenter]\npassword = "{PASS}"')
        expect(train).to_be_disabled()
        expect(visitor.get_by_role("button", name="Presenter")).to_be_visible()


def test_a_sign_out_counts_though_the_run_before_the_sign_in_ended_after_it(
    tmp_path: Path, prepared_cache: Path, visitor: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a run's end Streamlit forgets the fragments of other runs: also of the one that took its place meanwhile."""
    file = tmp_path / "secrets.toml"
    file.write_text(f'[presenter]\npassword = "{PASS}"')
    monkeypatch.setenv("LATE_SECONDS", "6")
    train = visitor.get_by_role("button", name="Train", exact=True)
    with serving(
        lend(prepared_cache, tmp_path / "cache"), f"--secrets.files={file}", script="tests/security/late_end.py"
    ) as server:
        visitor.goto(server.url)
        sign_in(visitor)
        expect(train).to_be_enabled()
        visitor.wait_for_timeout(6_000)
        for key in (server.cache / "presenter").iterdir():
            key.unlink()  # as signing out in another tab does
        expect(train).to_be_disabled()


def test_a_browser_is_the_same_visitor_after_a_reload_and_its_runs_are_its_own(
    hall: Server, visitor: Page, context: BrowserContext
) -> None:
    def name() -> str:
        return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == cookies.NAME)

    visitor.goto(hall.url)
    expect(visitor.get_by_role("button", name="Train", exact=True)).to_be_visible()
    first = name()
    assert cookies.NAME not in visitor.evaluate("document.cookie")
    small = "units=4&maxlen=10&reviews=60&epochs=1&embedding_size=4&vocabulary_size=200&cell=GRU"
    visitor.goto(f"{hall.url}/?{small}")
    visitor.get_by_role("button", name="Train", exact=True).click()
    visitor.wait_for_url("**show=**")
    assert name() == first
    [run] = hall.store.runs()
    assert run.visitor == hashlib.sha256(first.encode()).hexdigest()[:12]
    assert first not in visitor.content(), "what tells a browser from others is shown to nobody"


def test_hostile_names_and_notes_are_drawn_as_text(guarded: Server, visitor: Page) -> None:
    chosen = [HOSTILE[name][:MAX_NAME] for name in ("script", "image", "drawing", "end of a tag", "link", "style")]
    names = [" ".join(name.split()) for name in chosen]
    runs = [made(guarded, name=name, note=name, units=2**n) for n, name in enumerate(names)]
    visitor.goto(f"{guarded.url}/?show={','.join(runs)}")
    for name in names:
        expect(visitor.locator("article h2").get_by_text(name, exact=True)).to_be_visible()
        # Plotly reads a little HTML in its texts. A long name may be broken at its first space.
        written = re.compile(re.escape(name).replace(r"\ ", r"\s*"))
        expect(visitor.locator("[data-chart=accuracy] .annotation", has_text=written)).to_be_visible()
    foreign = "img[src=x], iframe, svg[onload], a[href^=javascript], [data-chart] a"
    assert visitor.locator(foreign).count() == 0
    visitor.goto(f"{guarded.url}/runs")
    expect(visitor.get_by_role("heading", name="Runs")).to_be_visible()
    visitor.wait_for_timeout(1_000)
    assert "hacked" not in visitor.title()
    assert visitor.locator(foreign).count() == 0


def test_a_name_fills_in_nothing_in_a_chart(guarded: Server, visitor: Page) -> None:
    run = made(guarded, name="%{y} %{meta} %{fullData.type}")
    visitor.goto(f"{guarded.url}/?show={run}")
    named = visitor.locator("[data-chart=accuracy] .annotation", has_text="fullData")
    expect(named).to_have_text(re.compile("^■ %\u200b{y}\\s*%\u200b{meta} %\u200b{fullData.type}$"))


def test_a_foreign_site_can_neither_show_it_in_a_frame_nor_speak_to_it(guarded: Server, visitor: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=f"<h1>Slides</h1><iframe src='{guarded.url}/'></iframe>")

    visitor.route("http://slides.example/", answer)
    visitor.goto("http://slides.example/")
    expect(visitor.get_by_role("heading", name="Slides")).to_be_visible()
    visitor.wait_for_function("window.frames.length == 1")
    [frame] = visitor.main_frame.child_frames
    frame.wait_for_url(re.compile("^chrome-error:"), wait_until="commit")
    spoke = visitor.evaluate(
        """url => new Promise((resolve) => {
            const socket = new WebSocket(url, ["streamlit"]);
            socket.onopen = () => resolve("open");
            socket.onerror = () => resolve("refused");
        })""",
        f"ws://{guarded.host}/_stcore/stream",
    )
    assert spoke == "refused"
    read = visitor.evaluate("url => fetch(url).then(() => 'read', () => 'refused')", f"{guarded.url}/_stcore/health")
    assert read == "refused"
