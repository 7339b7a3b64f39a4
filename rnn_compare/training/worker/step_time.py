"""Time of a training step on this machine: measured in a second, without Keras. For workers only."""

import time

import numpy as np
from dask.system import CPU_COUNT
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads, word_inputs
from rnn_compare.fused.sequences import KERNELS, LayerOptions
from rnn_compare.networks.parameters import parameters
from rnn_compare.presets import BOOK
from rnn_compare.training.worker.cores import THREADS_VARIABLE, number_from

THERE = 0.0092
"""Seconds that the step takes on the machine that the cells' paces were measured on (docs/performance.md)."""
REVIEWS, WORDS, VOCABULARY = 128, 100, 1_000


def step(seconds: float, at_once: int = 1) -> float:
    """Returns what a batch takes on its way forward and back through the book's layers, in multiples of ``THERE``.

    The lower quartile of as many as fit: what else the machine does meanwhile, such as opening the first page, hardly
    counts.

    Args:
        seconds: How long it is measured, at least.
        at_once: How many workers measure at once: they share the cores, as trainings would. (The threads stay so; the
            engine tells each training anew.)
    """
    threads.allow(min(number_from(THREADS_VARIABLE) or CPU_COUNT, CPU_COUNT // at_once))
    chance = np.random.default_rng(0)
    ids = chance.integers(1, VOCABULARY, (REVIEWS, WORDS))
    table = chance.normal(size=(VOCABULARY, Experiment().embedding_size)).astype(np.float32)
    layers = [(LayerOptions(KERNELS[name]), _weights(name, chance)) for name in BOOK.cells]

    def once() -> float:
        began = time.perf_counter()
        for options, weights in layers:
            output, read = word_inputs.forward(options, None, ids, table, *weights)
            word_inputs.backward(options, read, output)
        return time.perf_counter() - began

    once()  # a process' first loads the compiled kernels
    took = [once()]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        took.append(once())
    return float(np.quantile(took, 0.25)) / THERE


def _weights(name: str, chance: np.random.Generator) -> list[NDArray[np.float32]]:
    tensors = parameters(Experiment(cell=name)).recurrent_layers[0].tensors
    return [chance.normal(scale=0.1, size=tensor.shape).astype(np.float32) for tensor in tensors]
