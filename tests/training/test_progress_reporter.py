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


def new_reporter(events: list[Event], saved: list[bool] | None = None, stop: bool = False) -> ProgressReporter:
    def save(epochs: Sequence[EpochEnd], _predictions: Predictions) -> None:
        if saved is not None:
            saved.append(best_epoch(epochs) is epochs[-1])

    hundred_batches = Experiment(reviews=12_500, batch_size=100)
    return ProgressReporter(TrainingJob("run", hundred_batches, events.append, lambda: stop), np.array([0, 1]), save)


def test_the_first_batch_is_reported_at_once_and_then_at_most_four_a_second(clock: Clock) -> None:
    events: list[Event] = []
    reporter = new_reporter(events)
    reporter.on_epoch_begin(0)
    for batch in range(1, 101):
        reporter.on_train_batch_end(batch - 1, {"accuracy": 0.5, "loss": 0.7})
        clock.now += 0.03
    assert next(event.batch for event in events if isinstance(event, Progress)) == 1
    times = [event.at for event in events if isinstance(event, Progress)]
    assert len(times) == 12  # 3 seconds, each of which has room for four
    assert all(later - earlier >= 0.25 - 1e-6 for earlier, later in itertools.pairwise(times))


def test_validation_batches_are_reported_without_metrics_and_count_among_an_epochs_seconds(clock: Clock) -> None:
    events: list[Event] = []
    reporter = new_reporter(events)
    reporter.on_epoch_begin(1)
    clock.now += 10
    reporter.on_train_batch_end(99, {"accuracy": 0.9, "loss": 0.2})
    clock.now += 2.5
    reporter.on_test_batch_end(4)
    assert events[-1] == Progress("run", 2, 5, 25, {}, "validation", clock.time())
    reporter.on_epoch_end(0, logs(0.9, 0.2, 0.8, 0.4) | {"gradient_norm": math.inf})
    end = events[-1]
    assert isinstance(end, EpochEnd)
    assert (end.epoch, end["val_loss"], end.seconds) == (2, 0.4, 12.5)
    assert "gradient_norm" not in end.figures, "one too large for a number is left out"


@given(st.lists(st.tuples(st.sampled_from([0.8, 0.9, 1.0]), st.floats(0, 1)), min_size=1, max_size=10))
def test_the_best_weights_are_those_of_the_epoch_that_the_record_calls_best(
    validations: list[tuple[float, float]],
) -> None:
    bests: list[bool] = []
    events: list[Event] = []
    reporter = new_reporter(events, bests)
    for epoch, (val_accuracy, val_loss) in enumerate(validations, start=1):
        reporter.on_epoch_begin(epoch - 1)
        reporter.on_epoch_end(0, logs(0.5, 0.7, val_accuracy, val_loss))
    best = best_epoch(event for event in events if isinstance(event, EpochEnd))
    assert best is not None
    assert len(bests) - bests[::-1].index(True) == best.epoch


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence_and_is_no_finished_epoch(loss: float) -> None:
    events: list[Event] = []
    bests: list[bool] = []
    reporter = new_reporter(events, bests)
    reporter.on_epoch_begin(3)
    for batch in range(1, 17):
        reporter.on_train_batch_end(batch - 1, {"accuracy": 0.5, "loss": 0.7})
    with pytest.raises(UserError, match=r"in batch 17 of epoch 4.*smaller learning rate"):
        reporter.on_train_batch_end(16, {"accuracy": 0.5, "loss": loss})
    reporter.on_train_batch_end(99, {"accuracy": 0.5, "loss": 0.7})
    events.clear()
    with pytest.raises(UserError, match="in the validation of epoch 4"):
        reporter.on_epoch_end(0, logs(0.5, 0.7, 0.5, loss))
    assert events == bests == []


def test_a_stop_is_heard_in_training_and_validation() -> None:
    reporter = new_reporter([], stop=True)
    with pytest.raises(StopRequestedError):
        reporter.on_train_batch_end(0, {"accuracy": 0.5, "loss": 0.7})
    with pytest.raises(StopRequestedError):
        reporter.on_test_batch_end(0)
