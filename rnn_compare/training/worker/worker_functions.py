"""Worker functions that need Keras or compiled kernels: the server names them and calls none of them."""

import time
from pathlib import Path

import numpy as np
from dask.system import CPU_COUNT

from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import Which
from rnn_compare.presets import BOOK
from rnn_compare.training.worker.cores import THREADS_VARIABLE, number_from

REFERENCE_SECONDS = 0.0092
"""Seconds of a step on the machine that the cells' paces were measured on (docs/performance.md)."""
REVIEWS, WORDS, VOCABULARY = 128, 100, 1_000


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    from rnn_compare.training.worker import model_files

    return model_files.summary(experiment)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's ``.keras`` file from its weights and returns where it lies.

    Raises:
        UserError: If there are no weights or they are unsound.
    """
    from rnn_compare.training.worker import model_files

    return model_files.write_model(run, experiment, which)


def step(seconds: float, at_once: int = 1) -> float:
    """Returns the time of a batch, forward and back through the book's layers, in multiples of ``REFERENCE_SECONDS``.

    It is the lower quartile of the repetitions, so that other work of the machine, such as opening the first page,
    hardly counts.

    Args:
        seconds: Least duration of the measurement.
        at_once: Workers that measure at once: they share the cores, as trainings would. (The threads stay so; the
            engine sets them anew for each training.)
    """
    from rnn_compare.fused import threads, word_inputs
    from rnn_compare.fused.kernels.registry import KERNELS
    from rnn_compare.fused.sequences import LayerOptions

    threads.allow(min(number_from(THREADS_VARIABLE) or CPU_COUNT, CPU_COUNT // at_once))
    random = np.random.default_rng(0)
    ids = random.integers(1, VOCABULARY, (REVIEWS, WORDS))
    table = random.normal(size=(VOCABULARY, Experiment().embedding_size)).astype(np.float32)
    layers = []
    for name in BOOK.cells:
        tensors = parameters(Experiment(cell=name)).recurrent_layers[0].tensors
        weights = [random.normal(scale=0.1, size=tensor.shape).astype(np.float32) for tensor in tensors]
        layers.append((LayerOptions(KERNELS[name]), weights))

    def once() -> float:
        began = time.perf_counter()
        for options, weights in layers:
            output, forward_pass = word_inputs.forward(options, None, ids, table, *weights)
            word_inputs.backward(options, forward_pass, output)
        return time.perf_counter() - began

    once()  # the first call in a process loads the compiled kernels
    durations = [once()]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        durations.append(once())
    return float(np.quantile(durations, 0.25)) / REFERENCE_SECONDS
