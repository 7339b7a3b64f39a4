"""What is kept of a training for every review: the validation after each epoch, and the test at the end."""

from collections.abc import Callable

import numpy as np
import pytest

from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, EpochEnd, Event, Predictions, Status, decoded
from rnn_compare.training.worker import job

from .conftest import tiny


def train(run: str, experiment: object, stop_asked: Callable[[], bool] = lambda: False) -> list[Event]:
    events: list[Event] = []
    job.train(run, experiment, events.append, stop_asked)  # type: ignore[arg-type]  # tiny() gives an Experiment
    return events


def kept(events: list[Event], part: str) -> list[Predictions]:
    return [event for event in events if isinstance(event, Predictions) and event.part == part]


def test_each_epoch_is_preceded_by_predictions_whose_verdicts_make_its_accuracy() -> None:
    experiment = tiny(epochs=3)
    events = train("kept", experiment)
    labels = prepared.load("bundled").labels(experiment, "validation")
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    for predictions, epoch in zip(kept(events, "validation"), epochs, strict=True):
        assert (predictions.epoch, predictions.reviews) == (epoch.epoch, experiment.validation_reviews)
        assert events.index(predictions) < events.index(epoch)
        assert predictions.accuracy == pytest.approx(epoch["val_accuracy"], abs=1e-6)
        assert np.mean((decoded(predictions.probabilities) > 0.5) == labels) == predictions.accuracy


def test_without_test_reviews_nothing_is_tested() -> None:
    assert kept(train("untested", tiny()), "test") == []


def test_the_best_epochs_weights_are_tested_on_reviews_that_were_put_aside() -> None:
    experiment = tiny(epochs=3, test_split=0.2)
    events = train("tested", experiment)
    best = max((event for event in events if isinstance(event, EpochEnd)), key=lambda epoch: epoch["val_accuracy"])
    [test] = kept(events, "test")
    assert (test.epoch, test.reviews) == (best.epoch, experiment.test_reviews)
    labels = prepared.load("bundled").labels(experiment, "test")
    assert np.mean((decoded(test.probabilities) > 0.5) == labels) == test.accuracy
    assert isinstance(events[-1], Ended)


def test_a_run_that_goes_on_tells_its_last_epochs_predictions_once_more() -> None:
    before = kept(train("goes-on", tiny(epochs=2)), "validation")
    after = kept(train("goes-on", tiny(epochs=3)), "validation")
    assert after[0] == before[-1]
    assert [predictions.epoch for predictions in after] == [2, 3]


def test_a_stop_during_the_test_stops_the_run() -> None:
    asked = False
    events: list[Event] = []

    def send(event: Event) -> None:
        nonlocal asked
        events.append(event)
        asked = asked or (isinstance(event, EpochEnd) and event.epoch == 2)

    experiment = tiny(epochs=2, test_split=0.2)
    job.train("stopped-in-its-test", experiment, send, lambda: asked)
    assert kept(events, "test") == []
    assert isinstance(events[-1], Ended)
    assert events[-1].status is Status.STOPPED
