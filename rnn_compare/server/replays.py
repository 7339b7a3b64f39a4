"""The replay of a recorded comparison that all viewers see on the charts: one at a time, for the whole server."""

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


@dataclass(frozen=True)
class Replay:
    """Finished runs that are played at one pace for all: an epoch takes as long as another, whatever it took then.

    Attributes:
        runs: Their ids.
        began: Seconds since 1970.
        per_epoch: Seconds that each epoch takes now.
    """

    runs: tuple[str, ...]
    began: float
    per_epoch: float

    def applied(self, runs: Sequence[Run], now: float) -> list[Run]:
        """Returns runs as the charts show them at a moment: those that are played, so far; all others as they are."""
        played = set(self.runs)
        return [as_of(run, now - self.began, self.per_epoch) if run.id in played else run for run in runs]

    def is_over(self, runs: Sequence[Run], now: float) -> bool:
        """Tells whether all its runs among these have been played to their ends."""
        epochs = max((len(run.epochs) for run in runs if run.id in self.runs), default=0)
        return now - self.began >= epochs * self.per_epoch


def as_of(run: Run, seconds: float, per_epoch: float) -> Run:
    """Returns a run as it would look so many seconds into its replay, before which nothing of it is seen.

    One that is not finished is left as it is.
    """
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
        # What was measured within an epoch is not kept: only how far it is can be shown.
        progress=(Progress(run.id, done + 1, batch, batches, {}, "training", 0.0),),
        continued=tuple(epoch for epoch in run.continued if epoch <= done),
        test=None,
    )


_AS_JSON = TypeAdapter(Replay)


class Replays:
    """Begins and ends a replay, and applies it. Any thread may call it.

    The latest is kept in a file: a server that starts again goes on with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest: Replay | None = None
        with contextlib.suppress(OSError, ValueError):  # there is none, or it is damaged
            self._latest = _AS_JSON.validate_json(path.read_bytes())

    def begin(self, runs: Sequence[Run], seconds: float) -> None:
        """Plays runs from their first epoch on, the longest in so many seconds, instead of what was played before.

        Raises ``UserError`` if there is nothing to play, or one of them is not finished.
        """
        if not can_be_played(runs):
            raise UserError("Only finished runs can be played again. Wait until all that are shown have trained.")
        per_epoch = seconds / max(len(run.epochs) for run in runs)
        self._latest = Replay(tuple(run.id for run in runs), time.time(), per_epoch)
        with contextlib.suppress(OSError), whole_file(self._path) as partial:  # a full disk stops no replay
            partial.write_bytes(_AS_JSON.dump_json(self._latest))

    def stop(self) -> None:
        """Ends the replay: the runs are shown as they are recorded."""
        self._latest = None
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def under_way(self, runs: Sequence[Run]) -> Replay | None:
        """Returns the replay that is not over yet."""
        latest = self._latest
        return None if latest is None or latest.is_over(runs, time.time()) else latest

    def applied(self, runs: Sequence[Run]) -> list[Run]:
        """Returns all runs as the charts show them now."""
        latest = self.under_way(runs)
        return list(runs) if latest is None else latest.applied(runs, time.time())


def can_be_played(runs: Sequence[Run]) -> bool:
    """Tells whether there is something to play, and all of it is finished."""
    return any(run.epochs for run in runs) and all(run.status is Status.FINISHED for run in runs)
