"""A recorded comparison played once more: its runs as they would look some seconds into it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """Returns a run as it would look so many seconds into its replay; one that is not finished is left as it is.

    Args:
        run: As it is recorded.
        seconds: Since the replay began; before it nothing of the run is seen.
        per_epoch: Seconds that each epoch takes.
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
