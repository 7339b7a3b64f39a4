"""One training as its parts see it: what to train, where events go, whether to stop."""

from collections.abc import Callable
from dataclasses import dataclass

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Event


class StopRequestedError(Exception):
    """Raised inside a training to end it on request."""


@dataclass(frozen=True)
class TrainingJob:
    """One training: the run's id, its experiment, and its connections to the engine.

    Attributes:
        stop_requested: Called after every batch, so it must be quick.
    """

    run: str
    experiment: Experiment
    send: Callable[[Event], None]
    stop_requested: Callable[[], bool]

    def check_stop(self, *_: object, **__: object) -> None:
        """Raises ``StopRequestedError`` if the run is to stop. Accepts any callback's arguments and ignores them."""
        if self.stop_requested():
            raise StopRequestedError(self.run)
