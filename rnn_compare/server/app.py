"""The object that holds a server's state: its record, its class, and what it knows of its visitors."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit import runtime

from rnn_compare.database import EVENT_SECONDS
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import cache_folder
from rnn_compare.server.access.limits import RateLimit, UploadGate
from rnn_compare.server.access.rules import Access
from rnn_compare.server.lecture.phones import Phones
from rnn_compare.server.lecture.presenter import Presenter
from rnn_compare.server.lecture.stream import Streams
from rnn_compare.server.live import LiveAnswers
from rnn_compare.server.process.connections import Connections
from rnn_compare.server.process.turns import ScriptTurns
from rnn_compare.server.urls import base_path
from rnn_compare.services.services import Services

Paths = tuple[tuple[str, Callable[..., Any]], ...]
"""Paths with their handlers."""
REPLACED = "The record of lectures was removed or replaced while the program ran; the lecture is lost."


class App:
    """The state of one server. Creating it opens and writes nothing. Thread-safe.

    Args:
        folder: Returns the cache folder; raises ``UserError`` if it cannot be used.

    Attributes:
        upload_gate: The sessions that may upload a file.
        predictions: The limit on questions to the networks, by visitor.
        live: The answers to browsers that follow the board.
        posts: Paths that pages of a lecture send messages to, with their handlers.
    """

    def __init__(self, folder: Callable[[], Path] = cache_folder) -> None:
        self._folder = folder
        self._starting, self._opening = threading.Lock(), threading.Lock()
        self._services: Services | None = None
        self._classroom: Classroom | None = None
        self._stage: Stage | None = None
        self.access = Access()
        self.upload_gate = UploadGate()
        self.predictions = RateLimit(at_once=40, per_second=1.0)
        self.connections = Connections()
        self.turns = ScriptTurns()
        self.live = LiveAnswers(self.services, self.running)
        self.streams = Streams(self.classroom, self.stage)
        self.phones = Phones(self.classroom, self.running, self.connections, self.streams)
        self.presenter = Presenter(self.access, self.streams)
        self.posts: Paths = (*self.phones.posts, *self.presenter.posts)

    def services(self) -> Services:
        """Returns the record and the engine, which start at the first call.

        Raises ``UserError`` if the cache folder or the record cannot be used; the next call tries again.
        """
        with self._starting:
            if self._services is None:
                self._services = Services.start(self._folder() / "runs.db", self.classroom, _a_page_is_open)
            return self._services

    def stage(self) -> Stage | None:
        """Returns what lectures are given with if the services have started; never waits."""
        services, stage = self._services, self._stage
        if services is not None and (stage is None or stage.services is not services):
            stage = self._stage = Stage(services, self.classroom)
        return stage if services is not None else None

    def running(self) -> Services | None:
        """Returns the record and the engine if they have started; never waits."""
        return self._services

    def classroom(self) -> Classroom:
        """Returns the class, which is read from the disk at the first call.

        Raises ``UserError`` if the cache folder or the record of the class cannot be used; the next call tries again.
        """
        with self._opening:
            if (before := self._classroom) is not None and not before.is_replaced:
                return before
            self._classroom = classroom = Classroom(self._folder() / "lecture.db")
            if before is not None:
                before.close()
                classroom.warn(REPLACED, EVENT_SECONDS)
            return classroom

    def admits(self, method: str, path: str) -> bool:
        """Returns whether a request is a message of a phone's or a press of the presenter's."""
        return method == "POST" and path in {f"{base_path()}/{name}" for name, _ in self.posts}

    def close(self) -> None:
        """Stops the engine and its workers and closes all records; they reopen when needed."""
        with self._starting:
            if self._services is not None:
                self._services.close()
            self._services = None
        with self._opening:
            if self._classroom is not None:
                self._classroom.close()
            self._classroom = None


def _a_page_is_open() -> bool:
    if not runtime.exists():  # pages without a server, as in tests
        return True
    return runtime.get_instance().state is runtime.RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED


_current = App()


def current_app() -> App:
    """Returns this process's App, since Streamlit cannot pass arguments to pages."""
    return _current
