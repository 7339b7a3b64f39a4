"""The object that holds a server's state: its record, its class, and what it knows of its visitors."""

import threading
from collections.abc import Callable
from pathlib import Path

from rnn_compare.database import EVENT_SECONDS
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.paths import cache_folder
from rnn_compare.server.access.limits import RateLimit, UploadGate
from rnn_compare.server.access.rules import Access
from rnn_compare.server.live import LiveAnswers
from rnn_compare.server.phones.join import Phones
from rnn_compare.server.process.connections import Connections
from rnn_compare.server.process.turns import ScriptTurns
from rnn_compare.server.services import Services

REPLACED = "The record of lectures was removed or replaced while the program ran; the lecture is lost."


class App:
    """The state of one server. Creating it opens and writes nothing. Thread-safe.

    Args:
        folder: Returns the cache folder; raises ``UserError`` if it cannot be used.

    Attributes:
        upload_gate: The sessions that may upload a file.
        predictions: The limit on questions to the networks, by visitor.
        live: The answers to browsers that follow the board.
    """

    def __init__(self, folder: Callable[[], Path] = cache_folder) -> None:
        self._folder = folder
        self._starting, self._opening = threading.Lock(), threading.Lock()
        self._services: Services | None = None
        self._classroom: Classroom | None = None
        self.access = Access()
        self.upload_gate = UploadGate()
        self.predictions = RateLimit(at_once=40, per_second=1.0)
        self.connections = Connections()
        self.turns = ScriptTurns()
        self.live = LiveAnswers(self.services, self.running)
        self.phones = Phones(self.classroom, self.running, self.connections)

    def services(self) -> Services:
        """Returns the record and the engine, which start at the first call.

        Raises ``UserError`` if the cache folder or the record cannot be used; the next call tries again.
        """
        with self._starting:
            if self._services is None:
                self._services = Services.start(self._folder() / "runs.db", self.classroom)
            return self._services

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


_current = App()


def current_app() -> App:
    """Returns this process's App, since Streamlit cannot pass arguments to pages."""
    return _current
