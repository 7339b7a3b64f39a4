"""What is kept of a training for every review: the validation after each epoch, and the test at the end."""

import numpy as np
import pytest

from rnn_compare.reviews import prepared
from rnn_compare.runs.events import EpochEnd, Event, Predictions, Status, decoded
from tests.kit.trainings import end_of, tiny, train

pytestmark = pytest.mark.usefixtures("in_cache")


def predictions(events: list[Event], part: str) -> list[Predictions]:
    return [event for event in events if isinstance(event, Predictions) and event.part == part]


def test_predictions_precede_their_epoch_give_its_accuracy_and_are_repeated_with_the_last_when_a_run_goes_on() -> None:
    experiment = tiny(epochs=3)
    events = train("kept", experiment)
    labels = prepared.load("bundled").labels(experiment, "validation")
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    for predicted, epoch in zip(predictions(events, "validation"), epochs, strict=True):
        assert (predicted.epoch, predicted.reviews) == (epoch.epoch, experiment.validation_reviews)
        assert events.index(predicted) < events.index(epoch)
        assert predicted.accuracy == pytest.approx(epoch["val_accuracy"], abs=1e-6)
        assert np.mean((decoded(predicted.probabilities) > 0.5) == labels) == predicted.accuracy
    assert predictions(events, "test") == [], "no reviews were put aside"
    after = predictions(train("kept", tiny(epochs=4)), "validation")
    assert after[0] == predictions(events, "validation")[-1]
    assert [event.epoch for event in after] == [3, 4]


def test_the_best_epochs_weights_are_tested_on_reviews_that_were_put_aside() -> None:
    experiment = tiny(epochs=3, test_split=0.2)
    events = train("tested", experiment)
    best = max((event for event in events if isinstance(event, EpochEnd)), key=lambda epoch: epoch["val_accuracy"])
    [test] = predictions(events, "test")
    assert (test.epoch, test.reviews) == (best.epoch, experiment.test_reviews)
    labels = prepared.load("bundled").labels(experiment, "test")
    assert np.mean((decoded(test.probabilities) > 0.5) == labels) == test.accuracy


def test_a_stop_during_the_test_stops_the_run() -> None:
    def epochs_are_over(events: list[Event]) -> bool:
        return any(isinstance(event, EpochEnd) and event.epoch == 2 for event in events)

    events = train("stopped-in-its-test", tiny(epochs=2, test_split=0.2), stop=epochs_are_over)
    assert predictions(events, "test") == []
    assert end_of(events).status is Status.STOPPED


@pytest.mark.parametrize("stock_layers", [False, True])
def test_a_single_validation_review_is_predicted_too(stock_layers: bool) -> None:
    experiment = tiny(reviews=10, validation_split=0.1, epochs=1, stock_layers=stock_layers)
    events = train(f"single-{stock_layers}", experiment)
    assert [event.reviews for event in predictions(events, "validation")] == [1]
