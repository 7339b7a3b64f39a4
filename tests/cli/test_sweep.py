import json
import signal
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

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
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.faults.conftest import Command, cache, command  # noqa: F401  # fixtures
from tests.kit.runs import record, run_with
from tests.kit.servers import listening
from tests.kit.waiting import PATIENCE

TINY = ["--reviews", "400", "--embedding-size", "4", "--vocabulary-size", "500", "--batch-size", "16"]


def run(seed: int, *accuracies: float, status: Status = Status.FINISHED, **settings: Any) -> Run:
    return run_with(f"run-{seed}", accuracies, status, **({"units": 4, "seed": seed, "epochs": 2} | settings))


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


def test_the_command_line_gives_any_setting_several_values_and_names_those_that_differ() -> None:
    options = ["--dropout", "0", "0.2", "--bidirectional", "--no-bidirectional", "--seeds", "2"]
    experiments = grid(chosen(parser().parse_args(["sweep", *options])))
    assert len(experiments) == 2 * 2 * 2 * 2  # the book's two cells
    assert {(e.dropout, e.bidirectional, e.seed) for e in experiments} == set(product((0, 0.2), (True, False), (1, 2)))
    first, other = run(1, 0.8, 0.8), run(2, 0.8, 0.8, dropout=0.2)
    assert sweep._settings(groups([first, other])) == ["cell", "units", "maxlen", "dropout"]
    assert sweep._settings(groups([first])) == ["cell", "units", "maxlen"]


def test_a_sweep_that_is_trained_prints_its_results_at_once(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (1, 2):
        record(store, Experiment(cell="GRU", seed=seed, reviews=2000, epochs=1), [0.8])
    assert main(["sweep", "--cell", "GRU", "--seeds", "2", "--reviews", "2000", "--epochs", "1", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "2 runs of the sweep already trained and reused\n"
    [result] = [json.loads(line) for line in out.splitlines()]
    assert (result["kind"], result["complete"], result["accuracy"]) == ("result", 2, pytest.approx(0.8))


def test_a_sweep_that_was_killed_and_then_stopped_by_ctrl_c_is_continued_as_one_and_leaves_no_process(
    cache: Path,  # noqa: F811  # pytest hands over the imported fixtures of these names
    command: Command,  # noqa: F811  # as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    settings = ["--cell", "SimpleRNN", "--units", "4", "--maxlen", "20", "--epochs", "40", *TINY]

    def begun_again() -> tuple["subprocess.Popen[str]", list[Any]]:
        """The sweep of four seeds in a process of its own, and what it has printed when one of them has ended."""
        process = command("sweep", "--json", "--seeds", "4", *settings)
        assert process.stdout is not None
        messages = [json.loads(process.stdout.readline())]
        while messages[-1]["kind"] != "end":
            messages.append(json.loads(process.stdout.readline()))
        return process, messages

    killed, _ = begun_again()
    assert listening(psutil.Process(killed.pid)) == set(), "nothing of it can be reached"
    workers = psutil.Process(killed.pid).children(recursive=True)
    assert workers
    killed.kill()
    killed.wait()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
    assert alive == []
    store = RunStore(cache / "runs.db")
    before = {run.id: run for run in store.runs()}
    at_work = [run.id for run in before.values() if not run.status.ended]
    assert at_work
    assert sorted(interrupt_orphans(store)) == sorted(at_work)
    assert all(store.run(run).status is Status.INTERRUPTED and store.run(run).reason for run in at_work)

    stopped, messages = begun_again()
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=PATIENCE)
    assert stopped.returncode == 130
    assert f"{len(at_work)} run" in err
    assert "Continue it with the same command" in err
    after = store.runs()
    assert {run.status for run in after} == {Status.FINISHED, Status.STOPPED}
    assert len({run.comparison for run in after}) == 1
    assert [run.id for run in after] == [*before], "none is trained anew"
    assert all(run.epochs[: len(before[run.id].epochs)] == before[run.id].epochs for run in after)
    assert {item["run"] for item in messages if item["kind"] == "epoch"} <= set(at_work)
    whole = [run for run in after if run.status is Status.FINISHED]
    assert {len(run.epochs) for run in whole} == {40}
    result = json.loads(out.splitlines()[-1])
    assert (result["kind"], result["runs"], result["complete"]) == ("result", 4, len(whole))
    assert 2 <= len(whole) < 4, "a third one may have ended by then"
    assert result["spread"] > 0
    store.close()
