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


def epoch(run: str, number: int) -> EpochEnd:
    return epoch_end(run, number, 0.5, 0.7, 0.6, 0.65, 1.0)


def test_every_epoch_is_news_once_and_before_the_end(store: RunStore) -> None:
    first, second = store.create([Experiment(), Experiment(cell="LSTM")], Owner.current(), "page")
    follower = Follower(store, [first, second])
    assert follower.news() == []

    store.record([Started(first, 10, "", {}, 1.0), epoch(first, 1), epoch(first, 2)])
    assert [(news.run.id, news.epoch) for news in follower.news()] == [
        (first, epoch(first, 1)),
        (first, epoch(first, 2)),
    ]
    assert follower.news() == []

    store.record([epoch(first, 3), Ended(first, Status.FINISHED, None, 2.0)])
    assert [news.epoch for news in follower.news()] == [epoch(first, 3), None]
    assert not follower.done
    store.record([Ended(second, Status.STOPPED, None, 2.0)])
    assert [(news.run.id, news.run.status, news.epoch) for news in follower.news()] == [(second, Status.STOPPED, None)]
    assert follower.done
    assert follower.news() == []


def test_a_deleted_run_is_waited_for_no_more(store: RunStore) -> None:
    [run] = store.create([Experiment()], Owner.current(), "page")
    follower = Follower(store, [run])
    store.record([Ended(run, Status.STOPPED, None, 2.0)])
    store.delete(run)
    assert follower.news() == []
    assert follower.done


def test_a_wait_has_a_line_on_stderr_and_a_lost_worker_its_reason(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    [run] = store.create([Experiment()], Owner.current(), "page")
    follower = Follower(store, [run])
    show = Lines(as_json=True).show
    for event in (None, None, Started(run, 10, "", {}, 1.0), epoch(run, 1), Requeued(run, "Its worker ended.")):
        store.record([event] if event else [])
        show(follower.runs, follower.news())
        show(follower.runs, [])
    printed = capsys.readouterr()
    assert [json.loads(line)["seed"] for line in printed.out.splitlines()] == [1], "the epoch"
    assert printed.err.splitlines() == [
        "1 run waiting for a worker",
        f"{run}  SimpleRNN(32)  preparing",
        f"{run}  SimpleRNN(32)  Its worker ended.",
    ]


def test_without_progress_only_the_end_is_shown(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    [run] = store.create([Experiment()], Owner.current(), "page")
    follower, show = Follower(store, [run]), Lines(as_json=False, quiet=True).show
    for event in (Started(run, 10, "", {}, 1.0), epoch(run, 1), Ended(run, Status.STOPPED, None, 2.0)):
        store.record([event])
        show(follower.runs, follower.news())
        show(follower.runs, [])
    assert capsys.readouterr() == (f"{run}  SimpleRNN(32)  stopped, 1 of 10 epochs\n", "")
