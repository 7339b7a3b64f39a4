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
from tests.kit.caches import PROJECT
from tests.kit.runs import epoch_end
from tests.kit.waiting import PATIENCE

ME = Owner.current()
GONE = Owner(pid=2**22 + 1, started=1.0, host=ME.host)
"""No process has a number that large."""
ELSEWHERE = Owner(1, 1.0, "another-machine")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.db")


def started(run: str) -> Started:
    return Started(run, 322_113, "Model: ...", {"keras": "3"}, 10.0)


def progress(run: str, epoch: int, batch: int, at: float) -> Progress:
    return Progress(run, epoch, batch, 157, {"accuracy": 0.6, "loss": 0.65}, "training", at)


def epoch(run: str, number: int) -> EpochEnd:
    return epoch_end(run, number, 0.75, 0.5, 0.8, 0.45, 12.5)


def ended(run: str, status: Status, reason: str | None = None) -> Ended:
    return Ended(run, status, reason, 20.0)


def make(store: RunStore, epochs: int | None = None, owner: Owner = ME) -> str:
    """Records a run that waits, or one that trains and has so many epochs behind it, and returns its id."""
    [run] = store.create([Experiment()], owner, "page")
    if epochs is not None:
        store.record([started(run), *(epoch(run, number) for number in range(1, epochs + 1))])
    return run


def test_a_run_is_recorded_with_all_its_events(store: RunStore) -> None:
    run = make(store)
    queued = store.run(run)
    assert (queued.status, queued.epochs, queued.parameters) == (Status.QUEUED, (), None)
    assert (queued.experiment, queued.owner) == (Experiment(), ME)

    store.record([epoch("deleted-run", 1), started(run), progress(run, 1, 40, 15.0), progress(run, 1, 80, 16.0)])
    running = store.run(run)
    assert running.status is Status.RUNNING
    assert (running.parameters, running.summary, running.versions) == (322_113, "Model: ...", {"keras": "3"})
    assert [point.batch for point in running.progress] == [40, 80]

    store.record([epoch(run, 1), epoch(run, 2), progress(run, 2, 40, 17.0), progress(run, 3, 9, 18.0)])
    assert store.run(run).epochs == (epoch(run, 1), epoch(run, 2))
    assert [point.epoch for point in store.run(run).progress] == [3], "epoch 2 is trained once more"

    store.record([ended(run, Status.FAILED, "The worker died.")])
    failed = store.run(run)
    assert (failed.status, failed.reason, failed.ended) == (Status.FAILED, "The worker died.", 20.0)
    assert (len(failed.epochs), failed.progress) == (2, ())


@pytest.mark.parametrize("batch", [2**64, {}, "\ud800"], ids=["too large", "no number", "no text"])
def test_an_event_that_no_record_can_hold_fails_its_run_and_the_others_are_recorded(
    store: RunStore, batch: Any
) -> None:
    run, other = make(store), make(store)
    events: list[Event] = [started(run), started(other), epoch(run, 1), progress(run, 2, batch, 0.0)]
    events += [epoch(other, 1), epoch(run, 2)]
    assert store.record(events) == [run]
    assert store.run(run).status is Status.FAILED
    assert "Its metrics cannot be recorded" in (store.run(run).reason or "")
    assert store.run(run).epochs == (epoch(run, 1),)
    assert (store.run(other).status, store.run(other).epochs) == (Status.RUNNING, (epoch(other, 1),))


def test_runs_keep_the_order_of_their_making_and_know_what_was_started_together(store: RunStore) -> None:
    runs = store.create([Experiment(cell="GRU"), Experiment(), Experiment(cell="LSTM")], ME, "page")
    runs.append(make(store))
    assert [run.id for run in store.runs()] == runs
    assert [run.comparison for run in store.runs()] == [runs[0]] * 3 + [runs[3]]
    assert [run.id for run in store.runs({runs[3], runs[1]})] == [runs[1], runs[3]]
    assert store.runs([]) == []


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


