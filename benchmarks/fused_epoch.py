"""How long an epoch takes with fused layers, against stock Keras layers, and how far their weights drift apart.

    python -m benchmarks.fused_epoch [reviews] [rounds]

Stock and fused epochs take turns in one process with one thread of TensorFlow and all cores for the kernels, as in a
worker that trains alone; the median ratio is told, of the time on the clock and of the processor's time, which other
programs on the machine disturb less. At most 0.12 for SimpleRNN and LSTM and 0.09 for GRU. Beside the drift
stands that of stock Keras from itself, with the rows of every batch in another order: what rounding alone does.
"""

import os
import sys
import time

from benchmarks.epochs import in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
import keras
import numpy as np

from benchmarks.machine import machine
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.fused import models, threads
from rnn_compare.networks import keras_models
from rnn_compare.reviews import batches
from rnn_compare.reviews.prepared import Split
from rnn_compare.training.worker.compilation import warm_up

STEPS = (10, 32, 156)


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    begun = time.perf_counter()
    warm_up()
    threads.allow(os.cpu_count() or 1)
    print(f"{machine()}; {reviews:,} reviews of 500 words, {rounds} rounds, {threads.allowed()} threads")
    print(f"kernels compiled or loaded in {time.perf_counter() - begun:.1f} s")
    for cell in CELLS:
        experiment = Experiment(cell=cell, reviews=reviews)
        split = reviews_for(experiment)
        kinds = {"stock": keras_epoch(experiment, split, fused=False)}
        kinds["fused"] = keras_epoch(experiment, split, fused=True)
        stock, fused = in_turns(kinds, rounds).values()
        print(
            f"{cell:9} epoch: stock {stock.seconds:.2f} s, fused {fused.seconds:.2f} s; ratio {fused.ratio:.3f}, "
            f"of processor time {fused.processor_ratio:.3f}",
            flush=True,
        )
        print(f"{'':9} largest difference of a weight: {_drift(experiment, split)}", flush=True)


def _drift(experiment: Experiment, split: Split) -> str:
    rows = batches.order(experiment, 0)
    stock, reordered, fused = keras_models.build(experiment), keras_models.build(experiment), models.build(experiment)
    said = []
    for step in range(1, min(STEPS[-1], len(rows) // experiment.batch_size) + 1):
        batch = rows[(step - 1) * experiment.batch_size : step * experiment.batch_size]
        for model, order in ((stock, batch), (reordered, batch[::-1]), (fused, batch)):
            model.train_on_batch(split.x_train[order], split.y_train[order])
        if step in STEPS:
            said.append(
                f"{_distance(fused, stock):.1e} after {step} steps (reordered {_distance(reordered, stock):.1e})"
            )
    return ", ".join(said)


def _distance(first: keras.Model, second: keras.Model) -> float:
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
