"""Compilation of the kernels, once per machine and in parts, which processes share. Does not import TensorFlow."""

from typing import Any

import numpy as np
from filelock import FileLock

from rnn_compare.experiment import Experiment
from rnn_compare.fused import layer
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.code_folder import SHARED, VARIANTS, code_folder, sign_of
from rnn_compare.fused.embedding import embedding_gradient
from rnn_compare.fused.machine_code import SAVING_IS_LOCKED
from rnn_compare.fused.optimizers import RMSprop
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks.parameters import parameters

PARTS = (SHARED, *KERNELS, VARIANTS)
_FIRST = next(iter(KERNELS))


def compile_kernels(*parts: str, wait: bool = True) -> None:
    """Compiles some of ``PARTS``, or loads them if they are compiled; a training of a cell needs ``SHARED`` too.

    Several processes may call this at once: one compiles a part, the others load the result, or, where they are not to
    ``wait``, raise ``filelock.Timeout``.
    """
    code_folder().mkdir(parents=True, exist_ok=True)
    for part in parts:
        sign = sign_of(part)
        if sign.exists():
            _call(part)
            continue
        lock = sign.with_suffix(".lock") if SAVING_IS_LOCKED else code_folder() / "compiling.lock"
        with FileLock(lock, blocking=wait):
            _call(part)
            sign.touch()


def warm_up() -> None:
    """Compiles or loads the kernels of all cells and settings."""
    compile_kernels(*PARTS)


def load_compiled() -> None:
    """Loads the kernels that are already compiled, in advance of a training."""
    compile_kernels(*(part for part in PARTS if sign_of(part).exists()))


def _call(part: str) -> None:
    {SHARED: _call_shared, VARIANTS: _call_variants}.get(part, lambda: KERNELS[part].addresses)()


def _call_shared() -> None:
    options, (ids, table, *weights) = LayerOptions(KERNELS[_FIRST]), _small_layer()
    output, layer_pass = layer.forward_words(options, None, ids[:, :0], table, weights)  # no word, so no cell
    embedding, _ = layer.backward_words(layer_pass, output)
    RMSprop([[np.zeros_like(table)]], 0).step([table], embedding, [], 0.0)


def _call_variants() -> None:
    ids, table, *weights = _small_layer()
    dropout_mask = np.ones((2, 2), np.float32)
    for options in (LayerOptions(KERNELS[_FIRST]), LayerOptions(KERNELS[_FIRST], return_sequences=True)):
        output, word_pass = layer.forward_words(options, None, ids, table, weights, dropout_mask)
        layer.backward_words(word_pass, output)
    vectors, layer_pass = layer.forward_vectors(options, None, table[ids], weights)
    gradient, _ = layer.backward_vectors(layer_pass, vectors)
    embedding_gradient(ids, gradient, len(table))


def _small_layer() -> tuple[Any, ...]:
    # A batch of ids, an embedding and weights; without Keras, which needs a tenth of a second to build a network.
    tensors = parameters(Experiment(cell=_FIRST, units=2, embedding_size=2)).recurrent_layers[0].tensors
    return np.zeros((2, 3), np.int64), np.zeros((5, 2), np.float32), *(np.zeros(t.shape, np.float32) for t in tensors)
