"""Reports of a training while it runs, whatever does the arithmetic: its progress, metrics and gradients."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.gradient_flow import follow_gradient
from rnn_compare.metrics.registry import METRICS
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import EpochEnd, EpochGradients, Event, Phase, Predictions, Progress, best_epoch

PROGRESS_SECONDS = 0.25
"""The least time between two progress events: at most four a second."""


class StopAskedError(Exception):
    """Raised out of the training, from wherever it is, when somebody asked to stop it."""


@dataclass(frozen=True)
class TrainingJob:
    """One training, for all that takes part in it. ``stop_asked`` is called after every batch: it has to be quick."""

    run: str
    experiment: Experiment
    send: Callable[[Event], None]
    stop_asked: Callable[[], bool]

    def check_stop(self, *_: object, **__: object) -> None:
        """Raises ``StopAskedError`` if the run is to stop; it ignores what a callback is given."""
        if self.stop_asked():
            raise StopAskedError(self.run)


class Stream:
    """Turns the steps of one training into events, and ends the training when asked to.

    Keras' callback calls it, and so may any other training loop. A call after a batch costs a look at
    the clock, unless a progress event is due.

    Args:
        keep: Saves the training's state; told whether the epoch is the best so far. Called before the epoch's
            event is sent, so that whoever sees the epoch finds its weights.
        done: The finished epochs of a run that goes on.

    Attributes:
        epochs: All finished epochs.
        predictions: Of the last of them; None before there are any.
    """

    def __init__(self, job: TrainingJob, keep: Callable[[bool], None], done: Sequence[EpochEnd] = ()) -> None:
        self.job, self._keep = job, keep
        experiment = job.experiment
        training = math.ceil(experiment.training_reviews / experiment.batch_size)
        validation = math.ceil(experiment.validation_reviews / experiment.batch_size)
        self.batches: dict[Phase, int] = {"preparing": training, "training": training, "validation": validation}
        self.epochs = list(done)
        self.predictions: Predictions | None = None
        self._epoch, self._batch = len(done) + 1, 0
        self._epoch_began = self._last_progress = -math.inf

    def prepares(self) -> None:
        """Tells that the run is at work, though no batch is done: reviews and network are being prepared."""
        self.job.check_stop()
        self._progress("preparing", 0, {})

    def epoch_begins(self, epoch: int) -> None:
        """Notes the time; epochs count from 1."""
        self._epoch, self._batch = epoch, 0
        self._epoch_began = time.monotonic()

    def trained(self, batch: int, figures: Mapping[str, float]) -> None:
        """Follows the training with batch number ``batch``, from 1.

        Args:
            figures: Running means over the epoch so far, as Keras shows them, by name; the loss among them.

        Raises:
            StopAskedError: If the run is to stop.
            UserError: If the loss is no longer a number.
        """
        self.job.check_stop()
        if not math.isfinite(figures["loss"]):
            raise self.no_number()
        self._batch = batch
        if time.monotonic() - self._last_progress >= PROGRESS_SECONDS:
            self._progress("training", batch, figures)

    def validated(self, batch: int) -> None:
        """Follows the validation of batch number ``batch``, from 1; raises ``StopAskedError`` if the run is to stop."""
        self.job.check_stop()
        if time.monotonic() - self._last_progress >= PROGRESS_SECONDS:
            self._progress("validation", batch, {})

    def epoch_ends(self, figures: Mapping[str, float], predictions: Predictions | None = None) -> None:
        """Has the weights saved, then tells the epoch's predictions for the validation reviews, and its figures.

        Figures are by name, ``loss``, ``val_loss`` and ``val_accuracy`` among them. Raises ``UserError`` if a loss is
        no longer a number, or the weights cannot be saved.
        """
        seconds = time.monotonic() - self._epoch_began
        if not (math.isfinite(figures["loss"]) and math.isfinite(figures["val_loss"])):
            raise self.no_number()
        end = EpochEnd(self.job.run, self._epoch, dict(figures), seconds)
        self.epochs.append(end)
        self.predictions = predictions
        try:
            self._keep(best_epoch(self.epochs) is end)
        finally:
            if predictions is not None:
                self.job.send(predictions)  # before the epoch: whoever sees that finds them
            self.job.send(end)  # what was measured counts, also where there is no room for the weights

    def no_number(self) -> UserError:
        """Returns the sentence for a loss that is no longer a number after the batches told so far."""
        done = self._batch == self.batches["training"]
        where = "the validation" if done else f"batch {self._batch + 1}"
        return UserError(
            f"The loss became NaN or infinite in {where} of epoch {self._epoch}: training diverged. Earlier epochs are "
            "kept. Use a smaller learning rate."
        )

    def _progress(self, phase: Phase, batch: int, figures: Mapping[str, float]) -> None:
        # The first batch of a run is told at once, however short the preparing was: a class waits for it.
        self._last_progress = -math.inf if phase == "preparing" else time.monotonic()
        now = {name: value for name, value in figures.items() if name in METRICS}
        self.job.send(Progress(self.job.run, self._epoch, batch, self.batches[phase], now, phase, time.time()))


LARGEST_SHARE = 0.03
"""Share of training time. Where following the gradient would take more, epochs are passed over; the first and what
was before it never are, so that training can always be compared with its beginning."""
FREE_SECONDS = 0.2
"""Nobody misses these, however short the training."""


class GradientRecorder:
    """Follows the gradient of one training. Whatever goes wrong here, the training goes on."""

    def __init__(self, job: TrainingJob, clock: Callable[[], float] = time.perf_counter) -> None:
        self._job, self._clock = job, clock
        self._began = clock()
        self._initial: Weights | None = None
        self._spent = self._longest = 0.0
        self._given_up = False

    def begins(self, weights: Weights | None) -> None:
        """Notes the time and the initial weights (None where a run goes on): their turn is after the first epoch."""
        self._began = self._clock()
        self._initial = weights

    def after(self, epoch: int, weights: Weights) -> None:
        """Follows the gradient after an epoch (from 1), if there is time for it, and before the first.

        Raises ``StopAskedError`` if the run is to stop.
        """
        if self._initial is not None:
            self._follow(epoch, weights)
            self._follow(0, self._initial)
            self._initial = None
        elif self._has_time():
            self._follow(epoch, weights)

    def _has_time(self) -> bool:
        # What one takes is known only once it was done.
        allowed = max(FREE_SECONDS, LARGEST_SHARE * (self._clock() - self._began))
        return self._spent + self._longest <= allowed

    def _follow(self, epoch: int, weights: Weights) -> None:
        if self._given_up:
            return
        began = self._clock()
        try:
            self._job.send(self._measured(epoch, weights))
        except StopAskedError:
            raise
        except Exception:  # this is beside the training, not part of it
            logging.getLogger(__name__).exception("The gradients of run %s could not be recorded.", self._job.run)
            self._given_up = True
        took = self._clock() - began
        self._spent += took
        self._longest = max(self._longest, took)

    def _measured(self, epoch: int, weights: Weights) -> EpochGradients:
        followed = follow_gradient(self._job.experiment, weights, tell=self._job.check_stop)
        return EpochGradients(self._job.run, epoch, followed.reviews, list(followed.directions))
