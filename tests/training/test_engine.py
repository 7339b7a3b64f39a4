import os
import time
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.paths import checkpoint_file, model_file, run_folder, weights_file
from rnn_compare.runs import events, schema
from rnn_compare.runs import store as store_module
from rnn_compare.runs.events import Ended, EpochEnd, Progress, Started, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.protocol import WorkerQuestion
from rnn_compare.training.worker.cores import CPU_COUNT
from tests.kit.trainings import ListeningStore, endless, tiny, worker_processes
from tests.kit.waiting import PATIENCE, until, until_ended

pytestmark = pytest.mark.usefixtures("in_cache")


def finished(engine: Engine, store: RunStore, runs: list[str]) -> list[Run]:
    until_ended(engine, runs)
    return store.runs(runs)


def statuses(store: RunStore, *runs: str) -> list[Status]:
    return [store.run(run).status for run in runs]


def threads_of_workers(engine: Engine) -> set[int]:
    assert isinstance(engine._workers, LocalWorkers)
    return {handle.ask(WorkerQuestion(threads.allowed)).result() for handle in engine._workers._workers}


def test_a_run_tells_its_start_progress_epochs_and_end_in_this_order_and_its_files_are_there_by_then(
    engine: Engine, store: ListeningStore
) -> None:
    runs = engine.submit([tiny(cell="LSTM", dropout=0.3, seed=seed, epochs=3) for seed in (7, 7, 8)])
    done, same, other = finished(engine, store, runs)

    start, preparing, first, *rest = store.heard_of(done.id)
    assert isinstance(start, Started)
    assert isinstance(preparing, Progress)
    assert preparing.phase == "preparing"
    assert isinstance(first, Progress)
    assert (first.phase, first.epoch, first.batch, first.batches) == ("training", 1, 1, 4)
    assert [event.epoch for event in rest if isinstance(event, EpochEnd)] == [1, 2, 3]
    assert isinstance(rest[-1], Ended)
    assert (done.status, done.reason, done.parameters) == (Status.FINISHED, None, 500 * 4 + 4 * (32 + 4) + 5)
    assert "lstm (LSTM)" in done.summary
    assert done.is_fused

    assert all(store.weights_were_there)
    assert all(weights_file(done.id, which).exists() for which in ("last", "best"))
    assert model_file(done.id, "last").exists()
    model_file(done.id, "best").unlink()
    assert engine.write_model(done.id, "best") == model_file(done.id, "best")
    assert model_file(done.id, "best").exists()

    first_curve, same_seed, other_seed = ([epoch.figures for epoch in run.epochs] for run in (done, same, other))
    assert first_curve == same_seed != other_seed
    until(store.path.with_name("runs.backup.db").exists)  # a daily copy


def test_two_run_at_once_sharing_the_cores_the_rest_wait_in_order_and_a_stop_keeps_what_was_measured(
    engine: Engine, store: ListeningStore
) -> None:
    # From its beginning: with more threads for BLAS, two networks side by side took twenty times as long.
    blas = [process.environ() for process in worker_processes()]
    assert [(its["OMP_NUM_THREADS"], its["OPENBLAS_NUM_THREADS"]) for its in blas] == [("1", "1")] * 2
    before = worker_processes()
    [first] = engine.submit([endless()])
    until(lambda: CPU_COUNT in threads_of_workers(engine))
    second, third, fourth = engine.submit([endless(), endless(), tiny()])
    until(lambda: statuses(store, first, second) == [Status.RUNNING] * 2)
    until(lambda: threads_of_workers(engine) == {max(1, CPU_COUNT // 2)})
    summary = engine.summary(Experiment(cell="LSTM"))  # beside the trainings
    assert "lstm (LSTM)" in summary
    assert "328,353" in summary
    assert statuses(store, third, fourth) == [Status.QUEUED] * 2

    engine.stop(third)
    until_ended(engine, [third])
    assert (store.run(third).status, store.run(third).started) == (Status.STOPPED, None)
    assert statuses(store, first, second) == [Status.RUNNING] * 2

    until(lambda: any(progress.phase == "training" and progress.epoch > 1 for progress in store.run(first).progress))
    engine.stop(first)
    stopped, last = finished(engine, store, [first, fourth])
    assert (stopped.status, stopped.reason, last.status) == (Status.STOPPED, None, Status.FINISHED)
    assert stopped.epochs
    assert weights_file(first, "last").exists()
    assert statuses(store, second) == [Status.RUNNING]
    until(lambda: CPU_COUNT in threads_of_workers(engine))
    engine.stop(second)
    until_ended(engine, [second])
    assert worker_processes() == before


def test_a_question_that_comes_while_workers_start_has_its_time_for_the_answer_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers, start = engine._workers, time.monotonic() + 0.5
    timeouts: list[float] = []
    monkeypatch.setattr(workers, "addresses", lambda: ["worker"] if time.monotonic() > start else [])
    monkeypatch.setattr(workers, "ask", lambda question, timeout: timeouts.append(timeout))  # noqa: ARG005  # as it is called
    engine.ask(os.getpid, timeout=0.25)
    assert timeouts == [0.25]


def test_what_a_killed_program_was_training_can_be_continued_as_soon_as_the_next_one_starts(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.db")
    [run] = store.create([tiny()], Owner(2**22 + 1, 1.0, Owner.current().host), "page")
    engine = Engine(store, "page")
    engine.start(after=PATIENCE)
    assert store.run(run).status is Status.INTERRUPTED
    engine.close()


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
    for refused in (lambda: engine.submit([tiny()]), lambda: engine.summary(tiny())):
        with pytest.raises(UserError, match="RNN_COMPARE_WORKERS"):
            refused()
    with pytest.raises(UserError, match="no run called 'nobody'"):
        engine.stop("nobody")
    engine.close()


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
    engine._wake.set()
    until(lambda: not run_folder(run).exists())


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