def test_stops_are_requested_of_unfinished_runs_and_their_owner_only(store: RunStore) -> None:
    mine, done, others = make(store), make(store, epochs=0), make(store, owner=GONE)
    store.record([ended(done, Status.FINISHED)])
    for run in (mine, done, others):
        store.request_stop(run)
    assert (store.stop_requests(ME), store.stop_requests(GONE)) == ([mine], [others])
    assert [store.run(run).stop_requested for run in (mine, done)] == [True, False]


def test_only_unfinished_runs_whose_owner_is_gone_are_interrupted(store: RunStore) -> None:
    mine, waiting = make(store), make(store, owner=GONE)
    running, done = make(store, 1, GONE), make(store, 1, GONE)
    store.record([ended(done, Status.FINISHED)])
    assert interrupt_orphans(store) == [waiting, running]
    assert interrupt_orphans(store) == []
    interrupted = [run.id for run in store.runs() if run.status is Status.INTERRUPTED]
    assert (interrupted, store.run(mine).status) == ([waiting, running], Status.QUEUED)
    assert store.run(running).epochs == (epoch(running, 1),)


def test_an_owner_on_another_machine_lives_as_long_as_its_heart_beats(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(store, owner=ELSEWHERE)
    now = time.monotonic()
    for later, beats, gone in ((0, False, []), (50, True, []), (100, False, []), (161, False, [run])):
        monkeypatch.setattr(time, "monotonic", lambda later=later: now + later)
        if beats:
            store.heartbeat(ELSEWHERE)
        assert store.orphans() == gone


def test_a_clock_that_jumps_ends_nobody(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    make(store, owner=ELSEWHERE)
    run = make(store, epochs=0)
    store.record([progress(run, 1, 40, at=15.0), progress(run, 1, 80, at=-9000.0)])
    now = time.time()
    for jumped in (86_400, -86_400):
        monkeypatch.setattr(time, "time", lambda jumped=jumped: now + jumped)
        assert store.orphans() == []
        store.heartbeat(ME)
    assert [point.batch for point in store.run(run).progress] == [40, 80]


def test_an_ended_run_waits_once_more_behind_the_others_and_goes_on_where_it_was(store: RunStore) -> None:
    run, other = make(store, 1, GONE), make(store)
    store.record([ended(run, Status.FAILED, "The worker died.")])
    store.request_stop(run)
    store.submit_again(run, Experiment(epochs=12), ME, "somebody", 1)
    again = store.run(run)
    assert (again.status, again.reason, again.ended, again.stop_requested) == (Status.QUEUED, None, None, False)
    assert (again.owner, again.visitor, again.priority) == (ME, "somebody", 1)
    assert (again.experiment, again.epochs) == (Experiment(epochs=12), (epoch(run, 1),))
    assert again.turn > store.run(other).turn
    store.record([Started(run, 1, "", {}, 30.0, after=1), epoch(run, 2), ended(run, Status.FINISHED)])
    assert store.run(run).continued == (1,)
    assert [epoch.epoch for epoch in store.run(run).epochs] == [1, 2]


@pytest.mark.parametrize("epochs", [None, 0])
def test_an_unfinished_run_is_not_queued_twice(store: RunStore, epochs: int | None) -> None:
    run = make(store, epochs)
    before = store.run(run)
    with pytest.raises(UserError, match="already running"):
        store.submit_again(run, Experiment(), ME)
    assert store.run(run) == before


def test_a_run_that_lost_its_worker_waits_again_and_says_why(store: RunStore) -> None:
    run = make(store, epochs=1)
    store.record([progress(run, 2, 40, 15.0), Requeued(run, "Its worker died.")])
    waiting = store.run(run)
    assert (waiting.status, waiting.reason, waiting.progress) == (Status.QUEUED, "Its worker died.", ())
    store.record([Requeued(run, "Late news.")])
    assert store.run(run).reason == "Its worker died."


def test_names_and_notes_have_bounds_and_are_never_sql(store: RunStore) -> None:
    run = make(store)
    store.annotate(run, " Seen in lecture 22.\n")
    store.rename(run, "  the \u202e  long\nmemory\u2066 <b>one</b> ")
    named = store.run(run)
    assert (named.name, named.title, named.note) == (*["the long memory <b>one</b>"] * 2, "Seen in lecture 22.")
    for name in ("", "x" * 80, "'; DROP TABLE runs; --"):
        store.rename(run, name)
        assert store.run(run).title == (name or "SimpleRNN(32)")
    store.annotate(run, "x" * 2000)
    for change, text, message in (
        (store.rename, "x" * 81, "name has 81 characters; the limit is 80"),
        (store.annotate, "x" * 2001, "note has 2,001 characters"),
    ):
        with pytest.raises(UserError, match=message):
            change(run, text)
    with pytest.raises(UserError, match="no run called"):
        store.run("' OR ''='")


def test_a_run_is_deleted_with_its_epochs_but_not_while_it_is_at_work_and_can_be_restored(store: RunStore) -> None:
    run, other = make(store, epochs=1), make(store, epochs=1)
    with pytest.raises(UserError, match="Stop it first"):
        store.delete(run)
    store.record([ended(run, Status.STOPPED)])
    before = store.run(run)
    store.delete(run)
    assert [shown.id for shown in store.runs()] == [other]
    assert store.with_setting(Experiment().setting)[0].id == other
    for refused, message in ((store.run, "no run called"), (store.delete, "no run called")):
        with pytest.raises(UserError, match=message):
            refused(run)
    with pytest.raises(UserError, match="was deleted"):
        store.submit_again(run, Experiment(epochs=20), ME)
    later = RunStore(store.path)  # the program was killed and started again
    assert ([shown.id for shown in later.runs()], later.deleted(), later.finish_deletions()) == ([other], [run], [])
    later.restore()
    assert (store.run(run), store.deleted()) == (before, [])


def test_a_deletion_is_finished_once_it_is_due_even_by_the_next_start(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = make(store, epochs=1), make(store, epochs=1)
    store.record([ended(run, Status.FINISHED)])
    monkeypatch.setattr(store_module, "UNDO_SECONDS", 0.0)
    store.delete(run)
    store.close()
    later = RunStore(store.path)
    assert (later.deleted(), later.finish_deletions()) == ([], [run])
    later.restore()  # too late
    assert [remaining.id for remaining in later.runs()] == [other]
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT DISTINCT run FROM epochs").fetchall() == [(other,)]
        assert connection.execute("SELECT * FROM deletions").fetchall() == []


def test_two_processes_write_side_by_side_and_nothing_is_lost(store: RunStore) -> None:
    script = """
import sys, pathlib
from rnn_compare.runs.store import RunStore
from tests.runs.test_store import make
for _ in range(10):
    make(RunStore(pathlib.Path(sys.argv[1])), epochs=10)
"""
    command = [sys.executable, "-c", script, str(store.path)]
    writers = [subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE) for _ in range(2)]
    mine = make(store, epochs=0)
    for number in range(1, 51):
        store.record([epoch(mine, number)])
    for writer in writers:
        assert writer.communicate(timeout=PATIENCE)[1] == b""
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
    run = make(store, epochs=0)
    [pages] = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says of a full disk
    with pytest.raises(UserError, match=r"The disk is full\. Free some space"):
        store.record([epoch(run, number) for number in range(1, 500)])
    assert (store.run(run).status, store.run(run).epochs) == (Status.RUNNING, ())


def test_a_record_that_is_removed_or_replaced_while_it_is_open_is_opened_anew_and_says_so(tmp_path: Path) -> None:
    folder, away = tmp_path / "cache", tmp_path / "away"
    folder.mkdir()
    store = RunStore(folder / "runs.db")
    before = make(store)
    folder.rename(away)
    assert store.runs() == []
    assert "was removed while the program ran" in store.warnings[0]
    meanwhile = make(store)
    assert [run.id for run in RunStore(folder / "runs.db").runs()] == [meanwhile]
    assert store.stop_requests(ME, [before, meanwhile]) == [before]
    folder.rename(tmp_path / "meanwhile")
    away.rename(folder)
    again = make(store)
    assert [run.id for run in store.runs()] == [before, again], "and nothing of its log was lost"
    assert "The record of runs was replaced" in store.warnings[0]


def test_a_warning_of_what_has_happened_goes_after_five_minutes_and_one_of_what_lasts_stays(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(store)
    store.close()
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
    make(store)
    folder.rename(tmp_path / "away")
    folder.write_text("a file")
    for call in (store.runs, lambda: make(store)):
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
