"""What the engine itself adds to trainings: to each run, to each epoch, and to each second of a worker at work.

    python -m benchmarks.engine_overhead [workers ...]
    python -m benchmarks.engine_overhead empty [workers ...]

Real tiny trainings with 1, 2 and 8 workers; or empty runs (``empty_runs``) with 2, 8 and 32 workers, first of this
machine, then of a Dask cluster elsewhere whose scheduler and workers are processes of their own.

The server's own processor time counts (engine, record, and Dask's scheduler unless that is elsewhere), less what it
takes when nothing trains. Two shapes of real runs, short and long ones, tell what a run costs from what an epoch costs.
What a worker waits is the time from a run's end there to the sending of the next.
"""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from benchmarks import empty_runs
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import cluster, dask_settings, fork_server
from rnn_compare.training.local.cluster import WORKERS_VARIABLE, LocalWorkers
from rnn_compare.training.remote.address import SCHEDULER_VARIABLE
from rnn_compare.training.remote.cluster import RemoteWorkers
from rnn_compare.training.workers import Training

SHORT, LONG = 1, 21
RUNS = 5
"""Of each shape on each worker."""
BUSY_SECONDS, IDLE_SECONDS = 15.0, 5.0
PATIENCE = 900.0

_sent: list[tuple[str, str, float]] = []
"""Each run with the worker that it was sent to, and when."""


ROOT = Path(__file__).resolve().parents[1]


def tiny(epochs: int, reviews: int = 80) -> Experiment:
    """Returns a training whose epochs take some 50 ms."""
    return Experiment(
        units=4, embedding_size=4, vocabulary_size=500, maxlen=20, batch_size=16, epochs=epochs, reviews=reviews
    )


def main(counts: Sequence[int] = (1, 2, 8)) -> None:
    """Prints a line for each number of workers."""
    with _own_cache() as folder:
        print(f"{'workers':>8}{'ms a run':>10}{'ms an epoch':>13}{'ms a worker-second':>20}{'ms a worker waits':>19}")
        for count in counts:
            os.environ[WORKERS_VARIABLE] = str(count)
            run, epoch, second, gap = _measured(count, folder / f"{count}.db")
            print(f"{count:>8}{1000 * run:>10.1f}{1000 * epoch:>13.1f}{1000 * second:>20.1f}{1000 * gap:>19.0f}")


def empty(counts: Sequence[int] = (2, 8, 32)) -> None:
    """Prints a line for each number of workers, of this machine and of a cluster."""
    setattr(cluster, "worker", empty_runs)  # noqa: B010  # mypy has modules stay what they are
    setattr(fork_server, "AVAILABLE", False)  # noqa: B010  # as above; it would import TensorFlow for them
    dask_settings.CONFIGURATION["distributed.worker.multiprocessing-method"] = "spawn"
    with _own_cache() as folder:
        print(
            f"{'workers':>22}{'ms a run':>10}{'ms of the scheduler':>21}{'ms a worker waits':>19}{'runs a second':>15}"
        )
        for kind, workers in (("this machine's", _here), ("a cluster's", _elsewhere)):
            for count in counts:
                with workers(count) as scheduler:
                    run, there, gap, rate = _measured_empty(count, folder / f"{kind}-{count}.db", scheduler)
                print(f"{kind:>15}{count:>7}{1000 * run:>10.1f}{1000 * there:>21.1f}{1000 * gap:>19.0f}{rate:>15.1f}")


@contextlib.contextmanager
def _own_cache() -> Iterator[Path]:
    for kind in (LocalWorkers, RemoteWorkers):
        setattr(kind, "train", _noting(kind.train))  # noqa: B010  # mypy has methods stay what they are
    reviews = prepared.prepare("bundled").parent
    compiled = os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder() / "compiled")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "reviews").symlink_to(reviews)
        os.environ |= {CACHE_VARIABLE: folder, "NUMBA_CACHE_DIR": compiled}
        yield Path(folder)


@contextlib.contextmanager
def _here(count: int) -> Iterator[None]:
    """Has the program start so many workers; their scheduler is a part of it."""
    os.environ[WORKERS_VARIABLE] = str(count)
    yield None


