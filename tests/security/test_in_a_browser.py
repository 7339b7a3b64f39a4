"""The presenter, a viewer and a hostile neighbour, each in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from rnn_compare.runs.events import Ended, Status
from rnn_compare.runs.store import MAX_NAME
from rnn_compare.server.access import cookies
from tests.kit.chromium import forget
from tests.kit.runs import finished_run
from tests.kit.servers import Server
from tests.kit.visits import open_more

from .conftest import PASS
from .hostile import HOSTILE

PLOTLYS = "%{y} %{meta} %{fullData.type}"
"""What a template of Plotly's would fill in."""


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


def test_an_open_page_follows_the_secrets_file_and_locks_while_it_is_unusable(lecture: Server, visitor: Page) -> None:
    file = lecture.cache.with_name("secrets.toml")
    before = file.read_text()
    visitor.goto(lecture.url)
    sign_in(visitor)
    expect_train(visitor, True)
    visitor.keyboard.press("Escape")
    file.write_text(before.replace(PASS, "a second pass"))
    expect_train(visitor, False)  # without a reload, though the browser has the cookie
    sign_in(visitor, "a second pass")
    expect_train(visitor, True)
    visitor.keyboard.press("Escape")
    file.write_text(before.replace("presenter", "presentor"))
    expect(visitor.get_by_text("but no [presenter]")).to_be_visible()
    expect_train(visitor, False)
    file.write_text(before)


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
