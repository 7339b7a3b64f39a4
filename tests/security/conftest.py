"""Pages in this process with a secrets file, a real guarded server, and a visitor who speaks its websocket himself."""

import contextlib
import http.client
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import streamlit as st
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from rnn_compare.server.access import rules
from rnn_compare.server.app import App
from rnn_compare.services.services import FIRST_PAGE_VARIABLE
from tests.kept import lend
from tests.patience import PATIENCE
from tests.processes import PROJECT, free_port, page_of, started

APP = str(PROJECT / "app.py")
PASS = "open sesame 22"
COOKIE_SECRET = "a secret of the tests, and of nobody else"
SECRETS = f"""
[presenter]
password = "{PASS}"
emails = ["Lecturer@University.Example"]
[auth]
redirect_uri = "http://127.0.0.1:8501/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "rnn-compare"
client_secret = "unused"
server_metadata_url = "http://127.0.0.1:9/none"
"""
AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


# ---- pages in this process ---------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _fresh_rules(own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # it forgets
    """Nothing of an earlier test's tries, questions or secrets counts."""
    monkeypatch.setattr(rules, "READ_SECONDS", 0.0)


@pytest.fixture
def write_secrets(tmp_path: Path) -> Iterator[Callable[[str | bytes], Path]]:
    file = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    st.secrets._reset()  # Streamlit reads them once, and an option that names another file does not change it

    def write(content: str | bytes) -> Path:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    yield write
    config.set_option("secrets.files", before)
    st.secrets._reset()


def visit(page: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=PATIENCE)
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


# ---- a real server -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it is, its process, its cache and its record, and what it says in the terminal."""

    host: str
    process: psutil.Process
    cache: Path
    store: RunStore
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, list[str]], bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        fields: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            fields.setdefault(name.lower(), []).append(value)
        content = answer.read()
        connection.close()
        return answer.status, fields, content


@contextlib.contextmanager
def serving(
    folder: Path, prepared_cache: Path, *arguments: str, script: str = "app.py", limits: str = ""
) -> Iterator[Server]:
    """`streamlit run` on a free port, with a cache of its own, and with limits as a shell sets them."""
    cache, log = folder / "cache", folder / "server.log"
    lend(prepared_cache, cache)
    port = free_port()
    limited = ["sh", "-c", f'ulimit {limits}; exec "$@"', "sh"] if limits else []
    command = [*limited, *page_of(script), f"--server.port={port}", *arguments]
    environment = {**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "1"}
    with started(command, log, f"http://127.0.0.1:{port}/_stcore/health", environment) as process:
        store = RunStore(cache / "runs.db")
        yield Server(f"127.0.0.1:{port}", psutil.Process(process.pid), cache, store, log)
        store.close()


@pytest.fixture(scope="session")
def guarded(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a presenter's pass and OIDC set, on the address that config.toml gives it.

    As its presenter starts it on a laptop, whom Streamlit asks what it asks developers; its home is beside its cache.
    """
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "home").mkdir()
    (folder / "secrets.toml").write_text(SECRETS)
    options = f"--secrets.files={folder / 'secrets.toml'}", "--server.headless=false"
    with contextlib.ExitStack() as running:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HOME", str(folder / "home"))
            environment.setenv("BROWSER", "true")  # a command that does nothing
            server = running.enter_context(serving(folder, prepared_cache, *options))
        yield server


@pytest.fixture(scope="session")
def hall(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a pass, opened to a class, with workers though nobody has asked for one."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(FIRST_PAGE_VARIABLE, "0")
        with serving(tmp_path_factory.mktemp("hall"), prepared_cache, "--server.address=0.0.0.0") as server:
            yield server


@pytest.fixture(scope="module")
def lecture(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose presenter obeys the tests (benchmarks/presented.py), with a pass, opened to a class."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "secrets.toml").write_text(SECRETS)
    secrets = f"--secrets.files={folder / 'secrets.toml'}"
    with serving(
        folder, prepared_cache, "--server.address=0.0.0.0", secrets, script="benchmarks/presented.py"
    ) as server:
        yield server


# ---- a visitor without a browser, who sends what he likes --------------------------------------


class Forger:
    """One session on a server's websocket: keeps the widgets it is shown, and sends any message for them."""

    def __init__(
        self, server: Server, query: str = "", origin: str | None = None, forwarded_for: str = "", **cookies: str
    ) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        if forwarded_for:
            headers["X-Forwarded-For"] = forwarded_for
        token = cookies.get("_streamlit_xsrf", "")
        self._open = contextlib.ExitStack()
        self.connection = self._open.enter_context(
            connect(
                f"ws://{server.host}/_stcore/stream",
                origin=Origin(origin or server.url),
                subprotocols=[Subprotocol(name) for name in ("streamlit", token) if name],
                additional_headers=headers,
                max_size=None,
            )
        )
        self.messages: list[ForwardMsg] = []
        self.query = query
        self.states: dict[str, WidgetState] = {}

    def __enter__(self) -> "Forger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._open.close()

    def rerun(self, *states: WidgetState, page: str = "") -> None:
        """Sends widgets' values, and reads until the page's script has run."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = page
        message.rerun_script.widget_states.widgets.extend(states)
        self.connection.send(message.SerializeToString())
        self.messages = []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            message = ForwardMsg()
            message.ParseFromString(bytes(self.connection.recv(timeout=PATIENCE)))  # type: ignore[arg-type]  # never text
            self.messages.append(message)
            ended = message.WhichOneof("type") == "script_finished" and message.script_finished != AGAIN
            if ended and self.elements():
                return
        pytest.fail("The page's script never ended.")

    def elements(self) -> list[Any]:
        return [m.delta.new_element for m in self.messages if m.delta.WhichOneof("type") == "new_element"]

    def widget(self, kind: str, label: str) -> str:
        return str(self._found(kind, label).id)

    def button(self, label: str) -> tuple[str, bool]:
        element = self._found("button", label)
        return element.id, element.disabled

    def _found(self, kind: str, label: str) -> Any:
        for element in self.elements():
            if element.WhichOneof("type") == kind and getattr(element, kind).label == label:
                return getattr(element, kind)
        pytest.fail(f"There is no {kind} {label!r} on the page.")

    def text(self) -> str:
        return "\n".join(re.sub(r"\s+", " ", str(m)) for m in self.messages)


def press(widget: str) -> WidgetState:
    return WidgetState(id=widget, trigger_value=True)


def type_in(widget: str, text: str) -> WidgetState:
    return WidgetState(id=widget, string_value=text)


def cookies_of(server: Server) -> dict[str, str]:
    _, headers, _ = server.ask("GET", "/_stcore/health")
    pairs = (header.split(";")[0].split("=", 1) for header in headers["set-cookie"])
    return {name: value for name, value in pairs}
