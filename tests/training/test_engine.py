import contextlib
import os
import sqlite3
import time
from pathlib import Path

import psutil
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.paths import checkpoint_file, model_file, run_folder, weights_file
from rnn_compare.runs import events, schema
from rnn_compare.runs import store as store_module
from rnn_compare.runs.events import Ended, EpochEnd, Progress, Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.protocol import WorkerQuestion
from rnn_compare.training.worker.cores import CPU_COUNT
from tests.kit.trainings import ListeningStore, endless, tiny, worker_processes
from tests.kit.waiting import until, until_ended

pytestmark = pytest.mark.usefixtures("in_cache")


def finished(engine: Engine, store: RunStore, runs: list[str]) -> list[Run]:
    until_ended(engine, runs)
    return store.runs(runs)


def is_running(store: RunStore, run: str) -> bool:
    return store.run(run).status is Status.RUNNING


def in_phase(store: RunStore, run: str, phase: str) -> bool:
    progress = store.run(run).progress
    return bool(progress) and progress[-1].phase == phase


def test_a_runs_events_are_its_start_progress_epochs_and_end_in_this_order(
    engine: Engine, store: ListeningStore
) -> None:
    [run] = engine.submit([tiny(epochs=3)])
    [done] = finished(engine, store, [run])

    start, preparing, first, *rest = store.heard_of(run)
    assert isinstance(start, Started)
    assert isinstance(preparing, Progress)
    assert preparing.phase == "preparing"
    assert isinstance(first, Progress)
    assert (first.phase, first.epoch, first.batch, first.batches) == ("training", 1, 1, 4)
    assert [event.epoch for event in rest if isinstance(event, EpochEnd)] == [1, 2, 3]
    assert isinstance(rest[-1], Ended)
    assert done.status is Status.FINISHED
    assert done.reason is None
    assert done.parameters == 500 * 4 + (4 * 4 + 4 * 4 + 4) + (4 + 1)
    assert "simple_rnn (SimpleRNN)" in done.summary
    assert {"python", "keras", "tensorflow", "numpy", "threads"} <= done.versions.keys()
    assert done.versions["threads"].endswith(" when it began")
    assert done.is_fused


