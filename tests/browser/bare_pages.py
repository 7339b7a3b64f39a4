"""Pages that have nothing but the package's scripts, and messages for their charts that no run has sent."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

import rnn_compare
from rnn_compare.server.assets import assets

SITE = "http://scripts.test"
PACKAGE = Path(rnn_compare.__file__).parent
LOOK = {"color": "#0072B2", "marker": "circle"}
Message = dict[str, Any]


def open_bare(page: Page, html: str, ready: str) -> None:
    """Opens a page of this HTML that finds the package's files, and waits until an expression is true there."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(SITE).lstrip("/")
        path = assets().get(name) or PACKAGE / name
        if not name:
            route.fulfill(body=f'<!doctype html><meta charset="utf-8">{html}', content_type="text/html")
        elif path.exists():
            route.fulfill(path=path, content_type="text/css" if name.endswith(".css") else "text/javascript")
        else:
            route.fulfill(status=404)

    page.route(f"{SITE}/**", answer)
    page.goto(f"{SITE}/")
    page.wait_for_function(f"Boolean({ready})")


def chart(name: str, **changes: Any) -> Message:
    """What a chart of a figure declares; to the scripts its name says nothing."""
    return {
        **{"name": name, "title": name.title(), "training": name, "validation": f"val_{name}", "solid": "validation"},
        **{"called": f"validation {name}", "tickformat": ".0f", "hoverformat": ".1f", "unit": " %", "factor": 100},
        **{"log": False, "best": "highest", "range": [0.4, 1.005], "baselines": [], "remark": ""},
    } | changes
