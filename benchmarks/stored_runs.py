"""Time of a page with many stored runs, against an empty record.

    python -m benchmarks.stored_runs [--runs 200] [--rounds 5]

A visitor speaks Streamlit's protocol: from asking for the page to the last message of its script, in turns with a
server whose record is empty. Aim: Compare and Runs in 0.2 s with 200 runs of ten epochs, whose verdicts on 5,000
reviews are kept. The comparison that is shown has eight groups of five seeds.
"""

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks.browser import PROJECT, cache, server
from benchmarks.visitor import Visitor
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, EpochEnd, Event, Predictions, Started, Status, accuracy, encoded
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore

PAGES = {"Compare": "", "Runs": "runs"}
EPOCHS, SEEDS = 10, 5
GROUPS = [(cell, units) for units in (16, 32) for cell in ("SimpleRNN", "LSTM", "GRU", "MGU")]


def main() -> None:
    """Prints the median of each page with and without stored runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with cache() as full, cache() as empty:
        fill(full, options.runs)
        with server(PROJECT / "app.py", full) as url, server(PROJECT / "app.py", empty) as other:
            for name, page in PAGES.items():
                times: dict[str, list[float]] = {url: [], other: []}
                for address in (url, other):
                    asyncio.run(open_page(address, page))  # the first one imports what the page needs
                for _ in range(options.rounds):
                    for address, seconds in times.items():
                        seconds.append(asyncio.run(open_page(address, page)))
                ours, none = (statistics.median(seconds) for seconds in times.values())
                print(f"{name}: {ours:.3f} s with {options.runs} runs, {none:.3f} s without (aim 0.2 s)", flush=True)


async def open_page(url: str, page: str) -> float:
    """Returns the seconds until a page's script has ended, for a visitor who is new."""
    visitor = Visitor(url, page=page)
    async with visitor.open() as connection:
        start = time.perf_counter()
        await visitor.rerun(connection)
        return time.perf_counter() - start


def fill(folder: Path, count: int) -> None:
    """Records finished runs in a cache folder, the newest of one comparison; their verdicts are drawn."""
    os.environ[CACHE_VARIABLE] = str(folder)
    chance = np.random.default_rng(1)
    store = RunStore(folder / "runs.db")
    size = len(GROUPS) * SEEDS
    for first in range(0, count, size):
        experiments = [
            Experiment(cell=cell, units=units, seed=seed + first, epochs=EPOCHS)
            for cell, units in GROUPS
            for seed in range(1, SEEDS + 1)
        ][: count - first]
        labels = prepared.load("bundled").labels(experiments[0], "validation")
        assert labels is not None
        for run in store.create(experiments, Owner.current(), "page"):
            events: list[Event] = [Started(run, 2_113, "", {}, time.time())]
            for epoch in range(1, EPOCHS + 1):
                right = chance.random(len(labels)) < 0.8 + 0.005 * epoch
                probabilities = np.where(right == (labels == 1), 0.9, 0.1)
                share = accuracy(probabilities, labels)
                figures = {"accuracy": 0.9, "loss": 0.3, "val_accuracy": share, "val_loss": 0.35, "val_auc": 0.9}
                events.append(Predictions(run, epoch, "validation", share, len(labels), encoded(probabilities)))
                events.append(EpochEnd(run, epoch, figures, 2.0))
            store.record([*events, Ended(run, Status.FINISHED, None, time.time())])
    store.close()


if __name__ == "__main__":
    main()
