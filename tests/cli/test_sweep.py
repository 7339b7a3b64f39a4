import json
import signal
from itertools import product
from pathlib import Path

import psutil
import pytest

from rnn_compare.cli import sweep
from rnn_compare.cli.main import main, parser
from rnn_compare.cli.setting_options import chosen
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import grid
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.faults.conftest import Command, cache, command  # noqa: F401  # fixtures
from tests.kit.runs import epoch_end
from tests.kit.servers import listening
from tests.kit.waiting import PATIENCE

TINY = ["--reviews", "400", "--embedding-size", "4", "--vocabulary-size", "500", "--batch-size", "16"]


def run(seed: int, *accuracies: float, status: Status = Status.FINISHED, units: int = 4, dropout: float = 0.0) -> Run:
    ends = tuple(epoch_end("r", i, 0.5, 0.7, accuracy, 0.6, 1.0) for i, accuracy in enumerate(accuracies, 1))
    experiment = Experiment(units=units, seed=seed, epochs=2, dropout=dropout)
    return Run(f"run-{seed}", seed, "s", experiment, status, Owner(1, 1.0, "here"), "page", 0.0, epochs=ends)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(RunStore(tmp_path / "runs.db"))


def test_results_are_mean_and_standard_deviation_of_the_accuracy_over_seeds(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = lambda run, _measure: Score(run.best["val_accuracy"], None, 9)  # noqa: E731  # it stands in for a method
    monkeypatch.setattr(evidence, "score", best)
    fours = [run(1, 0.6, 0.8), run(2, 0.9, 0.7), run(4, 0.7, 0.6)]
    compared = groups([*fours, run(3, 0.5, units=8, status=Status.STOPPED)])
    four, eight = (sweep.result(group, evidence.accuracies(group, "kept")) for group in compared)
    assert (four["runs"], four["complete"]) == (3, 3)
    assert four["accuracy"] == pytest.approx(0.8)
    assert four["spread"] == pytest.approx(0.1)
    assert (four["lowest"], four["highest"]) == (0.7, 0.9)
    assert (eight["complete"], eight["accuracy"], eight["spread"]) == (0, 0.5, None)
    assert eight["left_out"] == ["run-3"]


def test_a_setting_beyond_the_usual_three_is_named_where_it_differs() -> None:
    first, other = run(1, 0.8, 0.8), run(2, 0.8, 0.8, dropout=0.2)
    assert sweep._settings(groups([first, other])) == ["cell", "units", "maxlen", "dropout"]
    assert "dropout" not in sweep._settings(groups([first]))


def test_the_command_line_gives_any_setting_several_values() -> None:
    options = ["--dropout", "0", "0.2", "--bidirectional", "--no-bidirectional", "--seeds", "2"]
    experiments = grid(chosen(parser().parse_args(["sweep", *options])))
    assert len(experiments) == 2 * 2 * 2 * 2  # the book's two cells
    assert {(e.dropout, e.bidirectional, e.seed) for e in experiments} == set(product((0, 0.2), (True, False), (1, 2)))


def test_ctrl_c_stops_a_sweep_that_is_continued_as_one_and_a_command_that_is_killed_leaves_no_process(
    cache: Path,  # noqa: F811  # pytest hands over the imported fixtures of these names
    command: Command,  # noqa: F811  # as above
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    settings = ["--cell", "SimpleRNN", "--units", "4", "--maxlen", "20", "--seeds", "3", "--epochs", "40"]
    broken = command("sweep", "--json", *settings, *TINY)
    assert broken.stdout is not None
    while json.loads(broken.stdout.readline())["kind"] != "end":  # the first of three has ended
        pass
    assert listening(psutil.Process(broken.pid)) == set(), "nothing of it can be reached"
    broken.send_signal(signal.SIGINT)
    out, err = broken.communicate(timeout=PATIENCE)
    assert broken.returncode == 130
    last = json.loads(out.splitlines()[-1])
    assert (last["kind"], last["runs"]) == ("result", 3)
    assert "Continue it with the same command" in err

    store = RunStore(cache / "runs.db")
    before = {run.id: run for run in store.runs()}
    whole = sum(run.status is Status.FINISHED for run in before.values())
    assert 1 <= whole == last["complete"] < 3, "a second one may have ended by then"
    assert {run.status for run in before.values()} == {Status.FINISHED, Status.STOPPED}
    assert len({run.comparison for run in before.values()}) == 1

    killed = command(
        "train", "--json", "--cell", "SimpleRNN", "--epochs", "100", *TINY, "--reviews", "5000", "--dropout", "0.2"
    )
    assert killed.stdout is not None
    other = json.loads(killed.stdout.readline())["run"]
    workers = psutil.Process(killed.pid).children(recursive=True)
    assert workers
    killed.kill()
    killed.wait()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
    assert alive == []
    assert store.run(other).status is Status.RUNNING
    assert interrupt_orphans(store) == [other]
    assert store.run(other).status is Status.INTERRUPTED
    assert store.run(other).reason is not None

    again = command("sweep", "--json", *settings, *TINY)
    out, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    assert f"{3 - whole} run" in err
    messages = [json.loads(line) for line in out.splitlines()]
    assert (messages[-1]["complete"], messages[-1]["runs"]) == (3, 3)
    after = {run.id: run for run in store.runs() if run.id != other}
    assert all(run.status is Status.FINISHED and len(run.epochs) == 40 for run in after.values())
    for run in before.values():
        assert after[run.id].epochs[: len(run.epochs)] == run.epochs
    assert {item["run"] for item in messages if item["kind"] == "epoch"} == {
        run.id for run in before.values() if run.status is Status.STOPPED
    }

    assert messages[-1]["spread"] > 0

    # Nothing is left to train: the same command prints the results at once.
    assert main(["sweep", "--json", *settings, *TINY]) == 0
    out, err = capsys.readouterr()
    assert "3 runs of the sweep already trained and reused" in err
    assert [json.loads(line) for line in out.splitlines()] == [messages[-1]]
    store.close()
