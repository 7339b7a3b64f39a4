import dataclasses
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.runs.estimate import START_SECONDS, seconds, starts, work
from rnn_compare.runs.events import Status
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.record import ELSEWHERE, Run
from tests.epochs import epoch_end


def timed(experiment: Experiment, seconds_an_epoch: float) -> Run:
    """A run whose epochs took so long."""
    epochs = tuple(epoch_end("a", epoch, 0.5, 0.7, 0.5, 0.7, seconds_an_epoch) for epoch in (1, 2))
    here = Owner(1, 0.0, "here")
    return Run("a", 1, "a", experiment, Status.FINISHED, here, "page", created=0.0, epochs=epochs)


def test_nothing_takes_no_time() -> None:
    assert seconds([], [], workers=2) == 0.0


def test_a_setting_that_was_run_takes_as_long_as_it_took() -> None:
    experiment = Experiment(cell="LSTM", epochs=7)
    assert seconds([experiment], [timed(experiment, 3.0)], workers=1) == pytest.approx(START_SECONDS + 7 * 3.0)


def test_the_newest_runs_of_the_cell_decide() -> None:
    experiment = Experiment(epochs=1)
    others = timed(Experiment(cell="GRU"), 500.0)
    earlier = [timed(experiment, 100.0)] * 9 + [others] + [timed(experiment, 2.0)] * 3
    assert seconds([experiment], earlier, workers=1) == pytest.approx(START_SECONDS + 2.0)


def test_runs_with_stock_layers_tell_nothing_of_fused_ones() -> None:
    fused, stock = Experiment(epochs=1), Experiment(epochs=1, stock_layers=True)
    earlier = [timed(fused, 2.0), timed(stock, 11.0)]
    assert seconds([fused], earlier, workers=1) == pytest.approx(START_SECONDS + 2.0)
    assert seconds([stock], earlier, workers=1) == pytest.approx(START_SECONDS + 11.0)


def test_what_another_machine_took_tells_nothing_of_this_one() -> None:
    experiment = Experiment(epochs=1)
    elsewhere = dataclasses.replace(timed(experiment, 900.0), origin=ELSEWHERE)
    assert seconds([experiment], [timed(experiment, 2.0), elsewhere], workers=1) == pytest.approx(START_SECONDS + 2.0)


@pytest.mark.parametrize("cell", CELLS)
def test_before_any_run_fused_layers_are_expected_to_be_several_times_quicker(cell: str) -> None:
    fused, stock = (seconds([Experiment(cell=cell, stock_layers=layers)], [], 1) for layers in (False, True))
    assert 3 < stock / fused < 15


def test_two_workers_share_the_networks() -> None:
    first, second, third = Experiment(epochs=1), Experiment(epochs=2), Experiment(epochs=4)
    earlier = [timed(first, 10.0)]
    both = seconds([first, second, third], earlier, workers=2)
    assert both == pytest.approx(2 * START_SECONDS + 50.0)  # the third follows the first


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ({"units": 128, "stock_layers": True}, 3.0),
        ({"units": 128}, 5.1),
        ({"layers": 2}, 2.0),
        ({"bidirectional": True}, 2.0),
        ({"maxlen": 100}, 96 / 225),
        ({"maxlen": 100, "stock_layers": True}, 1 / 5),
    ],
)
def test_work_grows_with_what_there_is_to_compute(more: dict[str, Any], times: float) -> None:
    usual = Experiment(stock_layers=more.get("stock_layers", False))
    assert work(Experiment(**more)) / work(usual) == pytest.approx(times, rel=0.05)


def at_work(run: str, epochs_left: int, status: Status = Status.QUEUED) -> Run:
    """A run that would take 3 s an epoch, as ``timed(…, 3.0)`` teaches."""
    return Run(run, 1, "a", Experiment(epochs=epochs_left), status, Owner(1, 0.0, "here"), "page", created=0.0)


def test_a_run_starts_at_once_where_a_worker_is_free_and_else_when_the_first_is_done() -> None:
    earlier = [timed(Experiment(), 3.0)]
    running = [at_work("running", 4, Status.RUNNING)]
    waiting = [at_work("first", 1), at_work("second", 1), at_work("third", 1)]
    begins = starts(waiting, running, earlier, workers=2)
    assert list(begins) == ["first", "second", "third"]
    one, four = START_SECONDS + 3.0, START_SECONDS + 12.0
    assert [begins[run.id] for run in waiting] == pytest.approx([0.0, one, min(2 * one, four)])


def test_a_continued_run_takes_the_epochs_that_are_left() -> None:
    earlier = [timed(Experiment(), 3.0)]
    epochs = tuple(epoch_end("a", epoch, 0.5, 0.7, 0.5, 0.7, 3.0) for epoch in range(1, 9))
    half_done = dataclasses.replace(at_work("half done", 10), epochs=epochs)
    begins = starts([half_done, at_work("next", 1)], [], earlier, workers=1)
    assert begins == pytest.approx({"half done": 0.0, "next": START_SECONDS + 2 * 3.0})
