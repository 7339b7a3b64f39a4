"""The replay that all viewers see on the charts: one at a time, for the whole server."""

import time
from collections.abc import Sequence

from rnn_compare.errors import UserError
from rnn_compare.lecture.replay import Replay
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run


class Replays:
    """Begins and ends a replay, and applies it. Any thread may call it."""

    def __init__(self) -> None:
        self._latest: Replay | None = None

    def begin(self, runs: Sequence[Run], seconds: float) -> None:
        """Plays runs from their first epoch on, instead of what was played before.

        Args:
            runs: Finished ones.
            seconds: How long the longest of them takes.

        Raises:
            UserError: If there is nothing to play, or one of them is not finished.
        """
        if not can_be_played(runs):
            raise UserError("Only finished runs can be played again. Wait until all that are shown have trained.")
        per_epoch = seconds / max(len(run.epochs) for run in runs)
        self._latest = Replay(tuple(run.id for run in runs), time.time(), per_epoch)

    def stop(self) -> None:
        """Ends the replay: the runs are shown as they are recorded."""
        self._latest = None

    def under_way(self, runs: Sequence[Run]) -> Replay | None:
        """Returns the replay that is not over yet.

        Args:
            runs: All runs, as they are recorded.
        """
        latest = self._latest
        return None if latest is None or latest.is_over(runs, time.time()) else latest

    def applied(self, runs: Sequence[Run]) -> list[Run]:
        """Returns all runs as the charts show them now."""
        latest = self.under_way(runs)
        return list(runs) if latest is None else latest.applied(runs, time.time())


def can_be_played(runs: Sequence[Run]) -> bool:
    """Tells whether there is something to play, and all of it is finished."""
    return any(run.epochs for run in runs) and all(run.status is Status.FINISHED for run in runs)
