"""What tests ask of runs that are trained by the workers of a cluster."""

from typing import Any

from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run
from rnn_compare.training.engine import Engine
from tests.patience import until, until_ended
from tests.training.conftest import ListeningStore, tiny


def until_ready(engine: Engine, workers: int) -> None:
    """Waits for workers; they import TensorFlow and compile kernels."""
    try:
        until(lambda: sum(worker.ready for worker in engine.workers()) >= workers)
    except AssertionError as error:
        raise AssertionError(f"{engine.state.reason} {engine.workers()}") from error


def long(**changes: Any) -> Any:
    """A training of some seconds, time enough to break something."""
    return tiny(**({"cell": "LSTM", "dropout": 0.2, "reviews": 1500, "epochs": 8} | changes))


def finished(engine: Engine, record: ListeningStore, runs: list[str]) -> list[Run]:
    until_ended(engine, runs)
    ended = record.runs(runs)
    assert [(run.status, run.reason) for run in ended] == [(Status.FINISHED, None)] * len(runs)
    assert [len(run.epochs) for run in ended] == [run.experiment.epochs for run in ended]
    return ended


def epochs_told(record: ListeningStore, run: str) -> list[int]:
    return [event.epoch for event in record.heard_of(run) if isinstance(event, EpochEnd)]
