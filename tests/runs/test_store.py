import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.database import EVENT_SECONDS
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs import store as store_module
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.events import ALLOWED, Ended, EpochEnd, Event, Progress, Requeued, Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import REPLACED, UNREADABLE, RunStore
from tests.kit.runs import epoch_end

PROJECT = Path(__file__).parents[2]
ME = Owner.current()
GONE = Owner(pid=2**22 + 1, started=1.0, host=ME.host)
"""No process has a number that large."""


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.db")


def started(run: str) -> Started:
    return Started(run, 322_113, "Model: ...", {"keras": "3"}, 10.0)


def progress(run: str, epoch: int, batch: int, at: float) -> Progress:
    return Progress(run, epoch, batch, 157, {"accuracy": 0.6, "loss": 0.65}, "training", at)


def epoch(run: str, number: int, val_accuracy: float = 0.8) -> EpochEnd:
    return epoch_end(run, number, 0.75, 0.5, val_accuracy, 0.45, 12.5)


def ended(run: str, status: Status, reason: str | None = None) -> Ended:
    return Ended(run, status, reason, 20.0)


def make(store: RunStore, owner: Owner = ME) -> str:
    [run] = store.create([Experiment()], owner, "page")
    return run


def test_a_run_is_recorded_with_all_its_events(store: RunStore) -> None:
    run = make(store)
    queued = store.run(run)
    assert (queued.status, queued.epochs, queued.parameters) == (Status.QUEUED, (), None)
    assert queued.experiment == Experiment()
    assert queued.owner == ME

    store.record([started(run), epoch(run, 1), progress(run, 2, 40, 15.0), progress(run, 2, 80, 16.0)])
    running = store.run(run)
    assert running.status is Status.RUNNING
    assert (running.parameters, running.summary, running.versions) == (322_113, "Model: ...", {"keras": "3"})
    assert running.epochs == (epoch(run, 1),)
    assert [point.batch for point in running.progress] == [40, 80]

    store.record([ended(run, Status.FAILED, "The worker died.")])
    failed = store.run(run)
    assert (failed.status, failed.reason, failed.ended) == (Status.FAILED, "The worker died.", 20.0)
    assert failed.epochs == (epoch(run, 1),)
    assert failed.progress == ()


@pytest.mark.parametrize("batch", [2**64, {}, "\ud800"], ids=["too large", "no number", "no text"])
def test_an_event_that_no_record_can_hold_fails_its_run_and_the_others_are_recorded(
    store: RunStore, batch: Any
) -> None:
    run, other = make(store), make(store)
    bad = Progress(run, 2, batch, 157, {"accuracy": 0.6, "loss": 0.65}, "training", 0.0)
    assert store.record([started(run), started(other), epoch(run, 1), bad, epoch(other, 1), epoch(run, 2)]) == [run]
    assert store.run(run).status is Status.FAILED
    assert "Its metrics cannot be recorded" in (store.run(run).reason or "")
    assert store.run(run).epochs == (epoch(run, 1),)
    assert (store.run(other).status, store.run(other).epochs) == (Status.RUNNING, (epoch(other, 1),))


def test_runs_keep_the_order_of_their_making(store: RunStore) -> None:
    runs = store.create([Experiment(cell="GRU"), Experiment(), Experiment(cell="LSTM")], ME, "page")
    runs += store.create([Experiment()], ME, "command line")
    assert [run.id for run in store.runs()] == runs
    assert [run.id for run in store.runs({runs[3], runs[1]})] == [runs[1], runs[3]]
    assert store.runs([]) == []


def test_runs_that_were_started_together_know_it(store: RunStore) -> None:
    together = store.create([Experiment(), Experiment(cell="LSTM")], ME, "page")
    alone = make(store)
    assert [run.comparison for run in store.runs()] == [together[0], together[0], alone]


def test_an_epochs_end_takes_the_place_of_its_progress(store: RunStore) -> None:
    run = make(store)
    store.record([started(run), progress(run, 1, 40, 11.0), progress(run, 1, 90, 12.0), epoch(run, 1)])
    assert store.run(run).progress == ()


