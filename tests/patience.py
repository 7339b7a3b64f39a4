"""How long tests wait for what must come."""

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine

PATIENCE = 180.0
"""Seconds, on a slow machine that is busy with other tests as well: who waits longer fails no earlier, only rightly."""


def until_ended(engine: "Engine", runs: Collection[str]) -> None:
    """Waits until all the runs have ended, and fails if they do not."""
    deadline = time.monotonic() + PATIENCE
    while not all(run.status.ended for run in engine._store.runs(runs)):
        assert time.monotonic() < deadline, engine._store.runs(runs)
        time.sleep(0.05)
