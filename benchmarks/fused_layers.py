"""How long an epoch takes with fused layers, against stock Keras layers, and how far their weights drift apart.

    python -m benchmarks.fused_layers [reviews] [rounds]

Stock and fused epochs take turns in one process with one thread, as in a worker; the median ratio is told, of the
time on the clock and of the processor's time, which other programs on the machine disturb less. The aim is 0.20 for
SimpleRNN and GRU and 0.25 for LSTM.
"""

# ruff: noqa: E402  # the threads have to be set before NumPy and TensorFlow are imported

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[_threads] = "1"  # read when NumPy and TensorFlow are imported

import platform
import statistics
import sys
import time
from typing import Any

import keras
import numpy as np

from rnn_compare.experiment import CELLS, Experiment
from rnn_compare.networks import keras_models
from rnn_compare.networks.fused.models import fused_network, warm_up
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Split

STEPS = (10, 32)


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    begun = time.perf_counter()
    warm_up()
    print(
        f"{platform.processor() or platform.machine()}, Keras {keras.version()}, {reviews:,} reviews, {rounds} rounds"
    )
    print(f"kernels compiled or loaded in {time.perf_counter() - begun:.1f} s")
    for cell in CELLS:
        experiment = Experiment(cell=cell, reviews=reviews)
        split = prepared.load("bundled").padded(experiment)
        drift = _drift(experiment, split)
        networks = {kind: _network(experiment, kind) for kind in ("stock", "fused")}
        for network in networks.values():
            _epoch(network, Split(*(array[:128] for array in vars(split).values())))  # traces the graphs
        times = [{kind: _epoch(network, split) for kind, network in networks.items()} for _ in range(rounds)]
        wall, cpu = (statistics.median(each["fused"][i] / each["stock"][i] for each in times) for i in (0, 1))
        seconds = {kind: statistics.median(each[kind][0] for each in times) for kind in networks}
        print(
            f"{cell:9} epoch: stock {seconds['stock']:.2f} s, fused {seconds['fused']:.2f} s; ratio {wall:.3f}, "
            f"of processor time {cpu:.3f}; largest difference of a weight "
            + ", ".join(f"{drift[step]:.1e} after {step} steps" for step in STEPS)
        )


def _network(experiment: Experiment, kind: str) -> keras.Model:
    keras.utils.set_random_seed(experiment.seed)
    model = fused_network(experiment) if kind == "fused" else keras_models.network(experiment)
    model.compile(keras_models.OPTIMIZERS[experiment.optimizer](), "binary_crossentropy", metrics=["accuracy"])
    model.jit_compile = False
    return model


def _epoch(model: keras.Model, split: Split) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    validation = {"validation_data": (split.x_val, split.y_val), "validation_batch_size": 128}
    model.fit(split.x_train, split.y_train, batch_size=128, verbose=0, **validation)
    return time.perf_counter() - wall, time.process_time() - cpu


def _drift(experiment: Experiment, split: Split) -> dict[int, float]:
    models = [_network(experiment, kind) for kind in ("stock", "fused")]
    drift = {}
    for step in range(1, max(STEPS) + 1):
        rows: Any = np.arange(step * 128, (step + 1) * 128) % len(split.x_train)
        for model in models:
            model.train_on_batch(split.x_train[rows], split.y_train[rows])
        if step in STEPS:
            pairs = zip(*(model.get_weights() for model in models), strict=True)
            drift[step] = max(float(np.abs(a - b).max()) for a, b in pairs)
    return drift


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
