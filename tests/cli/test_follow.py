import json
from pathlib import Path

import pytest

from rnn_compare.cli.output import Follower, Lines
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, EpochEnd, Requeued, Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.kit.runs import epoch_end


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "followed.db")


@pytest.fixture
def run(store: RunStore) -> str:
    [run] = store.create([Experiment()], Owner.current(), "page")
    return run


def epoch(run: str, number: int) -> EpochEnd:
    return epoch_end(run, number, 0.5, 0.7, 0.6, 0.65, 1.0)


def test_every_epoch_is_news_once_and_before_the_end_and_a_deleted_run_is_waited_for_no_more(
    store: RunStore, run: str
) -> None:
    second, deleted = store.create([Experiment(cell="LSTM"), Experiment(cell="GRU")], Owner.current(), "page")
    follower = Follower(store, [run, second, deleted])

    def news() -> list[tuple[str, EpochEnd | Status]]:
        return [(item.run.id, item.epoch or item.run.status) for item in follower.news()]

    assert news() == []
    store.record([Started(run, 10, "", {}, 1.0), epoch(run, 1), epoch(run, 2)])
    assert news() == [(run, epoch(run, 1)), (run, epoch(run, 2))]
    assert news() == []
    store.record([epoch(run, 3), Ended(run, Status.FINISHED, None, 2.0)])
    assert news() == [(run, epoch(run, 3)), (run, Status.FINISHED)]
    store.record([Ended(deleted, Status.STOPPED, None, 2.0)])
    store.delete(deleted)
    assert news() == []
    assert not follower.done
    store.record([Ended(second, Status.STOPPED, None, 2.0)])
    assert news() == [(second, Status.STOPPED)]
    assert follower.done
    assert news() == []


def test_a_wait_has_a_line_on_stderr_and_a_lost_worker_its_reason(
    store: RunStore, run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    follower, show = Follower(store, [run]), Lines(as_json=True).show
    for event in (None, None, Started(run, 10, "", {}, 1.0), epoch(run, 1), Requeued(run, "Its worker ended.")):
        store.record([event] if event else [])
        show(follower.runs, follower.news())
        show(follower.runs, [])
    printed = capsys.readouterr()
    assert [json.loads(line)["seed"] for line in printed.out.splitlines()] == [1], "the epoch"
    title = f"{run}  SimpleRNN(32)"
    assert printed.err == f"1 run waiting for a worker\n{title}  preparing\n{title}  Its worker ended.\n"


def test_without_progress_only_the_end_is_shown(store: RunStore, run: str, capsys: pytest.CaptureFixture[str]) -> None:
    follower, show = Follower(store, [run]), Lines(as_json=False, quiet=True).show
    for event in (Started(run, 10, "", {}, 1.0), epoch(run, 1), Ended(run, Status.STOPPED, None, 2.0)):
        store.record([event])
        show(follower.runs, follower.news())
        show(follower.runs, [])
    assert capsys.readouterr() == (f"{run}  SimpleRNN(32)  stopped, 1 of 10 epochs\n", "")
