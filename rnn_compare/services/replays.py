"""The replay of a finished comparison on all viewers' charts, one at a time per server."""

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.runs.events import Progress, Status
from rnn_compare.runs.record import Run

AHEAD_SECONDS = 60.0  # by which a clock may be set back meanwhile; further, a replay would stand still for as long


@dataclass(frozen=True)
class Replay:
    """Finished runs that are replayed, with the same time for every epoch.

    Attributes:
        began: When the replay began, in seconds since 1970.
    """

    runs: tuple[str, ...]
    began: float
    per_epoch: float

    def applied(self, runs: Sequence[Run], now: float) -> list[Run]:
        """Returns runs as the charts show them at a time, the replayed ones as far as their replay has come."""
        if self.is_over(runs, now):
            return list(runs)
        replayed = set(self.runs)
        return [as_of(run, now - self.began, self.per_epoch) if run.id in replayed else run for run in runs]

    def is_over(self, runs: Sequence[Run], now: float) -> bool:
        """Returns whether all its runs among these were replayed to their ends, or began by a clock that was ahead."""
        epochs = max((len(run.epochs) for run in runs if run.id in self.runs), default=0)
        return not -AHEAD_SECONDS < now - self.began < epochs * self.per_epoch


def as_of(run: Run, seconds: float, per_epoch: float) -> Run:
    """Returns a finished run as it looks after some seconds of its replay, and any other unchanged."""
    if run.status is not Status.FINISHED:
        return run
    place = max(seconds, 0.0) / per_epoch
    if place >= len(run.epochs):
        return replace(run, replayed=True)
    done = math.floor(place)
    batches = math.ceil(run.experiment.training_reviews / run.experiment.batch_size)
    batch = math.floor((place - done) * batches)
    return replace(
        run,
        replayed=True,
        status=Status.RUNNING,
        ended=None,
        epochs=run.epochs[:done],
        # The record has no figures within an epoch, so only the progress is shown.
        progress=(Progress(run.id, done + 1, batch, batches, {}, "training", 0.0),),
        continued=tuple(epoch for epoch in run.continued if epoch <= done),
        test=None,
    )


_AS_JSON = TypeAdapter(Replay)


class Replays:
    """Begins and ends a replay. Thread-safe.

    A file keeps the latest replay, so a restarted server continues it.

    Attributes:
        latest: The latest replay, which may be over; None if it was stopped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.latest: Replay | None = None
        with contextlib.suppress(OSError, ValueError):  # no file, or a damaged one
            self.latest = _AS_JSON.validate_json(path.read_bytes())

    def begin(self, runs: Sequence[Run], seconds: float) -> None:
        """Replays runs from their first epoch, in place of an earlier replay; the longest takes ``seconds``.

        Raises ``UserError`` if there is nothing to replay, or one of the runs is not finished.
        """
        if not can_be_played(runs):
            raise UserError("Only finished runs can be played again. Wait until all that are shown have trained.")
        per_epoch = seconds / max(len(run.epochs) for run in runs)
        self.latest = Replay(tuple(run.id for run in runs), time.time(), per_epoch)
        with contextlib.suppress(OSError), whole_file(self._path) as partial:  # a full disk stops no replay
            partial.write_bytes(_AS_JSON.dump_json(self.latest))

    def stop(self) -> None:
        """Ends the replay."""
        self.latest = None
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def under_way(self, runs: Sequence[Run]) -> Replay | None:
        """Returns the current replay; None without one."""
        latest = self.latest
        return None if latest is None or latest.is_over(runs, time.time()) else latest


def can_be_played(runs: Sequence[Run]) -> bool:
    """Returns whether these runs can be replayed: all are finished, and one has epochs."""
    return any(run.epochs for run in runs) and all(run.status is Status.FINISHED for run in runs)
