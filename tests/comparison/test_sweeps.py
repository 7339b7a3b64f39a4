import pytest

from rnn_compare.comparison.sweeps import survey
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_RUNS, grid
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Status
from rnn_compare.training.dispatcher import MAX_WAITING, check_limits
from tests.kit.runs import run_with


def test_the_line_of_the_command_line_takes_a_whole_sweep() -> None:
    check_limits([], max(MAX_RUNS, MAX_WAITING + 1), "")


@pytest.mark.usefixtures("empty_cache")
def test_what_is_trained_counts_before_what_is_at_work_and_that_before_what_was_broken_off() -> None:
    experiments = grid({"seeds": 5, "epochs": 2})
    runs = [
        run_with("older", [0.8, 0.8], epochs=2),
        run_with("trained", [0.8, 0.8], epochs=2),
        run_with("newer-but-broken-off", [0.8], Status.STOPPED, epochs=2),
        run_with("without-an-epoch", [], Status.STOPPED, seed=2, epochs=2),
        run_with("at-work", [0.8], Status.RUNNING, seed=2, epochs=2),
        run_with("broken-off", [0.8], Status.STOPPED, seed=3, epochs=2),
        run_with("without-a-checkpoint", [0.8], Status.FAILED, seed=4, epochs=2),
        run_with("of-another-grid", [0.8, 0.8], seed=9, epochs=2),
    ]
    checkpoint.save("broken-off", Checkpoint(runs[5].epochs, (), ()))
    sweep = survey(experiments, runs)
    names = [[run.id for run in several] for several in (sweep.trained, sweep.at_work, sweep.broken_off)]
    assert names == [["trained"], ["at-work"], ["broken-off"]]
    assert [run.id for run in sweep.runs.values()] == ["trained", "at-work", "broken-off", "without-a-checkpoint"]
    assert sweep.missing == tuple(experiments[3:])
    assert not sweep.is_complete
    assert survey([Experiment(epochs=2)], runs).is_complete
