"""Keras callbacks that report a ``fit`` to a stream. For workers only: this imports Keras."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.metrics.registry import METRICS, computed
from rnn_compare.networks import keras_models
from rnn_compare.runs.events import EpochEnd, Part, Predictions
from rnn_compare.runs.probabilities import accuracy, encoded
from rnn_compare.training.worker.fitting import ValidationPredictions
from rnn_compare.training.worker.gradient_recorder import GradientRecorder
from rnn_compare.training.worker.progress_reporter import Stream


class StreamCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras' types are not read, see pyproject.toml
    """Lets a stream follow a network's ``fit``, which looks at ``stop_training`` in training only: the stream raises.

    Args:
        stream: Takes what Keras measures, and the figures that are computed from its predictions.
        predictions: Of the validation reviews.
        labels: Of the same reviews (reviews,).
        patience: Epochs without a lower validation loss after which the training ends; 0 for never.
    """

    def __init__(
        self, stream: Stream, predictions: ValidationPredictions, labels: NDArray[np.int64], patience: int = 0
    ) -> None:
        super().__init__()
        self._stream = stream
        self._predictions = predictions
        self._labels = labels
        self._patience = patience

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Epochs count from 0 here and from 1 everywhere else."""
        self._stream.epoch_begins(epoch + 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Follows one training batch."""
        self._stream.trained(batch + 1, logs)

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Follows the beginning of a validation."""
        self._predictions.begin()

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Follows one validation batch."""
        self._stream.validated(batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Ends the epoch, validation included."""
        by_keras = {name: logs[name] for name in METRICS if name in logs}
        probabilities = self._predictions.probabilities
        self._stream.epoch_ends(
            by_keras | computed(self._labels, probabilities),
            predictions(self._stream.run, epoch + 1, "validation", probabilities, self._labels),
        )
        if out_of_patience(self._stream.epochs, self._patience):
            self.model.stop_training = True


def predictions(
    run: str, epoch: int, part: Part, probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> Predictions:
    """Returns the event that tells what a network says of reviews; both arrays are (reviews,)."""
    share = accuracy(probabilities, labels)
    return Predictions(run, epoch, part, share, len(labels), encoded(probabilities))


def schedule_callback(experiment: Experiment) -> keras.callbacks.Callback:
    """Returns the callback that sets the learning rate of each epoch."""
    return keras.callbacks.LearningRateScheduler(lambda epoch, _rate: experiment.learning_rate_in(epoch + 1))


def gradient_callback(probe: GradientRecorder, model: keras.Model, resumed: bool) -> keras.callbacks.Callback:
    """Returns the callback that has the gradient followed after every epoch; it comes after the stream's."""
    return keras.callbacks.LambdaCallback(
        on_train_begin=lambda _logs: probe.begins(None if resumed else keras_models.get_weights(model)),
        on_epoch_end=lambda epoch, _logs: probe.after(epoch + 1, keras_models.get_weights(model)),
    )


def out_of_patience(epochs: Sequence[EpochEnd], patience: int) -> bool:
    """Tells whether the validation loss has not come below its lowest for as many epochs as patience lasts.

    Args:
        patience: In epochs; 0 lasts for ever.

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
