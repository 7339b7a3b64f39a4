"""Pages in this process: one by its module, the whole app, or one view of a page."""

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from types import MappingProxyType
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from rnn_compare.charts.loaded_network import LoadedNetwork
from tests.kit.servers import PROJECT
from tests.kit.waiting import PATIENCE, until


def script(page: str) -> str:
    """Returns a script that shows the page of a module of ``dashboard.pages``.

    AppTest makes it the main module, as Streamlit makes app.py, and a worker that is started later runs that too.
    """
    return f"if __name__ == '__main__':\n    from rnn_compare.dashboard.pages.{page} import render\n    render()"


def choose_preset(app: AppTest, name: str) -> AppTest:
    """Chooses a preset in its open list."""
    app.session_state["presets"] = True
    return app.radio(key="preset").set_value(name).run()


def page(name: str = "", state: Mapping[str, object] = MappingProxyType({}), **address: object) -> AppTest:
    """Runs a page, or the whole app without a name; ``address`` holds the parameters of its URL."""
    app = AppTest.from_string(script(name)) if name else AppTest.from_file(PROJECT / "app.py")
    app.default_timeout = PATIENCE
    app.query_params.update(address)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    """Returns all HTML of a page."""
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def run_until(app: AppTest, true: Callable[[], object]) -> AppTest:
    """Runs a page again and again, as its fragments do, until a worker is done."""

    def ran() -> object:
        return true() or (app.run() and not app.exception and true())

    until(ran)
    return app


def draw(show: Callable[..., object], services: Any, runs: list[LoadedNetwork], **parameters: str) -> AppTest:
    # Its source is run by itself, without the names of this module.
    def script(show: "Callable[..., object]", services: "Any", runs: "list[LoadedNetwork]") -> None:
        show(services, runs)

    app = AppTest.from_function(
        script, default_timeout=PATIENCE, kwargs={"show": show, "services": services, "runs": runs}
    )
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def visit(page: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    return go_to(app, page)


def go_to(app: AppTest, page: str) -> AppTest:
    """Takes a visitor to a page by its address; AppTest itself knows only pages that are files."""
    app._page_hash = calc_hash(page) if page else ""
    return app.run()


def seen(app: AppTest) -> str:
    parts = [element.proto.body for element in app.get("html")]
    for kind in (app.error, app.warning, app.info, app.caption, app.markdown):
        parts += [element.value for element in kind]
    return "\n".join(parts)


def held_by(page: str, name: str) -> Any:
    """Returns what a page that goes home holds as JSON in its element of this id."""
    [content] = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return json.loads(content)


def text_of(page: str) -> str:
    """Returns the words of a page's HTML, without those of its scripts and styles."""
    without_code = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", " ", without_code)).split())
