"""The backpropagated gradient, followed at the end of every epoch so that its history can be played back."""

import logging
import time
from collections.abc import Callable

from rnn_compare.experiment import Experiment
from rnn_compare.explain.gradient_flow import follow_gradient
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import EpochGradients, Event
from rnn_compare.training.worker.progress_reporter import StopAskedError

LARGEST_SHARE = 0.03
"""Share of training time. Where following the gradient would take more, epochs are passed over; the first and what
was before it never are, so that training can always be compared with its beginning."""
FREE_SECONDS = 0.2
"""Nobody misses these, however short the training."""


class GradientRecorder:
    """Follows the gradient of one training. Whatever goes wrong here, the training goes on."""

    def __init__(
        self,
        run: str,
        experiment: Experiment,
        send: Callable[[Event], None],
        stop_asked: Callable[[], bool],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._run = run
        self._experiment = experiment
        self._send = send
        self._stop_asked = stop_asked
        self._clock = clock
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
            self._send(self._measured(epoch, weights))
        except StopAskedError:
            raise
        except Exception:  # this is beside the training, not part of it
            logging.getLogger(__name__).exception("The gradients of run %s could not be recorded.", self._run)
            self._given_up = True
        took = self._clock() - began
        self._spent += took
        self._longest = max(self._longest, took)

    def _measured(self, epoch: int, weights: Weights) -> EpochGradients:
        def tell(_done: int, _total: int) -> None:
            if self._stop_asked():
                raise StopAskedError(self._run)

        followed = follow_gradient(self._experiment, weights, tell=tell)
        return EpochGradients(self._run, epoch, followed.reviews, [flow.plain() for flow in followed.directions])
