"""The curtain that hides runs from viewers: the lecture, until its reveal."""

from collections.abc import Collection
from typing import Protocol

from rnn_compare.runs.record import Run


class Hidden(Protocol):
    """What is hidden at one moment; an immutable value, replaced when it changes."""

    def hides(self, run: Run) -> bool:
        """Returns whether a run is hidden, on all pages, phones and downloads."""


class Curtain(Protocol):
    """Hides runs. Thread-safe."""

    def state(self) -> Hidden:
        """Returns what is hidden now; never waits."""

    def hide(self, run_ids: Collection[str]) -> None:
        """Hides runs; raises ``UserError`` if that cannot be recorded."""