@pytest.mark.usefixtures("engine")
def test_a_worker_has_a_single_thread_for_blas_whatever_the_environment_says() -> None:
    """From its beginning: with more, two networks side by side took twenty times as long."""
    assert worker_processes()
    for process in worker_processes():
        assert process.environ()["OMP_NUM_THREADS"] == process.environ()["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.skipif(CPU_COUNT < 2, reason="there is one core")
def test_a_lone_training_has_all_cores_and_two_have_half_of_them(engine: Engine, store: ListeningStore) -> None:
    [first] = engine.submit([endless()])
    until(lambda: store.heard_of(first))
    until(lambda: CPU_COUNT in _threads_of_all_workers(engine))
    [second] = engine.submit([endless()])
    until(lambda: store.heard_of(second))
    until(lambda: _threads_of_all_workers(engine) == {CPU_COUNT // 2})
    engine.stop(first)
    until(lambda: CPU_COUNT in _threads_of_all_workers(engine))
    engine.stop(second)
    until_ended(engine, [first, second])


def _threads_of_all_workers(engine: Engine) -> set[int]:
    workers = engine._workers
    assert isinstance(workers, LocalWorkers)
    return {handle.ask(WorkerQuestion(threads.allowed)).result() for handle in workers._workers}


def test_whoever_sees_an_epoch_finds_its_weights_and_after_the_end_the_stock_models(
    engine: Engine, store: ListeningStore
) -> None:
    [run] = engine.submit([tiny(cell="LSTM")])
    finished(engine, store, [run])
    assert store.weights_were_there
    assert all(store.weights_were_there)
    for which in ("last", "best"):
        assert weights_file(run, which).exists()
        assert model_file(run, which).exists()
    model_file(run, "best").unlink()
    assert engine.write_model(run, "best") == model_file(run, "best")
    assert model_file(run, "best").exists()


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(engine: Engine, store: ListeningStore) -> None:
    runs = engine.submit([tiny(cell="LSTM", dropout=0.3, seed=seed) for seed in (7, 7, 8)])
    first, second, other = ([e.figures for e in run.epochs] for run in finished(engine, store, runs))
    assert len(first) == 2
    assert first == second
    assert first != other


def test_two_run_at_once_and_the_rest_wait_in_order(engine: Engine, store: ListeningStore) -> None:
    first, second, third, fourth = engine.submit([endless(), endless(), endless(), tiny()])
    until(lambda: is_running(store, first) and is_running(store, second))
    assert [store.run(run).status for run in (third, fourth)] == [Status.QUEUED, Status.QUEUED]

    engine.stop(third)
    until_ended(engine, [third])
    assert store.run(third).status is Status.STOPPED
    assert store.run(third).started is None
    assert is_running(store, first)
    assert is_running(store, second)

    engine.stop(first)
    assert finished(engine, store, [fourth])[0].status is Status.FINISHED
    assert is_running(store, second)
    engine.stop(second)
    until_ended(engine, [second])


def test_stop_ends_a_training_politely_and_keeps_what_was_measured(engine: Engine, store: ListeningStore) -> None:
    before = worker_processes()
    [run] = engine.submit([endless()])
    until(lambda: store.run(run).epochs and in_phase(store, run, "training"))
    engine.stop(run)

    [stopped] = finished(engine, store, [run])
    assert stopped.status is Status.STOPPED
    assert stopped.reason is None
    assert stopped.epochs
    assert weights_file(run, "last").exists()
    assert worker_processes() == before


def test_keras_own_summary_is_made_beside_the_trainings(engine: Engine, store: ListeningStore) -> None:
    runs = engine.submit([endless(), endless()])
    until(lambda: all(is_running(store, run) for run in runs))
    summary = engine.summary(Experiment(cell="LSTM"))
    assert "lstm (LSTM)" in summary
    assert "328,353" in summary
    assert all(is_running(store, run) for run in runs)
    for run in runs:
        engine.stop(run)
    until_ended(engine, runs)


def test_a_question_that_comes_while_workers_start_has_its_time_for_the_answer_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers, start = engine._workers, time.monotonic() + 0.5
    timeouts: list[float] = []
    monkeypatch.setattr(workers, "addresses", lambda: ["worker"] if time.monotonic() > start else [])
    monkeypatch.setattr(workers, "ask", lambda question, timeout: timeouts.append(timeout))  # noqa: ARG005  # as it is called
    engine.ask(os.getpid, timeout=0.25)
    assert timeouts == [0.25]


def test_reviews_that_are_not_there_end_a_run_with_a_sentence(engine: Engine, store: ListeningStore) -> None:
    [failed] = finished(engine, store, engine.submit([tiny(source="keras")]))
    assert failed.status is Status.FAILED
    assert "imdb.npz" in str(failed.reason)
    assert "Traceback" not in str(failed.reason)


def test_no_epoch_is_lost_while_another_process_holds_the_record(engine: Engine, store: ListeningStore) -> None:
    [run] = engine.submit([endless(reviews=250, epochs=8)])
    until(lambda: store.run(run).epochs)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    known = len(store.run(run).epochs)
    time.sleep(1.0)
    assert len(store.run(run).epochs) == known
    other.execute("ROLLBACK")
    other.close()
    [done] = finished(engine, store, [run])
    assert [epoch.epoch for epoch in done.epochs] == list(range(1, 9))


def test_a_stopped_run_has_ended_though_its_worker_hears_nothing_and_is_killed_later(
    engine: Engine, store: ListeningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.KILL_SECONDS", 3.0)
    until(lambda: len(worker_processes()) == 2)
    before = worker_processes()
    [run] = engine.submit([endless()])
    until(lambda: store.run(run).epochs)
    for process in before:  # whichever has the run
        process.suspend()
    engine.stop(run)
    [stopped] = finished(engine, store, [run])
    assert stopped.status is Status.STOPPED
    assert stopped.epochs
    until(lambda: sum(process in before for process in worker_processes()) == 1)
    for process in before:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def test_an_engine_that_cannot_start_says_why_and_fails_its_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "many")
    store = RunStore(tmp_path / "runs.db")
    engine = Engine(store, "page")
    [run] = engine.submit([tiny()])
    engine.start()
    until(lambda: engine.state.phase == "failed")
    assert "RNN_COMPARE_WORKERS is 'many'" in (engine.state.reason or "")
    until(lambda: store.run(run).status is Status.FAILED)
    assert store.run(run).reason == engine.state.reason
    with pytest.raises(UserError, match="RNN_COMPARE_WORKERS"):
        engine.submit([tiny()])
    with pytest.raises(UserError, match="RNN_COMPARE_WORKERS"):
        engine.summary(tiny())
    engine.close()


def test_a_closed_engine_leaves_no_process_and_says_what_became_of_its_runs(tmp_path: Path, engine: Engine) -> None:
    # A worker lost before may still be on its way back, and its end be seen no sooner than its successor's start.
    until(lambda: len(worker_processes()) == 2 == sum(worker.ready for worker in engine.workers()))
    before = set(worker_processes())
    store = RunStore(tmp_path / "runs.db")
    second = Engine(store, "page")
    second.start()
    [run] = second.submit([tiny()])
    until(lambda: len(worker_processes()) > len(before))
    second.close()
    second.close()
    assert set(worker_processes()) <= before
    assert second.state.phase == "closed"
    assert store.run(run).status is Status.INTERRUPTED
    with pytest.raises(UserError):
        second.submit([tiny()])
    assert engine.state.phase == "ready"


def test_an_engine_keeps_a_daily_copy_of_its_record(store: ListeningStore) -> None:
    until(store.path.with_name("runs.backup.db").exists)


def test_an_engine_removes_the_files_of_deleted_runs_once_that_cannot_be_undone(
    engine: Engine, store: ListeningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    [run] = engine.submit([tiny()])
    finished(engine, store, [run])
    store.delete(run)
    engine._wake.set()
    time.sleep(1.0)
    assert run_folder(run).is_dir()
    store.restore()
    monkeypatch.setattr(store_module, "UNDO_SECONDS", 0.0)
    store.delete(run)
    until(lambda: not run_folder(run).exists())
    assert store.finish_deletions() == []


def test_an_unknown_run_cannot_be_stopped(engine: Engine) -> None:
    with pytest.raises(UserError, match="no run called 'nobody'"):
        engine.stop("nobody")


@pytest.mark.parametrize("status", [Status.STOPPED, Status.INTERRUPTED, Status.FAILED])
def test_a_run_that_had_all_its_epochs_when_it_was_broken_off_is_finished_when_it_is_continued(
    engine: Engine, store: ListeningStore, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Stop is pressed, or the program closed, while the models are written."""
    finished_may_end = dict(events.ALLOWED) | {Status.FINISHED: frozenset({status})}
    [run] = finished(engine, store, engine.submit([tiny()]))
    with pytest.raises(UserError, match="has trained all its 2 epochs"):
        engine.continue_run(run.id)
    with monkeypatch.context() as changed:
        changed.setattr(schema, "ALLOWED", finished_may_end)
        store.record([Ended(run.id, status, None, time.time())])
    assert store.run(run.id).status is status
    engine.continue_run(run.id)
    [again] = finished(engine, store, [run.id])
    assert again.status is Status.FINISHED
    assert again.epochs == run.epochs


def test_a_run_that_saved_only_the_metrics_of_its_first_epoch_starts_again_when_continued(
    engine: Engine, store: ListeningStore
) -> None:
    """As a disk leaves it that is full at the end of that epoch."""
    [whole, run] = engine.submit([tiny(epochs=3), tiny(epochs=1)])
    finished(engine, store, [whole, run])
    checkpoint_file(run).unlink()
    engine.continue_run(run, more=2)
    [done] = finished(engine, store, [run])
    assert done.status is Status.FINISHED
    assert [epoch.figures for epoch in done.epochs] == [epoch.figures for epoch in store.run(whole).epochs]
