"""How fast this machine is, measured by its own workers."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.estimate import Speed, stored_speed
from rnn_compare.runs.store import RunStore
from rnn_compare.server.machine_speed import MachineSpeed, measure
from rnn_compare.training.engine import Engine, EngineState
from rnn_compare.training.local.fork_server import ENVIRONMENT
from rnn_compare.training.worker import worker_process


class Idle(Engine):
    """An engine whose two workers answer in this process."""

    state = EngineState("ready")

    def __init__(self, store: RunStore) -> None:
        super().__init__(store, "page")
        self.asked = 0

    def workers(self) -> Any:
        return [None, None]

    def ask(self, function: Callable[..., Any], *_: Any, **__: Any) -> Any:
        assert function is worker_process.step
        self.asked += 1
        company = 2.0 if self.asked in (1, 5, 6) else 0.0  # another program runs for a moment
        return company + (0.7 if self.asked % 3 == 1 else 0.9)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "2")
    return RunStore(tmp_path / "runs.db")


def test_a_step_of_training_is_measured_as_a_worker_has_it(reviews_cache: Path) -> None:
    code = "from rnn_compare.training.worker import worker_process; print(worker_process.step(0.2, 1))"
    environment = {**os.environ, **ENVIRONMENT, CACHE_VARIABLE: str(reviews_cache)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert 0.05 < float(done.stdout) < 50


def test_it_is_measured_with_one_at_work_and_with_all(store: RunStore) -> None:
    engine = Idle(store)
    assert measure(engine, store, 2) == Speed(2.7, 2.7, 2)
    assert measure(engine, store, 2) == Speed(0.7, 2.9, 2)
    assert engine.asked == 2 * (1 + 2)


def test_nothing_is_measured_while_something_trains_or_workers_are_missing(store: RunStore) -> None:
    engine = Idle(store)
    assert measure(engine, store, 3) is None
    store.create([Experiment()], engine.owner, "page")
    assert measure(engine, store, 2) is None
    assert engine.asked == 0


def test_a_run_that_is_started_meanwhile_spoils_it(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Idle(store)

    def ask(*_: object, timeout: float) -> float:
        if not store.unfinished(engine.owner):
            store.create([Experiment()], engine.owner, "page")
        return timeout

    monkeypatch.setattr(engine, "ask", ask)
    assert measure(engine, store, 2) is None


def test_the_server_measures_at_its_first_start_and_another_program_hardly_counts(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.server.machine_speed.PAUSE_SECONDS", 0.0)
    engine = Idle(store)
    own = MachineSpeed(engine, store)
    assert own.current == Speed(workers=2)
    own.measure_once()
    own.wait(10.0)
    assert own.current == stored_speed(2) == Speed(0.7, 0.9, 2)
    again = MachineSpeed(engine, store)
    again.measure_once()
    again.wait(10.0)
    assert again.current == own.current
    assert engine.asked == 9


def test_it_waits_for_what_else_keeps_the_machine_busy(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnn_compare.server.machine_speed.PAUSE_SECONDS", 0.0)
    engine, compiled = Idle(store), Event()
    own = MachineSpeed(engine, store)
    own.measure_once(after=compiled.wait)
    own.wait(0.1)
    assert engine.asked == 0
    compiled.set()
    own.wait(10.0)
    assert engine.asked == 9


def test_a_server_that_closes_gives_it_up(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Idle(store)
    monkeypatch.setattr(engine, "workers", list)
    own = MachineSpeed(engine, store)
    own.measure_once()
    own.close()
    own.wait(10.0)
    assert stored_speed(2) is None
