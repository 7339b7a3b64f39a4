import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Event, Predictions, Progress, best_epoch
from rnn_compare.training.worker import callbacks
from rnn_compare.training.worker.callbacks import ProgressReporter, StopRequestedError, TrainingJob


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000 + self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(callbacks, "time", clock)
    return clock


def logs(*values: float) -> dict[str, Any]:
    metrics = zip(("accuracy", "loss", "val_accuracy", "val_loss"), values, strict=True)
    return {**dict(metrics), "probabilities": np.array([0.2, 0.8], np.float32)}


class Reporter(ProgressReporter):
    """One of a hundred batches an epoch, with what it sends and whether what it saves is the best so far."""

    def __init__(self, is_stopped: bool = False) -> None:
        self.sent: list[Event] = []
        self.bests: list[bool] = []
        job = TrainingJob("run", Experiment(reviews=12_500, batch_size=100), self.sent.append, lambda: is_stopped)
        super().__init__(job, np.array([0, 1]), self._save_epoch)

    def _save_epoch(self, epochs: Sequence[EpochEnd], _: Predictions) -> None:
        self.bests.append(best_epoch(epochs) is epochs[-1])

    def train(self, batch: int, accuracy: float = 0.5, loss: float = 0.7) -> None:
        self.on_train_batch_end(batch - 1, {"accuracy": accuracy, "loss": loss})


def test_the_first_batch_is_reported_at_once_and_then_at_most_four_a_second(clock: Clock) -> None:
    reporter = Reporter()
    reporter.on_epoch_begin(0)
    for batch in range(1, 101):
        reporter.train(batch)
        clock.now += 0.03
    reports = [event for event in reporter.sent if isinstance(event, Progress)]
    assert reports[0].batch == 1
    assert len(reports) == 12  # 3 seconds, each of which has room for four
    assert all(later.at - earlier.at >= 0.25 - 1e-6 for earlier, later in itertools.pairwise(reports))


def test_validation_batches_are_reported_without_metrics_and_count_among_an_epochs_seconds(clock: Clock) -> None:
    reporter = Reporter()
    reporter.on_epoch_begin(1)
    clock.now += 10
    reporter.train(100, 0.9, 0.2)
    clock.now += 2.5
    reporter.on_test_batch_end(4)
    assert reporter.sent[-1] == Progress("run", 2, 5, 25, {}, "validation", clock.time())
    reporter.on_epoch_end(0, logs(0.9, 0.2, 0.8, 0.4) | {"gradient_norm": math.inf})
    end = reporter.sent[-1]
    assert isinstance(end, EpochEnd)
    assert (end.epoch, end["val_loss"], end.seconds) == (2, 0.4, 12.5)
    assert "gradient_norm" not in end.figures, "one too large for a number is left out"


@given(st.lists(st.tuples(st.sampled_from([0.8, 0.9, 1.0]), st.floats(0, 1)), min_size=1, max_size=10))
def test_the_best_weights_are_those_of_the_epoch_that_the_record_calls_best(
    validations: list[tuple[float, float]],
) -> None:
    reporter = Reporter()
    for epoch, (val_accuracy, val_loss) in enumerate(validations, start=1):
        reporter.on_epoch_begin(epoch - 1)
        reporter.on_epoch_end(0, logs(0.5, 0.7, val_accuracy, val_loss))
    best = best_epoch(event for event in reporter.sent if isinstance(event, EpochEnd))
    assert best is not None
    assert len(reporter.bests) - reporter.bests[::-1].index(True) == best.epoch


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence_and_is_no_finished_epoch(loss: float) -> None:
    reporter = Reporter()
    reporter.on_epoch_begin(3)
    reporter.train(16)
    with pytest.raises(UserError, match=r"in batch 17 of epoch 4.*smaller learning rate"):
        reporter.train(17, loss=loss)
    reporter.train(100)
    reporter.sent.clear()
    with pytest.raises(UserError, match="in the validation of epoch 4"):
        reporter.on_epoch_end(0, logs(0.5, 0.7, 0.5, loss))
    assert (reporter.sent, reporter.bests) == ([], [])


def test_a_stop_is_heard_in_training_and_validation() -> None:
    reporter = Reporter(is_stopped=True)
    with pytest.raises(StopRequestedError):
        reporter.train(1)
    with pytest.raises(StopRequestedError):
        reporter.on_test_batch_end(0)
