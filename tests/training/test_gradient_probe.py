"""The gradient is followed beside the training, and never at its cost."""

import logging
from typing import Any

import pytest

from rnn_compare.explain.gradient_flow import FollowedGradient, gradient_flow, gradient_norms, probe_batch
from rnn_compare.networks import weights
from rnn_compare.paths import weights_file
from rnn_compare.runs.events import EpochEnd, EpochGradients, Event, Status
from rnn_compare.training.worker import callbacks
from rnn_compare.training.worker.callbacks import FREE_SECONDS, MAX_GRADIENT_SHARE, GradientRecorder
from rnn_compare.training.worker.job import StopRequestedError, TrainingJob
from tests.explain.conftest import random_weights

from .conftest import end_of, tiny, train


class Clock:
    """Goes on only when it is told to, and a step each time that it is read."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture(autouse=True)
def _reviews(training_cache: object) -> None:
    """The reviews lie there."""


@pytest.mark.parametrize("changes", [{"cell": "LSTM"}, {"bidirectional": True}])
def test_gradients_follow_every_epoch_and_start_with_the_initial_weights(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "MAX_GRADIENT_SHARE", 1e9)
    run = f"probed-{len(changes)}-{next(iter(changes))}"
    events = train(run, tiny(**changes))
    kinds = [(type(event), event.epoch) for event in events if isinstance(event, EpochEnd | EpochGradients)]
    assert kinds == [(EpochEnd, 1), (EpochGradients, 1), (EpochGradients, 0), (EpochEnd, 2), (EpochGradients, 2)]
    last = [event for event in events if isinstance(event, EpochGradients)][-1]
    experiment = tiny(**changes)
    ids, labels = probe_batch(experiment, last.reviews)
    expected = gradient_norms(experiment, weights.load(weights_file(run, "last"), experiment), ids, labels)
    assert last.directions == list(map(gradient_flow, expected))


def test_an_error_is_written_to_the_log_once_and_the_training_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("no gradient today")

    monkeypatch.setattr(callbacks, "follow_gradient", fail)
    with caplog.at_level(logging.ERROR):
        events = train("probe-fails", tiny(epochs=3))
    assert end_of(events).status is Status.FINISHED
    assert not any(isinstance(event, EpochGradients) for event in events)
    assert len([record for record in caplog.records if "could not be recorded" in record.message]) == 1


def followed(monkeypatch: pytest.MonkeyPatch, clock: Clock, epochs: int, seconds: float, cost: float) -> list[int]:
    """Trains epochs of so many seconds whose gradients cost so much, and returns those that were followed."""
    sent: list[Event] = []

    def measure(*_: Any, **__: Any) -> FollowedGradient:
        clock.now += cost
        return FollowedGradient(1, ())

    monkeypatch.setattr(callbacks, "follow_gradient", measure)
    job = TrainingJob("run", tiny(), sent.append, lambda: False)
    recorder = GradientRecorder(job, lambda: random_weights(tiny()), clock=clock)
    recorder.on_train_begin()
    for epoch in range(epochs):
        clock.now += seconds
        recorder.on_epoch_end(epoch)
    return [event.epoch for event in sent if isinstance(event, EpochGradients)]


def test_what_costs_little_is_followed_always(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = 0.4 * MAX_GRADIENT_SHARE
    assert followed(monkeypatch, Clock(0.0), epochs=4, seconds=1.0, cost=cost) == [1, 0, 2, 3, 4]


def test_what_costs_too_much_is_followed_now_and_then_and_stays_within_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cost = 4 * MAX_GRADIENT_SHARE
    epochs = followed(monkeypatch, Clock(0.0), epochs=40, seconds=1.0, cost=cost)
    assert epochs[:2] == [1, 0], "whatever they cost: training is compared with its beginning"
    assert 5 <= len(epochs) <= 11
    assert len(epochs) * cost <= MAX_GRADIENT_SHARE * 40 * (1 + MAX_GRADIENT_SHARE) + cost


def test_a_short_training_may_spend_a_moment_whatever_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = followed(monkeypatch, Clock(0.0), epochs=3, seconds=0.01, cost=FREE_SECONDS / 4.1)
    assert epochs == [1, 0, 2, 3]
    assert followed(monkeypatch, Clock(0.0), epochs=9, seconds=0.01, cost=FREE_SECONDS / 4.1) == epochs


def test_a_run_that_goes_on_has_no_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Event] = []
    monkeypatch.setattr(callbacks, "follow_gradient", lambda *_, **__: FollowedGradient(1, ()))
    job = TrainingJob("run", tiny(), sent.append, lambda: False)
    recorder = GradientRecorder(job, lambda: random_weights(tiny()), resumed=True)
    recorder.on_train_begin()
    recorder.on_epoch_end(6)
    assert [event.epoch for event in sent if isinstance(event, EpochGradients)] == [7]


def test_whoever_presses_stop_does_not_wait_for_it() -> None:
    job = TrainingJob("run", tiny(), lambda _event: None, lambda: True)
    recorder = GradientRecorder(job, lambda: random_weights(tiny()))
    recorder.on_train_begin()
    with pytest.raises(StopRequestedError):
        recorder.on_epoch_end(0)
