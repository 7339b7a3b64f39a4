"""One training's connection to the engine, and the Keras callbacks that report, measure and stop it.

For workers only: this imports TensorFlow.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics, computed
from rnn_compare.runs.events import (
    EpochEnd,
    Event,
    Part,
    Phase,
    Predictions,
    Progress,
    accuracy,
    encoded,
)

PROGRESS_SECONDS = 0.25
"""Minimum time between two progress events: at most four a second."""

Logs = dict[str, Any]
"""Keras' logs: metrics, and what ``fitting.fit`` adds."""


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


class ProgressReporter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras' types are not read, see pyproject.toml
    """Turns a network's ``fit`` into events, and ends it on request or when its patience runs out.

    A batch costs a look at the clock, unless a progress event is due. It raises ``StopRequestedError`` if the run is to
    stop (Keras ignores ``stop_training`` during validation), and ``UserError`` if the loss is NaN or infinite.

    Args:
        labels: Of the validation reviews (reviews,).
        save: Saves the training's state, given all finished epochs and the last one's predictions. Called before the
            epoch's event is sent, so that an epoch is never shown before its weights exist.
        done: Finished epochs of a run that is resumed.
    """

    def __init__(
        self,
        job: TrainingJob,
        labels: NDArray[np.int64],
        save: Callable[[Sequence[EpochEnd], Predictions], None],
        done: Sequence[EpochEnd] = (),
    ) -> None:
        super().__init__()
        self._job, self._labels, self._save = job, labels, save
        experiment = job.experiment
        training = math.ceil(experiment.training_reviews / experiment.batch_size)
        validation = math.ceil(experiment.validation_reviews / experiment.batch_size)
        self._batches: dict[Phase, int] = {"training": training, "validation": validation}
        self.epochs = list(done)
        self._epoch, self._batch = len(done) + 1, 0
        self._epoch_start = self._last_progress = -math.inf

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Starts the clock. Epochs count from 0 here and from 1 everywhere else."""
        self._epoch, self._batch = epoch + 1, 0
        self._epoch_start = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Reports a training batch; ``logs`` holds running means over the epoch."""
        self._job.check_stop()
        if not math.isfinite(logs["loss"]):
            raise self.diverged()
        self._batch = batch + 1
        self._progress("training", self._batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Reports a validation batch."""
        self._job.check_stop()
        self._progress("validation", batch + 1, {})

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:  # noqa: ARG002  # Keras' own
        """Saves the weights, then sends the epoch's predictions and metrics."""
        seconds = time.monotonic() - self._epoch_start
        if not (math.isfinite(logs["loss"]) and math.isfinite(logs["val_loss"])):
            raise self.diverged()
        metrics = {name: logs[name] for name in all_metrics() if name in logs}
        if not math.isfinite(metrics.get("gradient_norm", 0.0)):  # its square overflows 32 bits sooner than the loss
            del metrics["gradient_norm"]
        probabilities = np.atleast_1d(logs["probabilities"])  # with an older NumPy, Keras makes a float of a single one
        predictions = predictions_event(self._job.run, self._epoch, "validation", probabilities, self._labels)
        end = EpochEnd(self._job.run, self._epoch, metrics | computed(self._labels, probabilities), seconds)
        self.epochs.append(end)
        try:
            self._save(self.epochs, predictions)
        finally:
            self._job.send(predictions)  # before the epoch: a reader of the epoch finds them
            self._job.send(end)  # the measurements count even if the disk has no room for the weights
        if out_of_patience(self.epochs, self._job.experiment.patience):
            self.model.stop_training = True

    def diverged(self) -> UserError:
        """Returns the error for a loss that became NaN or infinite after the batches reported so far."""
        trained = self._batch == self._batches["training"]
        where = "the validation" if trained else f"batch {self._batch + 1}"
        return UserError(
            f"The loss became NaN or infinite in {where} of epoch {self._epoch}: training diverged. Earlier epochs are "
            "kept. Use a smaller learning rate."
        )

    def _progress(self, phase: Phase, batch: int, logs: Mapping[str, float]) -> None:
        if time.monotonic() - self._last_progress < PROGRESS_SECONDS:
            return
        self._last_progress = time.monotonic()
        metrics = {name: value for name, value in logs.items() if name in all_metrics()}
        self._job.send(Progress(self._job.run, self._epoch, batch, self._batches[phase], metrics, phase, time.time()))


def predictions_event(
    run: str, epoch: int, part: Part, probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> Predictions:
    """Returns the event with a network's predictions for reviews; both arrays are (reviews,)."""
    return Predictions(run, epoch, part, accuracy(probabilities, labels), len(labels), encoded(probabilities))


def out_of_patience(epochs: Sequence[EpochEnd], patience: int) -> bool:
    """Returns whether the validation loss has not improved for ``patience`` epochs; never if it is 0.

    Example:
        >>> losses = (0.5, 0.4, 0.41, 0.4)
        >>> epochs = [EpochEnd("a", n, {"val_loss": loss}, 1.0) for n, loss in enumerate(losses, 1)]
        >>> [out_of_patience(epochs, patience) for patience in (0, 2, 3)]
        [False, True, False]
    """
    if not (patience and epochs):
        return False
    lowest = min(epochs, key=lambda epoch: epoch["val_loss"])
    return len(epochs) - lowest.epoch >= patience


class StockMeasurements(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """Adds to a stock network's logs what ``FusedNetwork.fit`` measures itself.

    It hooks in where Keras hands gradients to the optimizer and computes a batch's loss. Nothing is added to the model:
    its variables, files and summary are unchanged, and training is compiled without it.
    """

    def __init__(self, model: keras.Model, reviews: int) -> None:
        super().__init__()
        self._largest_norm = tf.Variable(0.0)
        self._probabilities = tf.Variable(tf.zeros(reviews))
        self._count = tf.Variable(0)
        apply, compute_loss = model.optimizer.apply, model.compute_loss

        def measure_and_apply(gradients: Sequence[Any], variables: Any = None) -> Any:
            norms = [tf.norm(getattr(gradient, "values", gradient)) for gradient in gradients]  # the embedding's rows
            self._largest_norm.assign(tf.reduce_max([self._largest_norm, *norms]))
            return apply(gradients, variables)

        def keep_and_compute_loss(
            x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
        ) -> Any:
            if not training:
                batch = tf.reshape(y_pred, [-1])
                places = self._count + tf.range(tf.size(batch))
                self._probabilities.scatter_nd_update(places[:, tf.newaxis], batch)
                self._count.assign_add(tf.size(batch))
            return compute_loss(x, y, y_pred, sample_weight, training)

        model.optimizer.apply, model.compute_loss = measure_and_apply, keep_and_compute_loss

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Starts a new largest norm."""
        self._largest_norm.assign(0.0)

    def on_test_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Starts again with the first review."""
        self._count.assign(0)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:  # noqa: ARG002  # Keras' own
        """Adds what was measured."""
        logs |= {"gradient_norm": float(self._largest_norm), "probabilities": self._probabilities.numpy()}
