"""Analyses: calculations of some seconds in a worker, with progress; each is done once and its result kept."""

import logging
import secrets
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from rnn_compare.errors import UserError

KEPT = 200
"""Number of remembered analyses; the least recently used are forgotten first."""
MOST = 64
"""Maximum number of running analyses: each has a thread that waits for its worker."""

Work = Callable[[str], object]
"""Takes the name under which its progress arrives, and returns the result."""


@dataclass
class Analysis:
    """The state of one analysis.

    Attributes:
        result: None until it has succeeded.
        problem: The error in a sentence; None unless it has failed.
    """

    done: int = 0
    total: int = 0
    result: Any = None  # the caller knows its type
    problem: str | None = None

    @property
    def ended(self) -> bool:
        """Whether there is a result or a problem."""
        return self.result is not None or self.problem is not None


class Analyses:
    """All analyses of one engine. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._analyses: dict[Hashable, Analysis] = {}
        self._running: dict[str, Analysis] = {}

    def get(self, key: Hashable, work: Work, again: bool = False) -> Analysis:
        """Returns the analysis of a key; the first call starts the work in a thread. The work may raise ``UserError``.

        A failed analysis is returned once and then repeated; ``again`` also repeats a successful one.
        """
        with self._lock:
            earlier = self._analyses.pop(key, None)
            if earlier and not (again and earlier.ended):
                if not earlier.problem:
                    self._analyses[key] = earlier  # the newest once more
                return earlier
            ended = [other for other, analysis in self._analyses.items() if analysis.ended]
            if len(self._analyses) - len(ended) >= MOST:
                return Analysis(problem="The server is busy. Try again in a moment.")
            for oldest in ended[: max(0, len(self._analyses) + 1 - KEPT)]:
                del self._analyses[oldest]
            analysis = self._analyses[key] = Analysis()
        threading.Thread(target=self._work, args=(analysis, work), daemon=True).start()
        return analysis

    @property
    def are_running(self) -> bool:
        """Whether one has not ended."""
        return bool(self._running)

    def take_progress(self, name: str, done: int, total: int) -> None:
        """Takes a worker's progress with the work of this name. Returns at once."""
        if analysis := self._running.get(name):
            analysis.done, analysis.total = done, total

    def _work(self, analysis: Analysis, work: Work) -> None:
        name = secrets.token_hex(8)
        self._running[name] = analysis
        try:
            analysis.result = work(name)
        except UserError as error:
            analysis.problem = str(error)
        except Exception as error:  # a page is waiting for the end
            logging.getLogger(__name__).exception("An analysis failed.")
            analysis.problem = f"An unexpected error ended it ({type(error).__name__}). Try again."
        finally:
            del self._running[name]
