"""How tests wait for what must come."""

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine

PATIENCE = 180.0
"""Seconds, on a slow machine that is busy with other tests as well: who waits longer fails no earlier, only rightly."""


def until(true: Callable[[], object]) -> None:
    """Waits until something is true, and fails if it never gets so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)  # to look at all processes takes a tenth of that


def until_ended(engine: "Engine", runs: Collection[str]) -> None:
    """Waits until all the runs have ended, and fails if they do not."""
    until(lambda: all(run.status.ended for run in engine._store.runs(runs)))
