"""Polling of the record: yields each new epoch and each end of a run once."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore


@dataclass(frozen=True)
class News:
    """What is new of one run.

    Attributes:
        run: The run as it is now.
        epoch: The epoch that finished; None if this tells the run's end.
    """

    run: Run
    epoch: EpochEnd | None


class Follower:
    """Follows runs until they have ended; what has happened before is not told.

    Args:
        store: The record.
        runs: Ids of the runs to follow.
    """

    def __init__(self, store: RunStore, runs: Sequence[str]) -> None:
        self._store = store
        self._ids = list(runs)
        self._epochs = {run.id: len(run.epochs) for run in store.runs(self._ids)}
        self._ended: set[str] = set()
        self.runs: list[Run] = []

    @property
    def done(self) -> bool:
        """Whether the end of every run has been told."""
        return len(self._ended) == len(self._ids)

    def news(self) -> list[News]:
        """Returns what is new since the last call, a run's epochs before its end."""
        self.runs = self._store.runs(self._ids)
        news = []
        for run in self.runs:
            news += [News(run, epoch) for epoch in run.epochs[self._epochs.get(run.id, 0) :]]
            self._epochs[run.id] = len(run.epochs)
            if run.status.ended and run.id not in self._ended:
                self._ended.add(run.id)
                news.append(News(run, None))
        # A run that somebody deleted has ended too; nothing can be told of it.
        self._ended |= set(self._ids) - {run.id for run in self.runs}
        return news
