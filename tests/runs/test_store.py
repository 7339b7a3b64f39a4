import sqlite3
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
from tests.kit.threads import at_once

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
    assert [(run.id, run.comparison) for run in store.runs()] == [*((run, runs[0]) for run in runs[:3]), (runs[3],) * 2]
    assert [run.id for run in store.runs({runs[3], runs[1]})] == [runs[1], runs[3]]
    assert store.runs([]) == []


@settings(deadline=None, max_examples=60)
@given(changes=st.lists(st.sampled_from(Status), max_size=8))
def test_events_in_any_order_cause_only_allowed_transitions(
    changes: list[Status], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = RunStore(tmp_path_factory.mktemp("order") / "runs.db")
    run = make(store)
    status, epochs = Status.QUEUED, 0
    for number, wanted in enumerate(changes, start=1):
        is_start = wanted in (Status.RUNNING, Status.QUEUED)
        after = Status.RUNNING if is_start else wanted
        status = after if after in ALLOWED[status] else status
        epochs += status is Status.RUNNING
        store.record(
            [started(run) if is_start else ended(run, wanted), epoch(run, number), progress(run, number + 1, 1, 1.0)]
        )
        now = store.run(run)
        assert (now.status, len(now.epochs), len(now.progress)) == (status, epochs, status is Status.RUNNING)
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
    assert [store.run(run).status for run in (mine, running)] == [Status.QUEUED, Status.INTERRUPTED]
    assert store.run(running).epochs == (epoch(running, 1),)


def test_an_owner_on_another_machine_lives_as_long_as_its_heart_beats_and_a_clock_that_jumps_ends_nobody(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, run = make(store, epochs=0), make(store, owner=ELSEWHERE)
    store.record([progress(mine, 1, 40, at=15.0), progress(mine, 1, 80, at=-9000.0)])
    assert [point.batch for point in store.run(mine).progress] == [40, 80]
    start, day = time.monotonic(), time.time()
    for later, jumped, beats, gone in ((0, 86_400, False, []), (50, -86_400, True, []), (161, 0, False, [run])):
        monkeypatch.setattr(time, "monotonic", lambda later=later: start + later)
        monkeypatch.setattr(time, "time", lambda jumped=jumped: day + jumped)
        if beats:
            store.heartbeat(ELSEWHERE)
        assert store.orphans() == gone


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


def test_a_run_that_lost_its_worker_waits_again_says_why_and_is_not_queued_twice(store: RunStore) -> None:
    run = make(store, epochs=1)
    store.record([progress(run, 2, 40, 15.0), Requeued(run, "Its worker died.")])
    waiting = store.run(run)
    assert (waiting.status, waiting.reason, waiting.progress) == (Status.QUEUED, "Its worker died.", ())
    store.record([Requeued(run, "Late news.")])
    with pytest.raises(UserError, match="already running"):
        store.submit_again(run, Experiment(), ME)
    assert store.run(run) == waiting


def test_names_and_notes_are_cleaned_and_have_bounds(store: RunStore) -> None:
    run = make(store)
    store.annotate(run, " Seen in lecture 22.\n")
    store.rename(run, "  the \u202e  long\nmemory\u2066 <b>one</b> ")
    named = store.run(run)
    assert (named.name, named.title, named.note) == (*["the long memory <b>one</b>"] * 2, "Seen in lecture 22.")
    for name in ("", "x" * 80):
        store.rename(run, name)
        assert store.run(run).title == (name or "SimpleRNN(32)")
    store.annotate(run, "x" * 2000)
    for change, text, message in (
        (store.rename, "x" * 81, "name has 81 characters; the limit is 80"),
        (store.annotate, "x" * 2001, "note has 2,001 characters"),
    ):
        with pytest.raises(UserError, match=message):
            change(run, text)


def test_a_run_is_deleted_but_not_while_it_is_at_work_and_can_be_restored(store: RunStore) -> None:
    run, other = make(store, epochs=1), make(store, epochs=1)
    with pytest.raises(UserError, match="Stop it first"):
        store.delete(run)
    store.record([ended(run, Status.STOPPED)])
    before = store.run(run)
    store.delete(run)
    assert store.with_setting(Experiment().setting)[0].id == other
    for refused in (store.run, store.delete):
        with pytest.raises(UserError, match="no run called"):
            refused(run)
    with pytest.raises(UserError, match="was deleted"):
        store.submit_again(run, Experiment(epochs=20), ME)
    later = RunStore(store.path)  # the program was killed and started again
    assert ([shown.id for shown in later.runs()], later.deleted(), later.finish_deletions()) == ([other], [run], [])
    later.restore()
    assert (store.run(run), store.deleted()) == (before, [])


def test_a_deletion_is_finished_with_its_epochs_once_it_is_due_even_by_the_next_start(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = make(store, epochs=1), make(store, epochs=1)
    store.record([ended(run, Status.FINISHED)])
    monkeypatch.setattr(store_module, "UNDO_SECONDS", 0.0)
    store.delete(run)
    later = RunStore(store.path)
    assert (later.deleted(), later.finish_deletions()) == ([], [run])
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT DISTINCT run FROM epochs").fetchall() == [(other,)]
        assert connection.execute("SELECT * FROM deletions").fetchall() == []
    later.restore()  # too late
    assert [remaining.id for remaining in later.runs()] == [other]


def test_programs_write_side_by_side_and_nothing_is_lost(store: RunStore) -> None:
    def write(_: int) -> list[str]:
        program = RunStore(store.path)
        return [make(program, epochs=3) for _ in range(10)]

    runs = [run for written in at_once(write, threads=4) for run in written]
    recorded = store.runs()
    assert {run.id for run in recorded} == set(runs)
    assert [len(run.epochs) for run in recorded] == [3] * 40
    assert len({run.position for run in recorded}) == 40


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


def test_a_full_disk_is_answered_by_a_sentence_and_loses_nothing_earlier(store: RunStore) -> None:
    run = make(store)
    store.record([started(run)])
    [pages] = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says of a full disk
    with pytest.raises(UserError, match=r"The disk is full\. Free some space"):
        store.record([epoch(run, number) for number in range(1, 500)])
    assert store.run(run).status is Status.RUNNING
    assert store.run(run).epochs == ()


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


def test_a_run_whose_id_could_be_a_path_is_not_shown(store: RunStore) -> None:
    store.create([Experiment()], ME, "page")
    with sqlite3.connect(store.path) as record:
        record.execute("UPDATE runs SET id = '../../home'")
    assert store.runs() == []
    assert store.warnings == [UNREADABLE.format("../../home")]


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


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_an_unfinished_run_is_not_queued_twice(store: RunStore, status: Status) -> None:
    run = make(store)
    if status is Status.RUNNING:
        store.record([started(run)])
    with pytest.raises(UserError, match="already running"):
        store.submit_again(run, Experiment(), ME)
    assert store.run(run).status is status
