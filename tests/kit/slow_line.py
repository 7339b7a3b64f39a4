"""A slow server, without waiting for one."""

import re
import time
from collections import deque

from playwright.sync_api import Page, WebSocketRoute

from tests.kit.waiting import PATIENCE


class SlowLine:
    """What a server says to a page is held back until the test lets it through.

    Args:
        page: It has not been anywhere yet.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._route: WebSocketRoute | None = None
        self._held: deque[str | bytes] = deque()
        self._holds = self._sends = False
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def hold(self) -> None:
        """Holds back what comes from now on."""
        self._holds = True

    def let_through(self) -> None:
        """Lets through what has been held back so far."""
        self._send(len(self._held))

    def lose(self, last: bytes) -> None:
        """Waits until something that contains ``last`` is held back, and loses all until then."""
        deadline = time.monotonic() + PATIENCE
        while not any(last in message for message in self._held if isinstance(message, bytes)):
            assert time.monotonic() < deadline, "it never came"
            self._page.wait_for_timeout(50)
        self._held.clear()

    def go_on(self) -> None:
        """Lets through what has been held back, and all that comes from now on."""
        self._holds = False
        self._send()

    def _connect(self, route: WebSocketRoute) -> None:
        self._route = route
        route.connect_to_server().on_message(self._hear)

    def _hear(self, message: str | bytes) -> None:
        self._held.append(message)
        if not self._holds:
            self._send()

    def _send(self, count: int | None = None) -> None:
        assert self._route is not None
        if self._sends:  # Playwright may hear the next message while it sends one: none overtakes another
            return
        self._sends = True
        while self._held and count != 0:
            self._route.send(self._held.popleft())
            count = count and count - 1
        self._sends = False
