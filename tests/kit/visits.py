"""Every page and every view of the program, and how a test gets there."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

SMALL = "maxlen=30&reviews=600&embedding_size=8&vocabulary_size=1000&batch_size=32&epochs=2"
STILL = """async () => {
    const places = () => JSON.stringify(
        [...document.querySelectorAll("[data-testid=stMain] *, #step *")].map((node) => node.getBoundingClientRect())
    );
    for (let before, now = places(), same = 0; same < 3; before = now) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        now = places();
        same = now === before ? same + 1 : 0;
    }
}"""
INSIDE = ("Memory", "Words", "Equations")
PAGES = ("", "try", "inside", "reviews", "runs", "present", "notes", "wall")


@dataclass(frozen=True)
class Visit:
    """A view of a page.

    Attributes:
        name: What it is called.
        path: Where it is.
        act: What is done there until the view is open.
    """

    name: str
    path: str
    act: Callable[[Page], None] = lambda _: None

    def open(self, page: Page, url: str) -> None:
        """Goes there and waits until it is drawn."""
        page.goto(f"{url}/{self.path}")
        settle(page)
        self.act(page)
        settle(page)


def settle(page: Page) -> None:
    """Waits until Streamlit has run the page, or a page of a lecture has heard the server, and nothing changes."""
    page.locator(
        "[data-test-script-state=notRunning] [data-testid=stMainBlockContainer]"
        " [data-testid=stElementContainer]:not(.st-key-access, .st-key-menu), #line:empty"
    ).first.wait_for(state="attached")
    page.evaluate(
        """() => new Promise((resolve) => {
             let timer = setTimeout(resolve, 150);
             const quiet = () => { clearTimeout(timer); timer = setTimeout(resolve, 150); };
             new MutationObserver(quiet).observe(document.body, { childList: true, subtree: true });
             setTimeout(resolve, 1500);
           })"""
    )


def open_more(page: Page, name: str) -> None:
    """Goes to a page that stands below *More* in the menu."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


def zoom_in(page: Page, chart: str) -> None:
    """Draws a rectangle into a chart, once it keeps its place: what stands above may be drawn later."""
    plot = page.locator(f"{chart} .nsewdrag")
    plot.hover()
    box = plot.bounding_box()
    assert box is not None
    plot.hover(position={"x": 0.2 * box["width"], "y": 0.2 * box["height"]})
    page.mouse.down()
    plot.hover(position={"x": 0.6 * box["width"], "y": 0.7 * box["height"]}, force=True)
    page.mouse.up()


def choose(view: str) -> Callable[[Page], None]:
    """Chooses one of the page's views."""
    return lambda page: page.get_by_role("radio", name=view, exact=True).click()


def ask(page: Page) -> None:
    """Has the networks read a review."""
    page.get_by_role("textbox", name="Review", exact=True).fill("A good film <b>zzyzx</b> and no more")
    page.get_by_role("button", name="Ask the networks").click()


def unfold(name: str) -> Callable[[Page], None]:
    """Opens a part of a page that is folded."""
    return lambda page: page.locator("summary", has_text=name).first.click()


def _tick(*rows: int) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        table = page.get_by_test_id("stDataFrame")
        for row in rows:
            table.click(position={"x": 18, "y": 36 * row + 54})
            settle(page)

    return act


VISITS = (
    Visit("compare", ""),
    Visit("try", "try", ask),
    Visit("word by word", "inside", ask),
    *(Visit(view.lower(), "inside", choose(view)) for view in INSIDE),
    Visit("reviews", "reviews"),
    Visit("runs", "runs"),
    Visit("a run", "runs", _tick(0)),
    Visit("two runs", "runs", _tick(0, 1)),
    Visit("present", "present"),
    Visit("notes", "notes"),
    Visit("wall", "wall"),
)
"""What there is to see once networks were trained."""