@settings(deadline=None, max_examples=60)
@given(changes=st.lists(st.sampled_from([*Status, "epoch", "progress"]), max_size=8))
def test_events_in_any_order_cause_only_allowed_transitions(
    changes: list[Status | str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = RunStore(tmp_path_factory.mktemp("order") / "runs.db")
    run = make(store)
    status, epochs = Status.QUEUED, 0
    for number, what in enumerate(changes, start=1):
        event: Event
        if what == "epoch":
            event = epoch(run, number)
            epochs += status is Status.RUNNING
        elif what == "progress":
            event = progress(run, number, 1, float(number))
        elif what in (Status.RUNNING, Status.QUEUED):
            event = started(run)
            status = Status.RUNNING if Status.RUNNING in ALLOWED[status] else status
        else:
            event = ended(run, Status(what))
            status = Status(what) if Status(what) in ALLOWED[status] else status
        store.record([event])
        now = store.run(run)
        assert now.status is status
        assert len(now.epochs) == epochs
        assert now.status is Status.RUNNING or now.progress == ()
    store.close()


def test_events_of_an_unknown_run_are_passed_over(store: RunStore) -> None:
    run = make(store)
    store.record([epoch("deleted-run", 1), started(run)])
    assert store.run(run).status is Status.RUNNING


def test_stops_are_requested_of_unfinished_runs_and_their_owner_only(store: RunStore) -> None:
    mine, done, others = make(store), make(store), make(store, GONE)
    store.record([started(done), ended(done, Status.FINISHED)])
    for run in (mine, done, others):
        store.request_stop(run)
    assert store.stop_requests(ME) == [mine]
    assert store.stop_requests(GONE) == [others]
    assert store.run(mine).stop_requested
    assert not store.run(done).stop_requested


def test_only_unfinished_runs_whose_owner_is_gone_are_interrupted(store: RunStore) -> None:
    mine, waiting, running, done = make(store), make(store, GONE), make(store, GONE), make(store, GONE)
    store.record([started(running), epoch(running, 1), started(done), ended(done, Status.FINISHED)])
    assert interrupt_orphans(store) == [waiting, running]
    assert interrupt_orphans(store) == []
    assert [store.run(run).status for run in (mine, waiting, running, done)] == [
        *(Status.QUEUED, Status.INTERRUPTED),
        *(Status.INTERRUPTED, Status.FINISHED),
    ]
    assert store.run(running).epochs == (epoch(running, 1),)


def test_an_owner_on_another_machine_lives_as_long_as_its_heart_beats(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Owner(1, 1.0, "another-machine")
    run = make(store, elsewhere)
    now = time.monotonic()
    for later, beats, gone in ((0, False, []), (50, True, []), (100, False, []), (161, False, [run])):
        monkeypatch.setattr(time, "monotonic", lambda later=later: now + later)
        if beats:
            store.heartbeat(elsewhere)
        assert store.orphans() == gone


def test_a_clock_that_jumps_ends_nobody(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    make(store, Owner(1, 1.0, "another-machine"))
    run = make(store)
    store.record([started(run), progress(run, 1, 40, at=15.0), progress(run, 1, 80, at=-9000.0)])
    now = time.time()
    for jumped in (86_400, -86_400):
        monkeypatch.setattr(time, "time", lambda jumped=jumped: now + jumped)
        assert store.orphans() == []
        store.heartbeat(ME)
    assert [point.batch for point in store.run(run).progress] == [40, 80]


def test_an_ended_run_waits_once_more_behind_the_others_and_goes_on_where_it_was(store: RunStore) -> None:
    run, other = make(store, GONE), make(store)
    store.record([started(run), epoch(run, 1), ended(run, Status.FAILED, "The worker died.")])
    store.request_stop(run)
    store.submit_again(run, Experiment(epochs=12), ME, "somebody", 1)
    again = store.run(run)
    assert (again.status, again.reason, again.ended, again.stop_requested) == (Status.QUEUED, None, None, False)
    assert (again.owner, again.visitor, again.priority) == (ME, "somebody", 1)
    assert again.experiment == Experiment(epochs=12)
    assert again.epochs == (epoch(run, 1),)
    assert again.turn > store.run(other).turn
    store.record([Started(run, 1, "", {}, 30.0, after=1), epoch(run, 2), ended(run, Status.FINISHED)])
    assert store.run(run).continued == (1,)
    assert [epoch.epoch for epoch in store.run(run).epochs] == [1, 2]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_an_unfinished_run_is_not_queued_twice(store: RunStore, status: Status) -> None:
    run = make(store)
    if status is Status.RUNNING:
        store.record([started(run)])
    with pytest.raises(UserError, match="already running"):
        store.submit_again(run, Experiment(), ME)
    assert store.run(run).status is status


def test_a_run_that_lost_its_worker_waits_again_and_says_why(store: RunStore) -> None:
    run = make(store)
    store.record([started(run), epoch(run, 1), progress(run, 2, 40, 15.0), Requeued(run, "Its worker died.")])
    waiting = store.run(run)
    assert (waiting.status, waiting.reason, waiting.progress) == (Status.QUEUED, "Its worker died.", ())
    store.record([Requeued(run, "Late news.")])
    assert store.run(run).reason == "Its worker died."


def test_an_epoch_that_is_trained_once_more_shows_no_progress(store: RunStore) -> None:
    run = make(store)
    store.record([started(run), epoch(run, 1), epoch(run, 2), progress(run, 2, 40, 15.0), progress(run, 3, 9, 16.0)])
    assert [point.epoch for point in store.run(run).progress] == [3]


def test_names_and_notes_have_bounds(store: RunStore) -> None:
    run = make(store)
    store.annotate(run, " Seen in lecture 22.\n")
    store.rename(run, "  the \u202e  long\nmemory\u2066 <b>one</b> ")
    assert store.run(run).name == store.run(run).title == "the long memory <b>one</b>"
    assert store.run(run).note == "Seen in lecture 22."
    store.rename(run, "")
    assert store.run(run).title == "SimpleRNN(32)"
    with pytest.raises(UserError, match="name has 81 characters; the limit is 80"):
        store.rename(run, "x" * 81)
    with pytest.raises(UserError, match="note has 2,001 characters"):
        store.annotate(run, "x" * 2001)


def test_a_run_is_deleted_with_its_epochs_but_not_while_it_is_at_work(store: RunStore) -> None:
    run, other = make(store), make(store)
    store.record([started(run), epoch(run, 1), started(other), epoch(other, 1)])
    with pytest.raises(UserError, match="Stop it first"):
        store.delete(run)
    store.record([ended(run, Status.STOPPED)])
    store.delete(run)
    assert [other_run.id for other_run in store.runs()] == [other]
    with pytest.raises(UserError, match="no run called"):
        store.run(run)
    with pytest.raises(UserError, match="was deleted"):
        store.submit_again(run, Experiment(epochs=20), ME)
    assert store.with_setting(Experiment().setting)[0].id == other


def test_a_deletion_can_be_undone_for_some_seconds_also_by_another_process(store: RunStore) -> None:
    run = make(store)
    store.record([started(run), epoch(run, 1), ended(run, Status.FINISHED)])
    before = store.run(run)
    store.delete(run)
    with pytest.raises(UserError, match="no run called"):
        store.delete(run)
    later = RunStore(store.path)  # the program was killed and started again
    assert (later.runs(), later.deleted(), later.finish_deletions()) == ([], [run], [])
    later.restore()
    assert (store.run(run), store.deleted()) == (before, [])


def test_a_deletion_is_finished_once_it_is_due_even_by_the_next_start(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = make(store), make(store)
    store.record([started(run), epoch(run, 1), ended(run, Status.FINISHED), started(other), epoch(other, 1)])
    monkeypatch.setattr(store_module, "UNDO_SECONDS", 0.0)
    store.delete(run)
    store.close()
    later = RunStore(store.path)
    assert (later.deleted(), later.finish_deletions()) == ([], [run])
    later.restore()  # too late
    assert [kept_run.id for kept_run in later.runs()] == [other]
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT DISTINCT run FROM epochs").fetchall() == [(other,)]
        assert connection.execute("SELECT * FROM deletions").fetchall() == []


def test_two_processes_write_side_by_side_and_nothing_is_lost(store: RunStore) -> None:
    script = """
import sys, pathlib
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Started
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
store = RunStore(pathlib.Path(sys.argv[1]))
for _ in range(10):
    [run] = store.create([Experiment()], Owner.current(), "command line")
    store.record([Started(run, 1, "", {}, 1.0)])
    for number in range(1, 11):
        figures = dict.fromkeys(("accuracy", "loss", "val_accuracy", "val_loss"), 0.5)
        store.record([EpochEnd(run, number, figures, 1.0)])
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(store.path)], cwd=PROJECT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    mine = make(store)
    store.record([started(mine)])
    for number in range(1, 51):
        store.record([epoch(mine, number)])
    for writer in writers:
        assert writer.communicate(timeout=120)[1] == b""
    runs = store.runs()
    assert sorted(len(run.epochs) for run in runs) == [10] * 20 + [50]
    assert [run.position for run in runs] == sorted({run.position for run in runs})


def test_a_record_that_another_program_holds_is_answered_by_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunStore, "busy_seconds", 0.1)
    store = RunStore(tmp_path / "runs.db")
    run = make(store)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserError, match=r"locked.*Another program holds it"):
        store.record([started(run)])
    other.execute("ROLLBACK")
    other.close()
    store.record([started(run)])
    assert store.run(run).status is Status.RUNNING


def test_a_full_disk_is_answered_by_a_sentence_and_loses_nothing_earlier(store: RunStore) -> None:
    run = make(store)
    store.record([started(run)])
    [pages] = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says of a full disk
    with pytest.raises(UserError, match=r"The disk is full\. Free some space"):
        store.record([epoch(run, number) for number in range(1, 500)])
    assert store.run(run).status is Status.RUNNING
    assert store.run(run).epochs == ()


def test_what_people_type_is_never_sql(store: RunStore) -> None:
    run = make(store)
    hostile = "'; DROP TABLE runs; --"
    store.rename(run, hostile)
    assert store.run(run).name == hostile
    with pytest.raises(UserError):
        store.run(hostile)
    assert len(store.runs()) == 1


def test_a_record_that_is_removed_or_replaced_while_it_is_open_is_opened_anew_and_says_so(tmp_path: Path) -> None:
    folder, away = tmp_path / "cache", tmp_path / "away"
    folder.mkdir()
    store = RunStore(folder / "runs.db")
    [before] = store.create([Experiment()], ME, "page")
    folder.rename(away)
    assert store.runs() == []
    assert "was removed while the program ran" in store.warnings[0]
    [meanwhile] = store.create([Experiment()], ME, "page")
    assert [run.id for run in RunStore(folder / "runs.db").runs()] == [meanwhile]
    assert store.stop_requests(ME, [before, meanwhile]) == [before]
    folder.rename(tmp_path / "meanwhile")
    away.rename(folder)
    [again] = store.create([Experiment()], ME, "page")
    assert [run.id for run in store.runs()] == [before, again], "and nothing of its log was lost"
    assert "The record of runs was replaced" in store.warnings[0]


def test_a_warning_of_what_has_happened_goes_after_five_minutes_and_one_of_what_lasts_stays(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    [run] = store.create([Experiment(cell="GRU")], ME, "page")
    store.close()
    store.path.rename(store.path.with_name("away.db"))
    store.path.with_name("away.db").rename(store.path.with_name("runs.db"))
    copy = store.path.with_name("copy.db")
    copy.write_bytes(store.path.read_bytes())
    copy.replace(store.path)
    with sqlite3.connect(store.path) as record:
        record.execute("UPDATE runs SET status = 'no status' WHERE id = ?", (run,))
    assert store.runs() == []
    assert store.warnings == [REPLACED, UNREADABLE.format(run)]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + EVENT_SECONDS + 1)
    assert store.warnings == [UNREADABLE.format(run)]


def test_a_record_that_cannot_be_made_anew_says_so_and_is_made_once_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    store = RunStore(folder / "runs.db")
    store.create([Experiment()], ME, "page")
    folder.rename(tmp_path / "away")
    folder.write_text("a file")
    for call in (store.runs, lambda: store.create([Experiment()], ME, "page")):
        with pytest.raises(UserError, match="cannot be opened") as refused:
            call()
        assert "kept" not in str(refused.value)
    folder.unlink()
    assert store.runs() == []


def test_runs_of_a_network_whose_file_is_gone_are_left_out_with_a_sentence(store: RunStore) -> None:
    janet, lstm = store.create([Experiment(cell="GRU"), Experiment(cell="LSTM")], GONE, "page")
    with sqlite3.connect(store.path) as record:
        record.execute("UPDATE runs SET experiment = replace(experiment, 'GRU', 'JANET') WHERE id = ?", (janet,))
    assert [run.id for run in store.runs()] == [lstm]
    assert interrupt_orphans(store) == [janet, lstm]
    assert store.warnings == [
        f"{janet}: runs of JANET are kept but cannot be shown. Install the package that brings it to see them."
    ]
