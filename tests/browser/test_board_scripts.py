"""The board's scripts alone, in a real browser: on a bare page, with messages that no run has sent."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from rnn_compare.browser import numbers
from rnn_compare.server.assets import assets
from tests.browser.bare_pages import LOOK, SITE, Message, chart, open_bare
from tests.kit.visits import zoom_in

BARE = """<body style="margin: 0"><main></main>
<script type="module">
  import { render } from "/dashboard/assets/board/board.js";
  const parentElement = document.querySelector("main");
  const urls = { plotly: "/plotly.min.js", styles: ["/dashboard/assets/board/board.css"] };
  window.pressed = [];
  const setTriggerValue = (name, ids) => window.pressed.push([name, ids]);
  window.show = (data) => render({ data, parentElement, setTriggerValue, setStateValue() {} }, urls);
</script>"""
WORDS = ("state", "best", "best_note", "left", "size", "pace", "layers", "reason")


def packed(*values: float | None) -> str:
    return numbers.packed(values)


def message(*charts: Message, epochs: int = 2) -> Message:
    values = packed(*(0.5 + epoch / 100 for epoch in range(epochs)))
    names = [chart["name"] for chart in charts]
    group = {
        **{"id": "a", "label": "LSTM(32)", **LOOK, "status": "running", "fraction": 0.3, "press": "Stop"},
        **{"stopping": False, "so_far": False, **dict.fromkeys(WORDS, "")},
        "figures": {name: values for chart in names for name in (chart, f"val_{chart}")},
        "trail": {"at": packed(0.5), "figures": {name: packed(0.7) for name in names}},
    }
    return {
        **{"groups": [group], "charts": list(charts), "gap": False, "busy": True, "epochs": 10},
        **{"hint": "", "note": "", "findings": []},
    }


@pytest.fixture
def news() -> dict[str, Message]:
    """What the page is told when it asks; its own answer until a test says something else."""
    return {}


@pytest.fixture
def show(page: Page, news: dict[str, Message]) -> Callable[[Message], None]:
    """Shows a message on a page that has nothing else, as Streamlit hands it over."""

    def answer(route: Route) -> None:
        body = json.dumps(news)
        if news:
            route.fulfill(body=body, content_type="application/json", headers={"ETag": f'"{hash(body)}"'})
        else:
            route.abort()

    def shown(data: Message) -> None:
        if not page.url.startswith(SITE):
            open_bare(page, BARE, "window.show")
            page.route(f"{SITE}/news*", answer)
        page.evaluate("data => window.show(data)", {**data, "may_press": True, "live": "/news"})

    return shown


def wait_for(page: Page, *charts: str) -> None:
    """Waits until these charts are drawn, and no other."""
    page.wait_for_function(
        "names => String([...document.querySelectorAll('[data-chart]')]"
        ".map(node => node.data && node.dataset.chart)) === names",
        arg=",".join(charts),
    )


def test_charts_come_and_go_with_any_message_and_those_that_stay_keep_their_zoom(
    page: Page, show: Callable[[Message], None], news: dict[str, Message]
) -> None:
    show(message(chart("speed"), chart("warmth")))
    wait_for(page, "speed", "warmth")
    expect(page.locator("figcaption")).to_have_text(["Speedvalidationtraining", "Warmthvalidationtraining"])
    zoom_in(page, "[data-chart=warmth]")
    zoom = "[...document.querySelector('[data-chart=warmth]')._fullLayout.xaxis.range]"
    zoomed = page.evaluate(zoom)
    assert zoomed[1] - zoomed[0] < 6

    news.update(message(chart("warmth"), chart("weight", training=None), chart("length"), epochs=3))
    wait_for(page, "warmth", "weight", "length")
    expect(page.locator("figcaption").nth(1)).to_have_text("Weightvalidation")
    page.wait_for_function("document.querySelector('[data-chart=warmth]').data[1].y.length === 3")
    assert page.evaluate(zoom) == zoomed
    assert page.evaluate("document.querySelector('[data-chart=weight]').data[0].y.length") == 0

    last = message(chart("length"))
    news.update(last | {"note": "Thick: mean of n = 3 seeds at each epoch"})
    wait_for(page, "length")
    expect(page.locator(".rc-chart-note")).to_have_text("Thick: mean of n = 3 seeds at each epoch")

    page.set_viewport_size({"width": 505, "height": 480})  # beside the sidebar, of 1280 × 720 at 150 %
    page.add_style_tag(path=assets()["browser/common/theme.css"])  # what all pages have in common
    [group] = last["groups"]
    news.clear()  # no answer takes the place of what is shown
    for networks, rows in ((2, 1), (3, 2), (4, 2)):
        show(last | {"groups": [group | {"id": str(number)} for number in range(networks)]})
        cards = page.locator("article.rc-card")
        expect(cards).to_have_count(networks)
        places = cards.evaluate_all("cards => cards.map(card => card.getBoundingClientRect().y)")
        assert len(set(places)) == rows


def test_a_press_goes_to_the_server_and_continue_is_inert_for_a_second_where_stop_was(
    page: Page, show: Callable[[Message], None], news: dict[str, Message]
) -> None:
    """A second press on Stop would train on."""
    show(message(chart("speed")))
    press = page.locator(".rc-press")
    press.click()
    expect(press).to_have_text("Stopping")
    expect(press).to_be_disabled()
    assert page.evaluate("window.pressed") == [["stop", ["a"]]]
    page.evaluate("""() => {
      window.looks = [];
      const look = () => looks.push(document.querySelector(".rc-press:disabled")?.ariaLabel);
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    }""")  # a busy machine may ask for the first time after that second
    answer = message(chart("speed"))
    answer["groups"][0] |= {"status": "stopped", "press": "Continue"}
    news.update(answer)
    expect(page.get_by_role("button", name="Continue LSTM(32)")).to_be_enabled()
    assert "Continue LSTM(32)" in page.evaluate("looks")


def test_a_chart_is_told_in_words_in_place_of_the_numbers_along_its_axes(
    page: Page, show: Callable[[Message], None]
) -> None:
    show(message(chart("speed")))
    wait_for(page, "speed")
    figure = page.get_by_role("figure", name="Speed")
    description = "LSTM(32): validation speed 50.0 % in epoch 1, highest 51.0 % in epoch 2, the last"
    expect(figure.get_by_role("listitem").first).to_contain_text(description)
    assert "100 %" not in figure.aria_snapshot()
    ticks = page.locator("[data-chart=speed] .ytick").all_text_contents()
    assert ticks
    assert [tick for tick in ticks if not re.fullmatch(r"\d+ %", tick)] == []
    page.locator("[data-chart=speed] .scatterlayer .points path").last.hover(force=True)
    expect(page.locator("[data-chart=speed] .hoverlayer")).to_contain_text("validation 51.0 %")
