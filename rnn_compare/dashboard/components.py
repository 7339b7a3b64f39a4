"""Browser components made of the scripts in ``assets/`` and ``browser/``, and fragments of a page that refresh.

A component's own JavaScript goes out with every message that it gets. So that is only a loader; the script that it
names is fetched once (``server/assets.py``). A script exports ``render(component, urls)``, which draws a message,
and, if anything runs on, ``dispose(parentElement)``, which ends it. ``urls`` names Plotly and the style sheets.
"""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import PurePath
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from rnn_compare.charts.in_words import in_words
from rnn_compare.charts.palette import Look
from rnn_compare.glossary import TERMS
from rnn_compare.server import assets, live
from rnn_compare.server.app import current_app
from rnn_compare.services import board
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.training.analyses import Analysis

POLL_SECONDS = 0.5
"""Seconds between updates of an analysis' progress."""


@functools.cache
def component(script: str, *styles: str) -> ComponentRenderer:
    """Returns the renderer of a component, by the places in the package of its script and style sheets."""
    urls = {"plotly": assets.url("plotly.min.js"), "styles": [assets.url(style) for style in styles]}
    loader = f"""
        const script = import(new URL({json.dumps(assets.url(script))}, document.baseURI));
        const urls = {json.dumps(urls)};
        export default (component) => {{
            script.then(({{ render }}) => render(component, urls));
            return () => script.then(({{ dispose }}) => dispose?.(component.parentElement));
        }};"""
    return st.components.v2.component(f"rnn_compare_{PurePath(script).stem}", js=loader, isolate_styles=False)


def ticking(draw: Callable[..., None], seconds: float | None, *arguments: object) -> None:
    """Draws a fragment of the page that refreshes by itself.

    It has a container of its own: if it ticks while a run of the whole page is not sent yet, Streamlit drops what that
    run drew of it. Without the container the browser would move up all that follows, and fail at the next tick.

    Args:
        draw: Draws the fragment; it may rerun the whole page by ``st.rerun(scope="app")``.
        seconds: Seconds between refreshes; None for none.
    """

    @functools.wraps(draw)  # Streamlit knows a fragment by its name and place
    def draw_in_turn() -> None:
        with current_app().turns.turn():
            draw(*arguments)

    with st.container():
        st.fragment(draw_in_turn, run_every=seconds)()


def load_styles(*sheets: str) -> None:
    """Sends style sheets, by their places in the package, before what they style; not in a fragment that refreshes."""
    for sheet in sheets:
        st.html(assets.PACKAGE / sheet)


def card(title: str, look: Look, body: str, heading: str = "h2") -> str:
    """Returns a network's card as HTML, with its title, a heading of this level, under its colour."""
    head = f"<{heading}>{escape(title)}</{heading}>"
    return f'<section class="rc-card" style="--rc-color: {look.color}">{head}{body}</section>'


def show_figure(figure: go.Figure, key: str) -> None:
    """Draws a figure that has a height, in the page's fonts and colours, with a description for screen readers.

    Texts in it must be escaped: Plotly reads markup. ``st.plotly_chart`` would load another Plotly, 4.7 MB.
    """
    content = json.loads(figure.to_json())
    height = content["layout"].pop("height")  # the element has it: Plotly would keep it in full screen
    data = {"figure": content, "words": asdict(in_words(figure)), "height": height}
    component("dashboard/assets/charts/figure.js")(data=data, key=key, height=height)


def show_board(
    services: Services, names: Sequence[str], view: View, key: str, may_press: bool = False, **more: Any
) -> tuple[list[str], list[str]]:
    """Draws the board; returns the ids of the cards whose Stop button was just pressed, and those of Continue.

    Streamlit's own chart would be mounted anew with every point and lose the viewer's zoom.

    Args:
        names: The names in a link (see ``services/snapshot.py``).
        may_press: Draws the buttons; otherwise presses that a browser sends are ignored.
    """
    data = board.message(services, names, view) | more
    result = component("dashboard/assets/board/board.js", "dashboard/assets/board/board.css")(
        data=data | {"may_press": may_press, "live": live.url(names, view), "held_out": TERMS["held-out"]},
        key=key,
        on_stop_change=lambda: None,
        on_resume_change=lambda: None,
        on_ended_change=lambda: None,  # draws the fragment around the board again
    )
    cards = {group["id"] for group in data["groups"]}

    def pressed(value: Any) -> list[str]:
        groups = value if may_press and isinstance(value, list) else []
        return [group for group in groups if isinstance(group, str) and group in cards]

    return pressed(result.stop), pressed(result.resume)


def wait_for(title: str, *analyses: Analysis) -> None:
    """Shows the progress of analyses, and reruns the page when all have ended."""

    def look() -> None:
        if all(analysis.ended for analysis in analyses):
            st.rerun(scope="app")
        progress(title, *analyses)

    ticking(look, POLL_SECONDS)


def progress(title: str, *analyses: Analysis) -> None:
    """Shows the progress of an analysis, or of several together; the title says what is done: 5 % alone is a result."""
    done, total = sum(analysis.done for analysis in analyses), sum(analysis.total for analysis in analyses)
    share = done / total if total else 0.0
    # As code, for anybody may have typed the title: it is not read as markup.
    state = f"{100 * share:.0f} % done" if total else "waiting for a worker"
    st.progress(min(share, 1.0), text=f"`{title.replace('`', ' ')}` {state}")
