"""What is asked of every cluster: twelve small runs, and two longer ones that lose half of their workers midway."""

import time
from collections.abc import Callable

from rnn_compare.cells.registry import CELLS
from rnn_compare.runs.events import EpochEnd, Requeued
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


def lose_nothing(engine: Engine, record: ListeningStore, workers: int, lose_half: Callable[[], None]) -> None:
    """Trains one experiment on every worker, and takes away half of the workers meanwhile.

    The runs that were interrupted go on elsewhere: no epoch is lost or trained twice, and their curves are those of the
    runs beside them that nobody disturbed.
    """
    runs = engine.submit([long(epochs=EPOCHS)] * workers)
    until(lambda: all(len(run.epochs) >= 2 for run in record.runs(runs)))
    before = {run.id: curve(run) for run in record.runs(runs)}
    began = time.monotonic()
    lose_half()
    ended = finished(engine, record, runs)
    interrupted = [run for run in ended if any(isinstance(event, Requeued) for event in record.heard_of(run.id))]
    assert len(interrupted) == workers // 2
    for run in ended:
        assert before[run.id].items() <= curve(run).items(), "an epoch that was there is there still"
        # Whoever goes on tells again what is finished; an epoch that was trained again would have taken other seconds.
        epochs = {(event.epoch, event.seconds) for event in record.heard_of(run.id) if isinstance(event, EpochEnd)}
        assert (
            sorted(epoch for epoch, _ in epochs) == [epoch.epoch for epoch in run.epochs] == list(range(1, EPOCHS + 1))
        )
        assert same_curve(run, ended[0])
    print(
        f"half of the workers lost: {len(interrupted)} of {len(runs)} runs went on elsewhere, all finished "
        f"{time.monotonic() - began:.0f} s later"
    )
