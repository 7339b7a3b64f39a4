"""Events of a training: messages from its worker to the record, and the packing of probabilities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

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
        """Whether nothing more will come of the run, unless somebody continues it."""
        return self not in (Status.QUEUED, Status.RUNNING)


_CONTINUED = frozenset({Status.QUEUED})
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}),
    # Queued again: its worker was lost, another goes on from the last epoch.
    Status.RUNNING: frozenset({Status.FINISHED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED, Status.QUEUED}),
    Status.FINISHED: _CONTINUED,
    Status.STOPPED: _CONTINUED,
    Status.FAILED: _CONTINUED,
    Status.INTERRUPTED: _CONTINUED,
}
"""The order of states, which ``RunStore`` enforces."""


@dataclass(frozen=True)
class Started:
    """The worker has built the network and begins.

    Attributes:
        parameters: Trainable parameters as Keras counts them.
        summary: Keras' own ``model.summary()``.
        versions: What the run was made with, such as ``{"keras": "3.15.0"}``.
        at: Seconds since 1970.
        after: The epoch after which it goes on; 0 for a run that begins.
    """

    run: str
    parameters: int
    summary: str
    versions: dict[str, str]
    at: float
    after: int = 0


@dataclass(frozen=True)
class Progress:
    """Somewhere within an epoch, at most four times a second.

    Attributes:
        epoch: The epoch that is running, from 1.
        batch: Batches of this phase that are done.
        batches: Batches of this phase in all.
        figures: Running means over the epoch so far, as Keras shows them, by name; none unless training.
        phase: Each epoch is training, then validation; before the first, a run is preparing its reviews.
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
    """One finished epoch. ``epoch["val_accuracy"]`` is the figure of that name.

    Attributes:
        epoch: From 1.
        figures: What was measured, by the names of ``metrics.registry.METRICS``. One that was added to the program
            later is missing, and so is one that is undefined for the reviews.
        seconds: What training and validation took.
    """

    run: str
    epoch: int
    figures: Mapping[str, float]
    seconds: float

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


def best_epoch(epochs: Iterable[EpochEnd]) -> EpochEnd | None:
    """Returns the epoch with the highest validation accuracy; of equals the one with the lowest validation loss."""
    return max(epochs, key=lambda epoch: (epoch["val_accuracy"], -epoch["val_loss"]), default=None)


Part = Literal["validation", "test"]


@dataclass(frozen=True)
class Predictions:
    """Predictions for each review of a part after an epoch.

    Attributes:
        epoch: From 1.
        part: The validation reviews, after every epoch; or the test reviews, after the training: then the epoch is the
            one that the validation chose.
        probabilities: As ``encoded`` writes them.
    """

    run: str
    epoch: int
    part: Part
    accuracy: float
    reviews: int
    probabilities: bytes


DirectionGradients = dict[str, Any]
"""As ``explain.gradient_flow.gradient_flow`` returns it, for one direction of a recurrent layer."""


@dataclass(frozen=True)
class EpochGradients:
    """Norms of the backpropagated gradient after an epoch (0 is before the first), on the same reviews each time.

    In each direction of the last recurrent layer.
    """

    run: str
    epoch: int
    reviews: int
    directions: list[DirectionGradients]


@dataclass(frozen=True)
class Requeued:
    """The run has lost its worker and waits for another, which goes on from the last epoch."""

    run: str
    reason: str


@dataclass(frozen=True)
class Ended:
    """The end of a run, at seconds since 1970, with a sentence where something went wrong."""

    run: str
    status: Status
    reason: str | None
    at: float


Event = Started | Progress | EpochEnd | Predictions | EpochGradients | Requeued | Ended

THRESHOLD = 0.5
"""A probability above it is the verdict *positive*, as in Keras' binary accuracy."""

_ABOVE = np.nextafter(np.float16(THRESHOLD), np.float16(1))


def encoded(probabilities: NDArray[np.floating]) -> bytes:
    """Returns probabilities as 16-bit floats, little endian; what is above the threshold stays above it.

    Example:
        >>> decoded(encoded(np.array([0.25, 0.5, 0.50001])))
        array([0.25     , 0.5      , 0.5004883], dtype=float32)
    """
    rounded = probabilities.astype("<f2")
    rounded[(probabilities > THRESHOLD) & (rounded <= THRESHOLD)] = _ABOVE
    return rounded.tobytes()


def decoded(content: bytes) -> NDArray[np.float32]:
    """Returns the probabilities that ``encoded`` has written (reviews,)."""
    return np.frombuffer(content, "<f2").astype(np.float32)


def accuracy(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Returns the share of reviews that are judged rightly; both arrays are (reviews,).

    Example:
        >>> accuracy(np.array([0.9, 0.5, 0.1]), np.array([1, 1, 0]))
        0.6666666666666666
    """
    return float(np.mean((probabilities > THRESHOLD) == (labels == 1)))
