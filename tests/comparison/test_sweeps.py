import pytest

from rnn_compare.comparison.sweeps import survey
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_RUNS, grid
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.training.dispatcher import MAX_WAITING, check_limits
from tests.kit.runs import epoch_end

pytestmark = pytest.mark.usefixtures("empty_cache")


def run(name: str, experiment: Experiment, status: Status = Status.FINISHED, epochs: int = 2) -> Run:
    ends = tuple(epoch_end(name, i, 0.5, 0.7, 0.8, 0.6, 1.0) for i in range(1, epochs + 1))
    return Run(name, int(name[1:]), name, experiment, status, Owner(1, 1.0, "here"), "page", 0.0, epochs=ends)


def test_the_line_of_the_command_line_takes_a_whole_sweep() -> None:
    check_limits([], max(MAX_RUNS, MAX_WAITING + 1), "")


def test_what_is_trained_counts_before_what_is_at_work_and_that_before_what_was_broken_off() -> None:
    item, two, three, four, five = grid({"seeds": 5, "epochs": 2})
    elsewhere = Experiment(seed=9, epochs=2)
    runs = [
        run("r1", item),
        run("r2", item, Status.STOPPED, 1),  # newer, but broken off
        run("r3", two, Status.STOPPED, 0),
        run("r4", two, Status.RUNNING, 1),
        run("r5", three, Status.STOPPED, 1),
        run("r6", four, Status.FAILED, 1),
        run("r7", elsewhere),
    ]
    checkpoint.save("r5", Checkpoint(runs[4].epochs, (), ()))
    sweep = survey([item, two, three, four, five], runs)
    assert [entry.id for entry in sweep.runs.values()] == ["r1", "r4", "r5", "r6"]
    assert [entry.id for entry in sweep.trained] == ["r1"]
    assert [entry.id for entry in sweep.at_work] == ["r4"]
    assert [entry.id for entry in sweep.broken_off] == ["r5"]
    assert sweep.missing == (four, five)  # without a checkpoint nothing can go on
    assert not sweep.is_complete


def test_of_two_trained_runs_the_newer_counts() -> None:
    experiment = Experiment(epochs=2)
    sweep = survey([experiment], [run("r1", experiment), run("r2", experiment)])
    assert [entry.id for entry in sweep.trained] == ["r2"]
    assert sweep.is_complete
