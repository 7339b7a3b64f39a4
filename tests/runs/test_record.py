from typing import Any

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Phase, Progress, Status
from rnn_compare.runs.record import Owner, Run
from tests.epochs import epoch_end


def run(*val_accuracies: float, **changes: Any) -> Run:
    """A running run of ten epochs with these behind it, each of which took ten seconds, the first fifteen."""
    epochs = tuple(
        epoch_end("r", number, 0.5, 0.5, val_accuracy, 0.5, 15.0 if number == 1 else 10.0)
        for number, val_accuracy in enumerate(val_accuracies, start=1)
    )
    usual: dict[str, Any] = {
        **{"id": "r", "position": 1, "comparison": "r", "experiment": Experiment(), "owner": Owner(1, 1.0, "here")},
        **{"origin": "page", "created": 90.0, "status": Status.RUNNING, "started": 100.0, "epochs": epochs},
    }
    return Run(**(usual | changes))


def at(epoch: int, batch: int, batches: int, phase: Phase = "training", time: float = 110.0) -> tuple[Progress, ...]:
    return (Progress("r", epoch, batch, batches, {}, phase, time),)


def test_the_best_epoch_is_of_equals_the_one_with_the_lowest_validation_loss() -> None:
    validations = [(0.9, 0.50), (1.0, 0.69), (1.0, 0.41), (1.0, 0.41), (0.8, 0.20)]
    epochs = tuple(epoch_end("r", at, 0.5, 0.5, *values, 9.0) for at, values in enumerate(validations, 1))
    best = run(epochs=epochs).best
    assert best is not None
    assert best.epoch == 3
    last = run(0.7, 0.9, 0.8).last
    assert last is not None
    assert last.epoch == 3
    assert run().best is None
    assert run().last is None
    assert not run().has_weights


def test_what_ended_otherwise_than_well_can_be_continued_though_all_epochs_are_there() -> None:
    every = [0.5] * 10
    assert not run(*every, status=Status.FINISHED).can_be_continued
    assert run(*every, status=Status.STOPPED).can_be_continued
    assert run(status=Status.FAILED).can_be_continued
    assert not run(*every[:3]).can_be_continued


def test_the_first_epoch_counts_for_the_speed_only_while_it_is_alone() -> None:
    assert run().seconds_per_epoch is None
    assert run(0.5).seconds_per_epoch == 15.0
    assert run(0.5, 0.6, 0.7).seconds_per_epoch == 10.0


@pytest.mark.parametrize(
    ("epochs", "progress", "fraction"),
    [
        (0, (), 0.0),
        (0, at(1, 0, 157, "preparing"), 0.0),
        (0, at(1, 157, 157), 0.09),
        (0, at(1, 20, 40, "validation"), 0.095),
        (2, at(3, 50, 100), 0.245),
        (10, (), 1.0),
    ],
)
def test_the_share_that_is_done_grows_through_both_phases(
    epochs: int, progress: tuple[Progress, ...], fraction: float
) -> None:
    assert run(*[0.5] * epochs, progress=progress).fraction_done == pytest.approx(fraction)


def test_the_time_left_comes_from_the_runs_own_speed() -> None:
    assert run(0.5, 0.6, progress=at(3, 50, 100)).seconds_left == pytest.approx(7.55 * 10.0)
    assert run().seconds_left is None
    assert run(progress=at(1, 0, 100, "preparing")).seconds_left is None
    assert run(0.5, status=Status.STOPPED).seconds_left is None


def test_the_first_batches_say_nothing_of_the_time_left() -> None:
    """They also hold the tracing of the network: a minute's training was said to take an hour and more."""
    assert run(progress=at(1, 1, 157, time=105.0)).seconds_left is None
