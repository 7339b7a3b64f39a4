"""Events of a training, sent from its worker to the record; states of a run; the encoding of probabilities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Phase = Literal["preparing", "training", "validation"]


class Status(StrEnum):
    """State of a run; ``ALLOWED`` lists the transitions."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether the run is over, unless somebody continues it."""
        return self not in (Status.QUEUED, Status.RUNNING)


_CONTINUED = frozenset({Status.QUEUED})
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}),
    # Queued again: its worker was lost, another continues from the last epoch.
    Status.RUNNING: frozenset({Status.FINISHED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED, Status.QUEUED}),
    Status.FINISHED: _CONTINUED,
    Status.STOPPED: _CONTINUED,
    Status.FAILED: _CONTINUED,
    Status.INTERRUPTED: _CONTINUED,
}
"""The allowed transitions, which ``RunStore`` enforces."""


@dataclass(frozen=True)
class Started:
    """The worker has built the network and starts training.

    Attributes:
        parameters: Trainable parameters as Keras counts them.
        summary: Keras' own ``model.summary()``.
        versions: Of the software in use, such as ``{"keras": "3.15.0"}``.
        at: Seconds since 1970.
        after: The epoch after which it continues; 0 for a new run.
    """

    run: str
    parameters: int
    summary: str
    versions: dict[str, str]
    at: float
    after: int = 0


@dataclass(frozen=True)
class Progress:
    """A point within an epoch, at most four times a second.

    Attributes:
        epoch: The current epoch, from 1.
        batch: Finished batches of this phase.
        batches: All batches of this phase.
        figures: Means over the epoch so far, as Keras shows them, by name; empty unless training.
        phase: An epoch is training, then validation; before the first, a run is preparing its reviews.
        at: Seconds since 1970.
    """

    run: str
    epoch: int
    batch: int
    batches: int
    figures: Mapping[str, float]
    phase: Phase
    at: float


@dataclass(frozen=True)
class EpochEnd:
    """One finished epoch. ``epoch["val_accuracy"]`` is the metric of that name.

    Attributes:
        epoch: From 1.
        figures: Metrics by the names of ``metrics.metric.all_metrics``. Those that are newer than the run, or undefined
            for its reviews, are missing.
        seconds: Of training and validation.
    """

    run: str
    epoch: int
    figures: Mapping[str, float]
    seconds: float

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


def best_epoch(epochs: Iterable[EpochEnd]) -> EpochEnd | None:
    """Returns the epoch with the highest validation accuracy; among equals, with the lowest validation loss."""
    return max(epochs, key=lambda epoch: (epoch["val_accuracy"], -epoch["val_loss"]), default=None)


Part = Literal["validation", "test"]


@dataclass(frozen=True)
class Predictions:
    """Predictions for each review of a part after an epoch.

    Attributes:
        epoch: From 1.
        part: Validation reviews, after every epoch; or test reviews, after the training, by the selected weights.
        probabilities: From ``encoded``.
    """

    run: str
    epoch: int
    part: Part
    accuracy: float
    reviews: int
    probabilities: bytes


@dataclass(frozen=True)
class Requeued:
    """The run has lost its worker and waits for another, which continues from the last epoch."""

    run: str
    reason: str


@dataclass(frozen=True)
class Ended:
    """The end of a run, at seconds since 1970, with the reason in a sentence if something went wrong."""

    run: str
    status: Status
    reason: str | None
    at: float


Event = Started | Progress | EpochEnd | Predictions | Requeued | Ended

THRESHOLD = 0.5
"""A review with a higher probability is positive, as in Keras' binary accuracy."""

_ABOVE = np.nextafter(np.float16(THRESHOLD), np.float16(1))


def encoded(probabilities: NDArray[np.floating]) -> bytes:
    """Returns probabilities as 16-bit floats, little endian; rounding never crosses the threshold.

    Example:
        >>> decoded(encoded(np.array([0.25, 0.5, 0.50001])))
        array([0.25     , 0.5      , 0.5004883], dtype=float32)
    """
    rounded = probabilities.astype("<f2")
    rounded[(probabilities > THRESHOLD) & (rounded <= THRESHOLD)] = _ABOVE
    return rounded.tobytes()


def decoded(content: bytes) -> NDArray[np.float32]:
    """Returns the probabilities in the output of ``encoded`` (reviews,)."""
    return np.frombuffer(content, "<f2").astype(np.float32)


def accuracy(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Returns the share of correct predictions; both arrays are (reviews,)."""
    return float(np.mean((probabilities > THRESHOLD) == (labels == 1)))
