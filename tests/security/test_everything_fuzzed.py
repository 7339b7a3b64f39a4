"""Whatever is sent to whichever address and of whichever widget: nothing fails, nothing is told of the inside, and
nobody but the presenter changes anything.

The addresses are asked of the app itself, pages and widgets of the pages: a new one is among them without anybody's
doing.
"""

import contextlib
import http.client
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit.proto.Slider_pb2 import Slider as SliderProto

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.record import Run
from tests.kit.caches import lend
from tests.kit.forger import Forger, press, signed_in
from tests.kit.networks import save_random
from tests.kit.runs import finished_run
from tests.kit.servers import Server, serving
from tests.kit.waiting import PATIENCE

from .conftest import PASS, SECRETS, Route
from .made_up import BODILESS, BODY, HANDSHAKE, HEADERS, METHODS, QUERY, SAID, SEGMENT, VALUE, widget_state

Widget = tuple[str, str]
"""Its kind and its id."""

REQUESTS, MESSAGES = (max(1, settings().max_examples // share) for share in (4, 10))
"""Of each address, and of each page."""
PARAMETER = re.compile(r"{\w+(:path)?}")
WORKED_OUT = ("baselines", "reviews", "workers.log")
BUTTONS = ("button", "download_button")
USUAL = {
    "button": "trigger_value",
    "download_button": "trigger_value",
    "checkbox": "bool_value",
    "number_input": "double_value",
    "slider": "double_array_value",
    "select_slider": "string_array_value",
    "button_group": "string_array_value",
    "multiselect": "string_array_value",
    "dataframe": "selection",
    "file_uploader": "file_uploader_state_value",
    "events": "json_trigger_value",
    "bidi_component": "json_value",
}
"""What a browser says of a widget; of all others a text."""
LECTURE = """
title = "Nothing is trained"
preset = "Short"
steps = [
  {kind = "text", title = "One"},
  {kind = "predict", title = "Two", question = {id = "best", kind = "best_network", text = "Which?"}},
  {kind = "reveal", title = "Three"},
  {kind = "review", title = "Four"},
]
"""
ANEW = (Phase.generate,)
"""A real server is asked: what fails is told as it was found."""


@pytest.fixture(scope="module")
def fuzzed(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a pass, two runs that can be asked, and lectures that train nothing."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "secrets.toml").write_text(SECRETS)
    with serving(lend(prepared_cache, folder / "cache"), f"--secrets.files={folder / 'secrets.toml'}") as server:
        (server.cache / "lectures").mkdir()
        for name in ("book", "attention", "gates", "memory", "state"):
            (server.cache / "lectures" / f"{name}.toml").write_text(LECTURE)
        _record(server, "SimpleRNN", "LSTM")
        cookie = server.ask("GET", "/join")[1]["set-cookie"][-1].partition(";")[0]
        server.ask("HEAD", "/join/events", Cookie=cookie)  # the class's record is there from now on
        yield server


def _record(server: Server, *cells: str) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(server.cache))
        for cell in cells:
            sizes = {"units": 4, "maxlen": 20, "vocabulary_size": 500, "embedding_size": 4}
            run = finished_run(server.store, 0.6, 0.6, cell=cell, epochs=2, **sizes)
            save_random(run, server.store.run(run).experiment)


@contextlib.contextmanager
def sound(server: Server) -> Iterator[None]:
    """Fails if the server wrote anything but the presenter's names and notes, or a traceback into its log."""
    files, runs, logged = contents(server.cache), _without_words(server), server.log.stat().st_size
    yield
    assert server.ask("GET", "/_stcore/health")[0] == 200
    assert contents(server.cache) == files
    assert _without_words(server) == runs
    log = server.log.read_bytes()[logged:].decode()
    assert "Traceback" not in log, log[:5000]


def _without_words(server: Server) -> list[Run]:
    return [replace(run, name="", note="") for run in server.store.runs()]


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the files of a cache folder, but for the records, which are asked, and what workers work out for all."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: b"" if ".db" in name else path.read_bytes()
        for name, path in files.items()
        if not name.startswith(WORKED_OUT)
    }


def test_whatever_is_sent_to_whichever_address_fails_nothing_and_writes_nothing(
    fuzzed: Server, routes: list[Route]
) -> None:
    with sound(fuzzed):
        for path, methods in routes:
            _ask_anything(fuzzed, path, methods)


def _ask_anything(server: Server, path: str, methods: list[str]) -> None:
    @given(st.data())
    @settings(max_examples=REQUESTS, phases=ANEW, suppress_health_check=list(HealthCheck))
    def ask(data: st.DataObject) -> None:
        method = data.draw(st.sampled_from(methods) | st.sampled_from(METHODS))
        address = PARAMETER.sub(lambda match: _filled(data, bool(match[1])), path)
        if query := data.draw(st.just("") | QUERY):
            address += f"?{query}"
        body = None if method in BODILESS else data.draw(BODY)
        headers = data.draw(HEADERS)
        if method == "GET" and data.draw(st.booleans()):
            headers |= data.draw(HANDSHAKE)
        status, content = sent(server.host, method, address, body, headers)
        assert status < 500, (status, content)
        assert b"Traceback" not in content

    ask()


def _filled(data: st.DataObject, with_slashes: bool) -> str:
    segments = data.draw(st.lists(SEGMENT, min_size=1, max_size=3 if with_slashes else 1))
    return "/".join(segments) or "x"


def sent(host: str, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    """Sends one request as it stands, and returns status and content; of what never ends, the beginning."""
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    try:
        connection.putrequest(method, address, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1"))
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        endless = answer.getheader("content-type", "").startswith("text/event-stream")
        return answer.status, answer.read1(65536) if endless else answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("who", ["presenter", "visitor"])
def test_whatever_is_said_of_whichever_widget_fails_nothing_and_trains_nothing(fuzzed: Server, who: str) -> None:
    is_presenter = who == "presenter"
    cookies = signed_in(fuzzed, PASS) if is_presenter else {}
    before = fuzzed.store.runs()
    with sound(fuzzed), Forger(fuzzed, **cookies) as forger:
        pages = pages_of(forger)
        if is_presenter:
            forger.rerun(page="present")
            forger.rerun(press(forger.button("Begin")[0]), page="present")
        for page in pages:
            _say_anything(forger, page, buttons=not is_presenter)
    assert is_presenter or fuzzed.store.runs() == before, "nor does a visitor change a name"


def pages_of(visitor: Forger) -> list[str]:
    visitor.rerun()
    navigation = next(message.navigation for message in visitor.messages if message.WhichOneof("type") == "navigation")
    return [page.url_pathname for page in navigation.app_pages]


def _say_anything(forger: Forger, page: str, buttons: bool) -> None:
    """Has one visitor say one thing after the other, of widgets that are on the page by then."""
    forger.rerun(page=page)
    widgets = _widgets(forger, buttons)

    @given(SAID)
    @settings(max_examples=MESSAGES, phases=ANEW, suppress_health_check=list(HealthCheck))
    def say(values_by_place: list[tuple[int, dict[str, Any]]]) -> None:
        nonlocal widgets
        states = {}
        for place, values in values_by_place:
            kind, named = widgets[place % len(widgets)]
            usual = USUAL.get(kind, "string_value")
            states[named] = widget_state(named, usual, values[usual])
        forger.rerun(*states.values(), page=page)
        assert is_drawn(forger), states
        widgets = _widgets(forger, buttons) or widgets

    say()


def is_drawn(visitor: Forger) -> bool:
    failed = [element for element in visitor.elements() if element.WhichOneof("type") == "exception"]
    return not failed and "Traceback" not in visitor.text()


def _widgets(forger: Forger, buttons: bool) -> list[Widget]:
    """Returns the widgets of the page, and beside each component what it tells of events."""
    widgets: list[Widget] = []
    for element in forger.elements():
        kind = element.WhichOneof("type")
        named: Any = getattr(getattr(element, kind), "id", "")
        if kind == "slider" and element.slider.type == SliderProto.SELECT_SLIDER:
            kind = "select_slider"
        if isinstance(named, str) and named.startswith("$$") and (buttons or kind not in BUTTONS):
            widgets.append((kind, named))
            if kind == "bidi_component":
                widgets.append(("events", f"$$STREAMLIT_INTERNAL_KEY_{named}__events"))
    return widgets


def test_whatever_stands_in_an_address_is_drawn_as_a_page(fuzzed: Server) -> None:
    """What a page keeps in its address has the name of the widget that it is chosen by."""
    with Forger(fuzzed) as visitor:
        pages, names = pages_of(visitor), {"show", "seed", "equal_parameters", "number"}
        for page in pages:
            visitor.rerun(page=page)
            names |= {named.rpartition("-")[2] for _, named in _widgets(visitor, buttons=False)}
    assert {"units", "view", "review"} <= names
    runs = ",".join(run.id for run in fuzzed.store.runs())
    with sound(fuzzed):
        for page in pages:
            _open_anything(fuzzed, page, sorted(names), VALUE | st.sampled_from([runs, "2", "LSTM"]))


def _open_anything(server: Server, page: str, names: list[str], parameters: st.SearchStrategy[str]) -> None:
    @given(st.dictionaries(st.sampled_from(names), parameters, max_size=6))
    @settings(max_examples=MESSAGES, phases=ANEW, suppress_health_check=list(HealthCheck))
    def open_it(query: dict[str, str]) -> None:
        with Forger(server, query=urlencode(query)) as visitor:
            visitor.rerun(page=page)
            assert is_drawn(visitor), query

    open_it()
