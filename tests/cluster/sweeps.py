"""What is asked of every cluster: twelve small runs, and two longer ones that lose half of their workers midway."""

import time
from collections.abc import Callable

from rnn_compare.cells.registry import CELLS
from rnn_compare.runs.events import EpochEnd, Requeued
from rnn_compare.runs.record import Run
from rnn_compare.training.engine import Engine
from tests.faults.conftest import curve, same_curve
from tests.kit.trainings import ListeningStore, epochs_told, finished, long, tiny, until_ready
from tests.kit.waiting import until

SEEDS, EPOCHS = 3, 12


def sweep(engine: Engine, record: ListeningStore, workers: int) -> None:
    """Trains three seeds of four cells; each epoch of each run is told once, with its weights."""
    began = time.monotonic()
    until_ready(engine, workers)
    ready = time.monotonic()
    experiments = [tiny(cell=cell, seed=seed) for cell in list(CELLS)[:4] for seed in range(SEEDS)]
    runs = finished(engine, record, engine.submit(experiments))
    ended = time.monotonic()
    assert [epochs_told(record, run.id) for run in runs] == [[1, 2]] * len(experiments)
    assert all(record.weights_were_there)
    print(f"\n{workers} workers ready in {ready - began:.0f} s; {len(runs)} runs in {ended - ready:.1f} s")


def lose_nothing(
    engine: Engine,
    record: ListeningStore,
    lose: Callable[[list[str]], object],
    *,
    at_work: int = 2,
    interrupted: int = 1,
    epochs: int = EPOCHS,
) -> list[Run]:
    """Trains one experiment twice and takes workers away meanwhile; returns the runs, the first to start first.

    Those that were interrupted go on elsewhere: no epoch is lost or trained twice, and their curves are equal.

    Args:
        lose: Takes the workers away, and is told the runs.
        at_work: How many of the two runs train by then.
        interrupted: How many of them lose their worker.
    """
    runs = engine.submit([long(epochs=epochs)] * 2)
    until(lambda: all(len(run.epochs) >= 2 for run in record.runs(runs[:at_work])))
    before = {run.id: curve(run) for run in record.runs(runs)}
    began = time.monotonic()
    lose(runs)
    ended = finished(engine, record, runs)
    requeued = [run for run in ended if any(isinstance(event, Requeued) for event in record.heard_of(run.id))]
    assert len(requeued) == interrupted
    for run in ended:
        assert before[run.id].items() <= curve(run).items(), "an epoch that was there is there still"
        # Whoever goes on tells again what is finished; an epoch that was trained again would have taken other seconds.
        heard = {(event.epoch, event.seconds) for event in record.heard_of(run.id) if isinstance(event, EpochEnd)}
        assert sorted(epoch for epoch, _ in heard) == [epoch.epoch for epoch in run.epochs] == [*range(1, epochs + 1)]
        assert same_curve(run, ended[0])
    assert all(record.weights_were_there)
    print(f"workers lost: {interrupted} runs went on elsewhere, finished {time.monotonic() - began:.0f} s later")
    return ended
