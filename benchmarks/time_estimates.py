"""How well the page tells how long a comparison will take on this machine: before any run, and once it has learnt.

    python -m benchmarks.time_estimates [--rounds 3]

Three presets, the longer ones shortened, on workers that are ready: predicted from the speed that is measured at a
first start, with an empty record; trained, in turns, with another seed each round; and predicted once more from the
runs that the first round left. Aim: within 25 % of the median. What else the machine does meanwhile is part of what is
measured.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from types import MappingProxyType

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.presets import BOOK, GATES, SHORT
from rnn_compare.reviews import prepared
from rnn_compare.runs.estimate import History
from rnn_compare.runs.speed import Speed
from rnn_compare.runs.store import RunStore
from rnn_compare.training import calibrating
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count

SETTINGS = {"Short": (SHORT, {}), "How many gates?": (GATES, {"epochs": 3}), "The book's": (BOOK, {"epochs": 3})}
"""Presets and what is changed of them."""
PATIENCE = 600.0


def main(changes: Mapping[str, int] = MappingProxyType({})) -> None:
    """Prints predicted and actual times.

    Args:
        changes: What is changed of every preset besides.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    compiled = os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder() / "compiled")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {CACHE_VARIABLE: folder, "NUMBA_CACHE_DIR": compiled}
        prepared.prepare(Experiment().dataset)
        store = RunStore(cache_folder() / "runs.db")
        engine = Engine(store, "page")
        engine.start()
        try:
            _print(engine, store, changes, rounds)
        finally:
            engine.close()
            store.close()


def _print(engine: Engine, store: RunStore, changes: Mapping[str, int], rounds: int) -> None:
    workers, speed = worker_count(), _speed(engine, store)
    settings = {
        name: [each.model_copy(update={**own, **changes}) for each in preset.experiments()]
        for name, (preset, own) in SETTINGS.items()
    }
    first = {name: History([], speed).seconds(each, workers) for name, each in settings.items()}
    learnt: dict[str, float] = {}
    took: dict[str, list[float]] = {name: [] for name in settings}
    for seed in range(1, rounds + 1):
        for name, experiments in settings.items():
            began = time.monotonic()
            engine.wait(engine.submit([each.model_copy(update={"seed": seed}) for each in experiments]), PATIENCE)
            took[name].append(time.monotonic() - began)
        if not learnt:
            history = History(store.runs(), speed)
            learnt = {name: history.seconds(each, workers) for name, each in settings.items()}
    for name, seconds in took.items():
        actual = statistics.median(seconds)
        print(
            f"{name}: {actual:.1f} s ({min(seconds):.1f} to {max(seconds):.1f}); predicted before any run "
            f"{first[name]:.1f} s ({first[name] / actual:.2f}), after one {learnt[name]:.1f} s "
            f"({learnt[name] / actual:.2f})"
        )


def _speed(engine: Engine, store: RunStore) -> Speed:
    workers, until = worker_count(), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.5)
        began = time.monotonic()
        if engine.state.phase == "ready" and (speed := calibrating.measured(engine, store, workers)):
            took = time.monotonic() - began
            print(
                f"Measured in {took:.1f} s: a step takes {speed.alone:.2f} times as long as where the paces were "
                f"measured, {speed.together:.2f} times with {workers} at once"
            )
            return speed
    raise SystemExit(f"The workers are not idle: {engine.state}")


if __name__ == "__main__":
    main()
