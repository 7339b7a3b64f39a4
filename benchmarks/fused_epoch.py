"""Time of an epoch with fused layers, against stock Keras layers, and the drift of their weights.

    python -m benchmarks.fused_epoch [reviews] [rounds]

Stock and fused epochs take turns in one process with one thread of TensorFlow and all cores for the kernels, as in a
worker that trains alone; printed are median ratios of the time on the clock and of the processor's time, which other
programs on the machine disturb less. At most 0.12 for SimpleRNN and LSTM and 0.09 for GRU. Beside the drift stands
that of stock Keras from itself, with the rows of every batch in another order: the effect of rounding alone.
The floor is the processor time of the arithmetic alone, on rows that stay in the cache: for each word one step forward,
and for each word that is trained also the three products of the way back and the gates once more.
"""

import os
import sys
import time

from benchmarks.epochs import in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
from collections.abc import Callable

import keras
import numba
import numpy as np

from benchmarks.machine import machine
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.experiment import Experiment
from rnn_compare.fused import layer, threads
from rnn_compare.fused.arithmetic import OPTIONS, Array, multiply
from rnn_compare.fused.cell_kernel import KERNELS, CellArrays, call
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.networks.parameters import parameters
from rnn_compare.reviews.prepared import Split, order
from rnn_compare.training.worker.compilation import warm_up

STEPS = (10, 32, 156)
ROWS, TIMES = 56, 2000
"""Mean number of reviews in a step of the book's batches, and repetitions that are timed."""


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    start = time.perf_counter()
    warm_up()
    threads.allow(os.cpu_count() or 1)
    print(f"{machine()}; {reviews:,} reviews of 500 words, {rounds} rounds, {threads.allowed()} threads")
    print(f"kernels compiled or loaded in {time.perf_counter() - start:.1f} s")
    for name in CELLS:
        experiment = Experiment(cell=name, reviews=reviews)
        split = reviews_for(experiment)
        kinds = {"stock": keras_epoch(experiment, split, fused=False)}
        kinds["fused"] = keras_epoch(experiment, split, fused=True)
        stock, fused = in_turns(kinds, rounds).values()
        print(
            f"{name:9} epoch: stock {stock.seconds:.2f} s, fused {fused.seconds:.2f} s; ratio {fused.ratio:.3f}, "
            f"of processor time {fused.processor_ratio:.3f}",
            flush=True,
        )
        floor = _floor(experiment, split)
        print(
            f"{'':9} floor: {floor:.2f} s of the processor, fused {fused.processor_seconds / floor:.1f} times as much"
        )
        print(f"{'':9} largest difference of a weight: {_drift(experiment, split)}", flush=True)


def _floor(experiment: Experiment, split: Split) -> float:
    """Returns the processor's seconds for an epoch's products and gates alone."""
    random = np.random.default_rng(1)
    tensors = parameters(experiment).recurrent_layers[0].tensors
    weights = [random.normal(0, 0.1, tensor.shape).astype(np.float32) for tensor in tensors]
    ids, table = np.arange(4 * ROWS).reshape(ROWS, 4), random.normal(size=(4 * ROWS, len(weights[0])))
    options = LayerOptions(KERNELS[experiment.cell])
    _, layer_pass = layer.forward_words(options, None, ids, table.astype(np.float32), weights)
    arrays, units = layer_pass.recurrence.arrays, weights[0].shape[1] // options.cell.cell.blocks
    products, recalled = (
        np.empty((ROWS, options.cell.cell.blocks, units), np.float32),
        np.empty((ROWS, units), np.float32),
    )
    step = _seconds_a_word(lambda times: _step(arrays, products, recalled, times))
    rows = random.normal(size=(ROWS, len(weights[0]))).astype(np.float32)
    product = _seconds_a_word(lambda times: _multiply(rows, weights[0], rows @ weights[0], times))
    recurrent = cell(experiment.cell).recurrent == "matrix"
    back = product * (1 + 2 * recurrent) + step - product * recurrent
    trained, validated = (np.count_nonzero(ids) for ids in (split.x_train, split.x_val))
    return (trained + validated) * step + trained * back


def _seconds_a_word(work: Callable[[int], None]) -> float:
    work(1)
    start = time.process_time()
    work(TIMES)
    return (time.process_time() - start) / (TIMES * ROWS)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
def _step(arrays: CellArrays, products: Array, recalled: Array, times: int) -> None:
    for _ in range(times):
        call(arrays.step, arrays, (products, recalled, 0, ROWS))


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
def _multiply(rows: Array, kernel: Array, out: Array, times: int) -> None:
    for _ in range(times):
        multiply(rows, kernel, out)


def _drift(experiment: Experiment, split: Split) -> str:
    rows = order(experiment, 0)
    kinds = (keras.Sequential, keras.Sequential, FusedNetwork)
    stock, reordered, fused = (keras_models.build(experiment, kind) for kind in kinds)
    drifts = []
    for step in range(1, min(STEPS[-1], len(rows) // experiment.batch_size) + 1):
        batch = rows[(step - 1) * experiment.batch_size : step * experiment.batch_size]
        for model, places in ((stock, batch), (reordered, batch[::-1]), (fused, batch)):
            model.train_on_batch(split.x_train[places], split.y_train[places])
        if step in STEPS:
            drifts.append(
                f"{_distance(fused, stock):.1e} after {step} steps (reordered {_distance(reordered, stock):.1e})"
            )
    return ", ".join(drifts)


def _distance(first: keras.Model, second: keras.Model) -> float:
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
