import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.estimate import Speed
from rnn_compare.runs.store import RunStore
from rnn_compare.services import machine_speed
from rnn_compare.services.machine_speed import MachineSpeed
from rnn_compare.training.engine import Engine, EngineState
from rnn_compare.training.local.fork_server import ENVIRONMENT
from rnn_compare.training.worker import worker_process
from tests.kit.waiting import until


class Idle(Engine):
    state = EngineState("ready")

    def __init__(self, store: RunStore) -> None:
        super().__init__(store, "page")
        self.asked, self.steps = 0, [2.7, 0.9]

    def meanwhile(self) -> None:
        """Does what happens while a step is measured."""

    def ask(self, function: Callable[..., Any], *_: Any, **__: Any) -> Any:
        assert function is worker_process.step
        self.meanwhile()
        self.asked += 1
        return self.steps[self.asked - 1]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "2")
    return RunStore(tmp_path / "runs.db")


def test_a_step_of_training_is_measured_as_a_worker_has_it(reviews_cache: Path) -> None:
    code = "from rnn_compare.training.worker import worker_process; print(worker_process.step(0.2))"
    environment = {**os.environ, **ENVIRONMENT, CACHE_VARIABLE: str(reviews_cache)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert 0.05 < float(done.stdout) < 50


def test_the_fastest_of_three_steps_counts_once_nothing_else_keeps_the_machine_busy(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_speed, "PAUSE_SECONDS", 0.0)
    engine = Idle(store)
    speed = MachineSpeed(engine, store)
    assert speed.current == Speed(workers=2)
    speed.measure(after=lambda: engine.steps.append(0.7))
    assert (speed.current, engine.asked) == (Speed(0.7, workers=2), 3)


def test_what_trains_spoils_it_and_a_server_that_closes_gives_it_up(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_speed, "PAUSE_SECONDS", 0.01)
    engine = Idle(store)
    monkeypatch.setattr(engine, "meanwhile", lambda: store.create([Experiment()], engine.owner, "page"))
    speed = MachineSpeed(engine, store)
    speed.measure_once(after=lambda: None)
    until(lambda: engine.asked == 1)
    speed.close()
    assert speed.current == Speed(workers=2)
