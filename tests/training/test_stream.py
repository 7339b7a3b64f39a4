import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Event, Progress, best_epoch
from rnn_compare.training.worker import progress_reporter as stream_module
from rnn_compare.training.worker.progress_reporter import StopAskedError, Stream, TrainingJob
from tests.epochs import epoch_end


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000 + self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stream_module, "time", clock)
    return clock


def figures(*values: float) -> dict[str, float]:
    return dict(zip(("accuracy", "loss", "val_accuracy", "val_loss"), values, strict=True))


def new_stream(events: list[Event], kept: list[bool] | None = None, stop: Any = lambda: False) -> Stream:
    keep = (lambda _: None) if kept is None else kept.append
    hundred_batches = Experiment(reviews=12_500, batch_size=100)
    return Stream(TrainingJob("run", hundred_batches, events.append, stop), keep)


def test_the_first_batch_is_told_at_once_and_then_four_a_second_at_most(clock: Clock) -> None:
    events: list[Event] = []
    stream = new_stream(events)
    stream.prepares()
    stream.epoch_begins(1)
    for batch in range(1, 101):
        stream.trained(batch, {"accuracy": 0.5, "loss": 0.7})
        clock.now += 0.03
    batches = [event.batch for event in events if isinstance(event, Progress)]
    assert batches[:2] == [0, 1]
    times = [event.at for event in events[1:] if isinstance(event, Progress)]
    assert len(times) == 12  # 3 seconds, each of which has room for four
    assert all(later - earlier >= 0.25 - 1e-6 for earlier, later in itertools.pairwise(times))


def test_validation_tells_its_batches_without_figures(clock: Clock) -> None:
    events: list[Event] = []
    stream = new_stream(events)
    stream.epoch_begins(3)
    stream.trained(100, {"accuracy": 0.9, "loss": 0.2})
    clock.now += 1
    stream.validated(5)
    assert events[-1] == Progress("run", 3, 5, 25, {}, "validation", clock.time())


def test_an_epochs_seconds_hold_training_and_validation(clock: Clock) -> None:
    events: list[Event] = []
    stream = new_stream(events)
    stream.epoch_begins(2)
    clock.now += 10
    stream.trained(100, {"accuracy": 0.9, "loss": 0.2})
    clock.now += 2.5
    stream.validated(25)
    stream.epoch_ends(figures(0.9, 0.2, 0.8, 0.4))
    assert events[-1] == epoch_end("run", 2, 0.9, 0.2, 0.8, 0.4, 12.5)


@given(st.lists(st.tuples(st.sampled_from([0.8, 0.9, 1.0]), st.floats(0, 1)), min_size=1, max_size=10))
def test_the_weights_kept_as_best_are_those_of_the_epoch_that_the_record_calls_best(
    validations: list[tuple[float, float]],
) -> None:
    kept: list[bool] = []
    events: list[Event] = []
    stream = new_stream(events, kept)
    for epoch, (val_accuracy, val_loss) in enumerate(validations, start=1):
        stream.epoch_begins(epoch)
        stream.epoch_ends(figures(0.5, 0.7, val_accuracy, val_loss))
    best = best_epoch(event for event in events if isinstance(event, EpochEnd))
    assert best is not None
    assert len(kept) - kept[::-1].index(True) == best.epoch


def test_weights_are_kept_before_the_epoch_is_told() -> None:
    order: list[object] = []
    stream = Stream(TrainingJob("run", Experiment(), order.append, lambda: False), order.append)
    stream.epoch_begins(1)
    stream.epoch_ends(figures(0.5, 0.7, 0.5, 0.7))
    assert order[0] is True
    assert isinstance(order[1], EpochEnd)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence(loss: float) -> None:
    stream = new_stream([])
    stream.epoch_begins(4)
    for batch in range(1, 17):
        stream.trained(batch, {"accuracy": 0.5, "loss": 0.7})
    with pytest.raises(UserError, match=r"in batch 17 of epoch 4.*smaller learning rate"):
        stream.trained(17, {"accuracy": 0.5, "loss": loss})


def test_a_validation_loss_that_is_no_number_is_no_finished_epoch() -> None:
    events: list[Event] = []
    kept: list[bool] = []
    stream = new_stream(events, kept)
    stream.epoch_begins(1)
    stream.trained(100, {"accuracy": 0.5, "loss": 0.7})
    events.clear()
    with pytest.raises(UserError, match="in the validation of epoch 1"):
        stream.epoch_ends(figures(0.5, 0.7, 0.5, float("nan")))
    assert events == []
    assert kept == []


def test_a_stop_is_heard_before_between_and_after_batches() -> None:
    stream = new_stream([], stop=lambda: True)
    with pytest.raises(StopAskedError):
        stream.prepares()
    with pytest.raises(StopAskedError):
        stream.trained(1, {"accuracy": 0.5, "loss": 0.7})
    with pytest.raises(StopAskedError):
        stream.validated(1)
