"""How the time of a fused epoch grows with units, maxlen and reviews, beside stock Keras' and the arithmetic's own.

    python -m benchmarks.scaling [rounds] [units|maxlen|reviews|others …]

Prints Markdown tables. Stock and fused epochs take turns in one process with one thread. The floor is what the matrix
products of the fused layers would take at the rate that one thread reaches in a large product: no program that does
these products in float32 can be quicker.
"""

import itertools
import sys
import time
from typing import Any

from benchmarks.epochs import Times, in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
import numpy as np

from benchmarks.machine import machine
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.experiment import Experiment
from rnn_compare.fused.models import warm_up
from rnn_compare.reviews.prepared import Split

REVIEWS = 2_500
TABLES: dict[str, tuple[int, ...]] = {
    "units": (8, 16, 32, 64, 128, 256),
    "maxlen": (50, 100, 200, 500, 1000),
    "reviews": (2_500, 5_000, 10_000, 25_000),
}
OTHERS: dict[str, dict[str, Any]] = {
    "two layers": {"layers": 2},
    "bidirectional": {"bidirectional": True},
    "dropout 0.2": {"dropout": 0.2},
    "masked padding": {"mask_padding": True},
}
"""What is read through the layers' vectors, or without the shared padding: other ways through the kernels."""


def main(rounds: int = 3, *tables: str) -> None:
    """Prints a table for each setting, or for those that are named."""
    warm_up()
    rate = multiply_adds_a_second()
    print(f"{machine()}; {rate / 1e9:.0f} billion multiply-adds a second\n")
    if not tables or "others" in tables:
        _print_others(rounds)
    for setting, values in TABLES.items():
        if tables and setting not in tables:
            continue
        print(f"| {setting} | cell | stock, s | fused, s | ratio | floor, s | floor of fused |")
        print("|---|---|---|---|---|---|---|")
        for value, name in itertools.product(values, CELLS):
            chosen: dict[str, Any] = {"cell": name, "reviews": REVIEWS, setting: value}
            experiment = Experiment(**chosen)
            split = reviews_for(experiment)
            stock, fused = _compared(experiment, split, rounds)
            floor = multiply_adds(experiment, split) / rate
            print(
                f"| {value:,} | {name} | {stock.seconds:.2f} | {fused.seconds:.2f} | {fused.ratio:.2f} "
                f"| {floor:.2f} | {floor / fused.seconds:.0%} |",
                flush=True,
            )
        print()


def _print_others(rounds: int) -> None:
    print("| setting | cell | stock, s | fused, s | ratio |\n|---|---|---|---|---|")
    for (other, changes), name in itertools.product(OTHERS.items(), CELLS):
        experiment = Experiment(cell=name, reviews=REVIEWS, **changes)
        stock, fused = _compared(experiment, reviews_for(experiment), rounds)
        print(f"| {other} | {name} | {stock.seconds:.2f} | {fused.seconds:.2f} | {fused.ratio:.2f} |", flush=True)
    print()


def _compared(experiment: Experiment, split: Split, rounds: int) -> tuple[Times, Times]:
    kinds = {"stock": keras_epoch(experiment, split, fused=False), "fused": keras_epoch(experiment, split, fused=True)}
    stock, fused = in_turns(kinds, rounds).values()
    return stock, fused


def multiply_adds(experiment: Experiment, split: Split) -> float:
    """Returns the multiply-adds of an epoch's matrix products, padding left out.

    For each word of a training review: U·state forward and backward, the gradient of U, and the gradient of the word's
    vector, which RMSprop squares place by place; W·input and W's gradient once for each distinct word of a batch.
    Validation: forward only.
    """
    gates, features = cell(experiment.cell).blocks * experiment.units, experiment.embedding_size
    total = 0.0
    for x, recurrent, place, word in ((split.x_train, 3, 1, 2), (split.x_val, 1, 0, 1)):
        for batch in np.array_split(x, max(1, len(x) // experiment.batch_size)):
            places, words = np.count_nonzero(batch), len(np.unique(batch))
            total += gates * (places * (recurrent * experiment.units + place * features) + words * word * features)
    return total


def multiply_adds_a_second(size: int = 1024, times: int = 7) -> float:
    """Returns the rate that one thread reaches in a product of two square float32 matrices; the best of several."""
    a = np.random.default_rng(0).random((size, size), np.float32)
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - begun)
    return size**3 / best


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, *sys.argv[2:])
