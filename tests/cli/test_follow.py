import json
from pathlib import Path

import pytest

from rnn_compare.cli.output import Follower, Lines
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, EpochEnd, Event, Requeued, Started, Status
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


def test_a_wait_has_a_line_on_stderr_and_a_lost_worker_its_reason_and_without_progress_only_the_end_is_shown(
    store: RunStore, run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def follow(show: Lines, *events: Event | None) -> tuple[str, str]:
        follower = Follower(store, [run])
        for event in events:
            store.record([event] if event else [])
            show.show(follower.runs, follower.news())
            show.show(follower.runs, [])
        return capsys.readouterr()

    start, title = Started(run, 10, "", {}, 1.0), f"{run}  SimpleRNN(32)"
    out, err = follow(Lines(as_json=True), None, start, epoch(run, 1), Requeued(run, "Its worker ended."))
    assert [json.loads(line)["seed"] for line in out.splitlines()] == [1], "the epoch"
    assert err == f"1 run waiting for a worker\n{title}  preparing\n{title}  Its worker ended.\n"
    out, err = follow(Lines(as_json=False, quiet=True), start, epoch(run, 2), Ended(run, Status.STOPPED, None, 2.0))
    assert (out, err) == (f"{title}  stopped, 2 of 10 epochs\n", "")
