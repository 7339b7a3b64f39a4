"""Compilation of the kernels, once per cell and machine. Does not import TensorFlow."""

from functools import partial
from typing import Any

import numpy as np
from filelock import FileLock

from rnn_compare.experiment import Experiment
from rnn_compare.fused import layer
from rnn_compare.fused.code_folder import VARIANTS, code_folder, sign_of
from rnn_compare.fused.embedding import embedding_gradient
from rnn_compare.fused.kernels import KERNELS
from rnn_compare.fused.machine_code import SAVING_IS_LOCKED
from rnn_compare.fused.optimizers import RMSprop
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks.parameters import parameters


def compile_kernels(*names: str, wait: bool = True) -> None:
    """Compiles the kernels of some cells for one layer without dropout, or loads them if they are compiled.

    Several processes may call this at once: one compiles a cell, the others load the result.

    Args:
        names: Cells, or ``VARIANTS``.
        wait: Whether to wait for another process that compiles.

    Raises:
        filelock.Timeout: If another process compiles one, and ``wait`` is False.
    """
    code_folder().mkdir(parents=True, exist_ok=True)
    for name in names:
        call = _call_variants if name == VARIANTS else partial(_call_kernel, name)
        sign = sign_of(name)
        if sign.exists():
            call()
            continue
        lock = sign.with_suffix(".lock") if SAVING_IS_LOCKED else code_folder() / "compiling.lock"
        with FileLock(lock, blocking=wait):
            call()
            sign.touch()


def warm_up() -> None:
    """Compiles or loads the kernels of all cells and settings."""
    compile_kernels(*KERNELS, VARIANTS)


def load_compiled() -> None:
    """Loads the kernels that are already compiled, in advance of a training."""
    compile_kernels(*(name for name in (*KERNELS, VARIANTS) if sign_of(name).exists()))


def _call_kernel(name: str) -> None:
    options, (ids, table, *weights) = LayerOptions(KERNELS[name]), _small_layer(name)
    output, layer_pass = layer.forward_words(options, None, ids, table, weights)
    embedding, _ = layer.backward_words(layer_pass, output)
    RMSprop([[np.zeros_like(table)]], 0).step([table], embedding, [], 0.0)


def _call_variants() -> None:
    name = next(iter(KERNELS))
    ids, table, *weights = _small_layer(name)
    dropout_mask = np.ones((2, 2), np.float32)
    for options in (LayerOptions(KERNELS[name]), LayerOptions(KERNELS[name], return_sequences=True)):
        output, word_pass = layer.forward_words(options, None, ids, table, weights, dropout_mask)
        layer.backward_words(word_pass, output)
    vectors, layer_pass = layer.forward_vectors(options, None, table[ids], weights)
    gradient, _ = layer.backward_vectors(layer_pass, vectors)
    embedding_gradient(ids, gradient, len(table))


def _small_layer(name: str) -> tuple[Any, ...]:
    # A batch of ids, an embedding and weights; without Keras, which needs a tenth of a second to build a network.
    tensors = parameters(Experiment(cell=name, units=2, embedding_size=2)).recurrent_layers[0].tensors
    return np.zeros((2, 3), np.int64), np.zeros((5, 2), np.float32), *(np.zeros(t.shape, np.float32) for t in tensors)
