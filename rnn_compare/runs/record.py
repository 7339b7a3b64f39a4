"""A run as it is recorded, and the process that owns it."""

import socket
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Progress, Status, best_epoch

HEARTBEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""How long an owner on another machine may be silent before it counts as gone."""


class Owner(NamedTuple):
    """A process, identified by its number and its start, in seconds since the machine booted.

    Setting the clock does not change these.
    """

    pid: int
    started: float
    host: str

    @classmethod
    def current(cls) -> "Owner":
        """Returns the current process."""
        return cls.of_process(psutil.Process())

    @classmethod
    def of_process(cls, process: psutil.Process) -> "Owner":
        """Returns a process of this machine."""
        return cls(process.pid, process.create_time() - psutil.boot_time(), socket.gethostname())

    def alive(self, silent_seconds: float) -> bool:
        """Returns whether the process is running; one on another machine counts as ended after a long silence."""
        if self.host != socket.gethostname():
            return silent_seconds < SILENT_SECONDS
        try:
            process = psutil.Process(self.pid)
            # The boot time is rounded to whole seconds.
            same = abs(Owner.of_process(process).started - self.started) < 1.5
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


FUSED = "fused"
"""What versions call a run's layers; others are stock Keras', and versions say why."""
ELSEWHERE = "recorded elsewhere"
"""Origin of a run that was trained by another copy of the program and imported."""


@dataclass(frozen=True)
class Tested:
    """Test accuracy of the weights of one epoch, the one that the validation selected."""

    epoch: int
    accuracy: float
    reviews: int


@dataclass(frozen=True)
class Run:
    """A waiting, running or ended training. Equal records compare equal, so a page can detect changes.

    Attributes:
        id: Such as ``lstm-3f9a2c``; it never changes.
        position: Number of the run in order of creation.
        comparison: The id of the first run that was submitted together with it.
        name: Given by people; empty otherwise.
        origin: ``page``, ``command line``, ``notebook`` or ``ELSEWHERE``, whose owner is the process that trained it.
        reason: Why it failed, was interrupted or waits again, in a sentence.
        created, started, ended: Seconds since 1970.
        parameters: Number of trainable parameters; None until a worker has built the network.
        weights_epoch: The epoch of the weights that an imported run came with; 0 without any, and for other runs.
        epochs: Finished epochs, in order.
        progress: Points within the current epoch, in order; empty at its end.
        turn: Order of waiting runs, the smallest first: the position, until the run is continued.
        visitor: Opaque id of the browser that started it; empty for the command line and lectures.
        priority: Higher ones go first.
        continued: The epochs after which it was resumed.
        test: Result on the test reviews; None if it was not tested, or not yet.
        replayed: Whether it is shown as of an earlier moment of its training (``server.replays``); never recorded.
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
    weights_epoch: int = 0
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
    def is_fused(self) -> bool:
        """Whether its layers are fused; False until it has started."""
        return self.versions.get("layers") == FUSED

    @property
    def best(self) -> EpochEnd | None:
        """The epoch of the best weights (see ``events.best_epoch``)."""
        # Among equals, older recordings contain the first. A replay may not have reached it yet.
        is_known = self.weights_epoch and not self.replayed
        return self.epochs[self.weights_epoch - 1] if is_known else best_epoch(self.epochs)

    @property
    def last(self) -> EpochEnd | None:
        """The last finished epoch."""
        return self.epochs[-1] if self.epochs else None

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether it was imported: it can be viewed and compared, but not continued."""
        return self.origin == ELSEWHERE

    @property
    def has_weights(self) -> bool:
        """Whether it can read a review: an epoch is finished, and its weights are here."""
        return bool(self.epochs) and (not self.is_from_elsewhere or self.weights_epoch > 0)

    @property
    def can_be_continued(self) -> bool:
        """Whether it ended before its last epoch, or before everything was written."""
        return self.status.ended and self.status is not Status.FINISHED and not self.is_from_elsewhere

    @property
    def stopped_early(self) -> bool:
        """Whether its patience ended it before its last epoch."""
        has_patience = self.experiment.patience > 0
        return has_patience and self.status is Status.FINISHED and 0 < len(self.epochs) < self.experiment.epochs

    @property
    def seconds_per_epoch(self) -> float | None:
        """Mean over the finished epochs; without the first, which includes compilation, if there are more."""
        timed = [epoch.seconds for epoch in self.epochs]
        timed = timed[1:] or timed
        return sum(timed) / len(timed) if timed else None

    @property
    def fraction_done(self) -> float:
        """Finished share of all epochs, 0 to 1, including the batches of the current one."""
        done = float(len(self.epochs))
        if self.progress and self.status is Status.RUNNING:
            now = self.progress[-1]
            # Validation reads a quarter as many reviews and needs no backward pass: about a tenth of an epoch.
            share = now.batch / now.batches
            done += 0.9 + 0.1 * share if now.phase == "validation" else 0.9 * share
        return 1.0 if self.stopped_early else min(done / self.experiment.epochs, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Estimate for a running run from its own finished epochs; None without any: first batches include tracing."""
        if self.status is not Status.RUNNING or self.seconds_per_epoch is None:
            return None
        return (1.0 - self.fraction_done) * self.experiment.epochs * self.seconds_per_epoch