@contextlib.contextmanager
def _elsewhere(count: int) -> Iterator[psutil.Process]:
    """Has the program find a scheduler with so many workers, as processes of this machine and without TLS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ[SCHEDULER_VARIABLE] = address = f"tcp://127.0.0.1:{port}"
    many = ["--nworkers", str(count), "--nthreads", "1", "--memory-limit", "0", "--preload", empty_runs.__name__]
    commands = (["scheduler", "--port", str(port)], ["worker", address, *many])
    environment = {name: value for name, value in os.environ.items() if name != CACHE_VARIABLE}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--host", "127.0.0.1", "--no-dashboard"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        yield psutil.Process(started[0].pid)
    finally:
        del os.environ[SCHEDULER_VARIABLE]
        for process in reversed(started):
            process.terminate()
            process.wait()


def _measured_empty(count: int, record: Path, scheduler: psutil.Process | None) -> tuple[float, float, float, float]:
    """Returns the processor time for each run, here and of the scheduler, what a worker waits, and runs a second.

    The scheduler's is as measured: what it takes to hear of the workers is there too.
    """
    store = RunStore(record)
    engine = Engine(store, "command line")
    engine.start()
    try:
        while sum(worker.ready for worker in engine.workers()) < count:
            time.sleep(0.1)
        _spent(engine, store, [tiny(1)] * count)
        idle = _idle()
        began, there = time.monotonic(), _processor_time(scheduler)
        spent, runs = _spent(engine, store, [tiny(1)] * RUNS * count, idle)
        there = _processor_time(scheduler) - there
        return spent / len(runs), there / len(runs), _gap(runs), len(runs) / (time.monotonic() - began)
    finally:
        engine.close()
        store.close()


def _processor_time(process: psutil.Process | None) -> float:
    return sum(process.cpu_times()[:2]) if process else 0.0


def _idle() -> float:
    """Returns the share of a processor that the server takes when nothing trains."""
    began = time.process_time()
    time.sleep(IDLE_SECONDS)
    return (time.process_time() - began) / IDLE_SECONDS


def _measured(count: int, record: Path) -> tuple[float, float, float, float]:
    store = RunStore(record)
    engine = Engine(store, "command line")
    engine.start()
    try:
        while len(engine.workers()) < count:
            time.sleep(0.1)
        _spent(engine, store, [tiny(1)] * count)
        idle = _idle()
        short, runs = _spent(engine, store, [tiny(SHORT)] * RUNS * count, idle)
        long, _ = _spent(engine, store, [tiny(LONG)] * RUNS * count, idle)
        an_epoch = (long - short) / (RUNS * count) / (LONG - SHORT)
        a_run = short / (RUNS * count) - SHORT * an_epoch
        return a_run, an_epoch, _busy(engine, count, idle), _gap(runs)
    finally:
        engine.close()
        store.close()


def _spent(
    engine: Engine, store: RunStore, experiments: Sequence[Experiment], idle: float = 0.0
) -> tuple[float, list[Run]]:
    """Trains and returns the processor time that this process took for it, and the runs."""
    began, wall = time.process_time(), time.monotonic()
    ids = engine.submit(experiments)
    while any(not run.status.ended for run in store.runs(ids[-1:])):  # looked at seldom: looking counts too
        time.sleep(0.25)
    assert engine.wait(ids, PATIENCE)
    return time.process_time() - began - idle * (time.monotonic() - wall), store.runs(ids)


def _busy(engine: Engine, count: int, idle: float) -> float:
    """Returns the processor time for each second that a worker spends within an epoch that takes long."""
    ids = engine.submit([tiny(100, reviews=25_000)] * count)
    time.sleep(3.0)
    began = time.process_time()
    time.sleep(BUSY_SECONDS)
    spent = (time.process_time() - began) / BUSY_SECONDS - idle
    for run in ids:
        engine.stop(run)
    engine.wait(ids, PATIENCE)
    return spent / count


def _gap(runs: Sequence[Run]) -> float:
    """Returns the median time from one run's end to the sending of the next to the same worker."""
    ended = {run.id: run.ended for run in runs}
    last: dict[str, str] = {}
    waited = []
    for run, address, at in _sent:
        if (end := ended.get(last.get(address, ""))) and run in ended:
            waited.append(at - end)
        last[address] = run
    return statistics.median(waited)


def _noting(train: Callable[..., Training]) -> Callable[..., Training]:
    def noted(workers: object, attempt: str, run: str, experiment: Experiment, address: str) -> Training:
        _sent.append((run, address, time.time()))
        return train(workers, attempt, run, experiment, address)

    return noted


if __name__ == "__main__":
    if sys.argv[1:2] == ["empty"]:
        empty(tuple(map(int, sys.argv[2:])) or (2, 8, 32))
    else:
        main(tuple(map(int, sys.argv[1:])) or (1, 2, 8))
