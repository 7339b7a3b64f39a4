"""A visitor without a browser, who speaks Streamlit's websocket himself and sends what he likes."""

import contextlib
import re
import time
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from rnn_compare.server.access.cookies import NAME, PRESENTER
from tests.kit.servers import Server
from tests.kit.waiting import PATIENCE

AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


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

    def sign_in(self, password: str, page: str = "") -> None:
        """Types a pass and presses the button beside it."""
        typed = type_in(self.widget("text_input", "Pass"), password)
        self.rerun(typed, press(self.button("Sign in")[0]), page=page)

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


def signed_in(server: Server, password: str) -> dict[str, str]:
    """Returns the cookies of a new browser that has signed in with the presenter's pass."""
    cookies = cookies_of(server)
    with Forger(server, forwarded_for=address_of(cookies), **cookies) as visitor:
        visitor.rerun()
        visitor.sign_in(password)
        token = re.search(r"[0-9]{10}\.[0-9a-f]{64}", visitor.text())
    assert token, visitor.text()
    return cookies | {PRESENTER: token[0]}


def address_of(cookies: dict[str, str]) -> str:
    """Returns an address for a browser alone, whose attempts to sign in are then counted for nobody else."""
    return f"10.{int(cookies[NAME][:2], 16)}.{int(cookies[NAME][2:4], 16)}.{int(cookies[NAME][4:6], 16)}"
