"""One run as the record knows it, and the process that it belongs to."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.runs.events import EpochEnd, Progress, Status, best_epoch

HEARTBEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""How long an owner on another machine may be silent before it counts as gone."""


class Owner(NamedTuple):
    """A process, told from a later one with the same number by when it started.

    That is in seconds since the machine's boot: a clock that is set does not change it.
    """

    pid: int
    started: float
    host: str

    @classmethod
    def current(cls) -> "Owner":
        """Returns this very process."""
        return cls.of_process(psutil.Process())

    @classmethod
    def of_process(cls, process: psutil.Process) -> "Owner":
        """Returns a process of this machine."""
        return cls(process.pid, process.create_time() - psutil.boot_time(), socket.gethostname())

    def alive(self, silent_seconds: float) -> bool:
        """Tells whether the process still runs."""
        if self.host != socket.gethostname():
            return silent_seconds < SILENT_SECONDS
        try:
            process = psutil.Process(self.pid)
            # The boot time is told in whole seconds: allow for their rounding.
            same = abs(Owner.of_process(process).started - self.started) < 1.5
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


ELSEWHERE = "recorded elsewhere"
"""Where a run comes from that was trained by another copy of the program and taken in from its report."""
WEIGHTS = "weights"
"""Among the versions of a run from elsewhere: which weights came along with its record."""


@dataclass(frozen=True)
class Tested:
    """Test accuracy of the weights that the validation selected, those after an epoch."""

    epoch: int
    accuracy: float
    reviews: int


@dataclass(frozen=True)
class Run:
    """A training that waits, runs or ran. Equal records compare equal, so a page can tell what is new.

    Attributes:
        id: Names the run for ever, such as ``lstm-3f9a2c``.
        position: Counts runs in the order of their making.
        comparison: The id of the first run that was started together with it.
        name: What people called it; empty until they do.
        origin: ``page``, ``command line`` or ``ELSEWHERE``; then its owner is the process that trained it there.
        reason: Why it failed, was interrupted or waits once more, in a sentence.
        created, started, ended: Seconds since 1970.
        parameters: Trainable parameters; None until a worker has built the network.
        epochs: Finished epochs, in order.
        progress: Points within the running epoch, in order; empty at its end.
        turn: Orders the runs that wait, the smallest first: their position, until they are continued.
        visitor: Who started it, as an opaque id; empty for the command line and the presenter.
        priority: Runs of a higher one go first.
        continued: The epochs after which it was resumed.
        test: How it did on the test reviews; None if it was not tested, or not yet.
        replayed: Whether it is shown as it was at some moment of its training (``server.replays``); never recorded.
    """

    id: str
    position: int
    comparison: str
    experiment: Experiment
    status: Status
    owner: Owner
    origin: str
    created: float
    started: float | None = None
    ended: float | None = None
    name: str = ""
    note: str = ""
    reason: str | None = None
    stop_requested: bool = False
    parameters: int | None = None
    summary: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    epochs: tuple[EpochEnd, ...] = ()
    progress: tuple[Progress, ...] = ()
    turn: int = 0
    visitor: str = ""
    priority: int = 0
    continued: tuple[int, ...] = ()
    test: Tested | None = None
    replayed: bool = False

    @property
    def title(self) -> str:
        """The given name, else the label of its experiment."""
        return self.name or self.experiment.label

    @property
    def layers(self) -> str:
        """Which recurrent layers trained it: ``fused``, or ``stock Keras`` and why; empty until it has begun."""
        return self.versions.get("layers", "")

    @property
    def best(self) -> EpochEnd | None:
        """The epoch whose weights are kept as the best (see ``events.best_epoch``)."""
        # "of epoch 4, …": of equals, older recordings hold the first. A replay has not come to it yet.
        recorded = None if self.replayed else self.versions.get(WEIGHTS)
        return self.epochs[int(recorded.split()[2].strip(",")) - 1] if recorded else best_epoch(self.epochs)

    @property
    def last(self) -> EpochEnd | None:
        """The last finished epoch."""
        return self.epochs[-1] if self.epochs else None

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether its training was elsewhere: it can be looked at and compared, but not continued."""
        return self.origin == ELSEWHERE

    @property
    def has_weights(self) -> bool:
        """Whether it can be asked about a review: it got far enough, and its weights are here."""
        return bool(self.epochs) and (not self.is_from_elsewhere or WEIGHTS in self.versions)

    @property
    def can_be_continued(self) -> bool:
        """Whether it was broken off: before its last epoch, or before all that comes after it was written."""
        return self.status.ended and self.status is not Status.FINISHED and not self.is_from_elsewhere

    @property
    def stopped_early(self) -> bool:
        """Whether its patience ended it before its last epoch."""
        has_patience = self.experiment.patience > 0
        return has_patience and self.status is Status.FINISHED and 0 < len(self.epochs) < self.experiment.epochs

    @property
    def seconds_per_epoch(self) -> float | None:
        """Mean over the finished epochs but the first, which also holds the compiling, where there are more."""
        timed = [epoch.seconds for epoch in self.epochs]
        timed = timed[1:] or timed
        return sum(timed) / len(timed) if timed else None

    @property
    def fraction_done(self) -> float:
        """Share of all epochs that is done, the running one counted by its batches. 0 to 1."""
        done = float(len(self.epochs))
        if self.progress and self.status is Status.RUNNING:
            now = self.progress[-1]
            # Validation reads a quarter as many reviews and needs no backward pass: about a tenth of an epoch.
            share = now.batch / now.batches
            done += 0.9 + 0.1 * share if now.phase == "validation" else 0.9 * share
        return 1.0 if self.stopped_early else min(done / self.experiment.epochs, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Estimate for a running run, from its own finished epochs; None before there is one.

        The first batches tell little: they also hold the tracing of the network.
        """
        if self.status is not Status.RUNNING or self.seconds_per_epoch is None:
            return None
        return (1.0 - self.fraction_done) * self.experiment.epochs * self.seconds_per_epoch


def names(runs: Sequence[Run]) -> list[str]:
    """Returns what to call each of several runs: the given name, else the label that tells it from the others."""
    told_apart = labels(run.experiment for run in runs)
    return [run.name or label for run, label in zip(runs, told_apart, strict=True)]
