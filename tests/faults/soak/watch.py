"""Whoever looks on: at the record, at what every browser is told, and at what the disk says that may be told."""

import contextlib
import json
import sqlite3
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.runs.store import RunStore
from tests.faults.soak.ledger import Ledger

LOOK_SECONDS = 0.5
NEWS = "rnn-compare/live?show=&charts=accuracy"


class Curtain:
    """Tells from the disk whether a lecture has come to its reveal."""

    def __init__(self, cache: Path) -> None:
        self._record = cache / "lecture.db"

    def is_down(self) -> bool:
        """Tells whether a lecture is on that has revealed nothing; False where that cannot be read just now."""
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(f"file:{self._record}?mode=ro", uri=True)
            try:
                last = connection.execute("SELECT id FROM lectures WHERE ended IS NULL ORDER BY id DESC").fetchone()
                revealed = "SELECT 1 FROM steps WHERE lecture = ? AND phase = 'revealed'"
                return last is not None and connection.execute(revealed, last).fetchone() is None
            finally:
                connection.close()
        return False


class Watch:
    """Looks at the record as every page does, and at the news as every browser does."""

    def __init__(self, url: str, store: RunStore, ledger: Ledger, curtain: Curtain) -> None:
        self._url, self._store, self._ledger, self._curtain = url, store, ledger, curtain
        self.reasons: set[str] = set()
        self._trained: set[str] = set()

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOK_SECONDS):
                with contextlib.suppress(UserError, OSError):  # the disk is full, or the server is away
                    self._look()

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self) -> None:
        runs = self._store.runs()
        self._ledger.sees(runs)
        self.reasons.update(run.reason for run in runs if run.reason)
        if not self._curtain.is_down():  # what there is by now was shown, or is from before the lecture
            self._trained = {run.id for run in runs}
        with urllib.request.urlopen(f"{self._url}/{NEWS}", timeout=10) as answer:
            networks = {group["id"] for group in json.load(answer)["groups"]}
        if (glimpsed := networks - self._trained) and self._curtain.is_down():
            self._ledger.problem(f"Every browser was told of {sorted(glimpsed)} before the reveal.")
