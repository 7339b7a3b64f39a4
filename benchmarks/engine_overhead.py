"""What the engine itself adds to trainings: to each run, to each epoch, and to each second of a worker at work.

    python -m benchmarks.engine_overhead [workers ...]

Real tiny trainings with 1, 2 and 8 workers. The server's own processor time counts (engine, Dask's scheduler and the
record are one process), less what it takes when nothing trains. Two shapes of runs, short and long ones, tell what a
run costs from what an epoch costs. What a worker waits is the time from a run's end there to the sending of the next.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import WORKERS_VARIABLE, LocalWorkers
from rnn_compare.training.workers import Training

SHORT, LONG = 1, 21
RUNS = 5
"""Of each shape on each worker."""
BUSY_SECONDS, IDLE_SECONDS = 15.0, 5.0
PATIENCE = 900.0

_sent: list[tuple[str, str, float]] = []
"""Each run with the worker that it was sent to, and when."""


def tiny(epochs: int, reviews: int = 80) -> Experiment:
    """Returns a training whose epochs take some 50 ms."""
    return Experiment(
        units=4, embedding_size=4, vocabulary_size=500, maxlen=20, batch_size=16, epochs=epochs, reviews=reviews
    )


def main(counts: Sequence[int] = (1, 2, 8)) -> None:
    """Prints a line for each number of workers."""
    setattr(LocalWorkers, "train", _noting(LocalWorkers.train))  # noqa: B010  # mypy has methods stay what they are
    reviews = prepared.prepare("bundled").parent
    compiled = os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder() / "compiled")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "reviews").symlink_to(reviews)
        os.environ |= {CACHE_VARIABLE: folder, "NUMBA_CACHE_DIR": compiled}
        print(f"{'workers':>8}{'ms a run':>10}{'ms an epoch':>13}{'ms a worker-second':>20}{'ms a worker waits':>19}")
        for count in counts:
            os.environ[WORKERS_VARIABLE] = str(count)
            run, epoch, second, gap = _measured(count, Path(folder) / f"{count}.db")
            print(f"{count:>8}{1000 * run:>10.1f}{1000 * epoch:>13.1f}{1000 * second:>20.1f}{1000 * gap:>19.0f}")


def _measured(count: int, record: Path) -> tuple[float, float, float, float]:
    store = RunStore(record)
    engine = Engine(store, "command line")
    engine.start()
    try:
        while len(engine.workers()) < count:
            time.sleep(0.1)
        _spent(engine, store, [tiny(1)] * count)
        began = time.process_time()
        time.sleep(IDLE_SECONDS)
        idle = (time.process_time() - began) / IDLE_SECONDS
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


Train = Callable[[LocalWorkers, str, str, Experiment, str], Training]


def _noting(train: Train) -> Train:
    def noted(self: LocalWorkers, attempt: str, run: str, experiment: Experiment, address: str) -> Training:
        _sent.append((run, address, time.time()))
        return train(self, attempt, run, experiment, address)

    return noted


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or (1, 2, 8))
