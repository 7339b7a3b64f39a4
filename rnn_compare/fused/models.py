"""The network of an experiment, to be trained by compiled kernels; and when these are compiled. Imports TensorFlow."""

import time

import keras
import numpy as np
import tensorflow as tf
from filelock import FileLock

from rnn_compare.experiment import Experiment
from rnn_compare.fused import vector_inputs, word_inputs
from rnn_compare.fused.code_folder import code_folder, sign_of
from rnn_compare.fused.network import FusedNetwork, unsupported_options
from rnn_compare.fused.optimizers import RMSprop
from rnn_compare.fused.sequences import KERNELS, LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.networks.parameters import parameters
from rnn_compare.settings import SETTINGS, needing_stock_layers

TURN_SECONDS = 0.2
"""Between two kernels, so that a training that waits for one of them is not last."""


def why_not_covered(experiment: Experiment) -> str:
    """Returns why fused layers cannot train this experiment here, in a word or two; empty if they can."""
    if experiment.without_recurrence:
        return "no recurrence"
    if experiment.cell not in KERNELS:
        return "no kernel for this cell"
    if names := needing_stock_layers(experiment):
        return SETTINGS[names[0]].label.lower()
    if tf.config.list_physical_devices("GPU"):
        return "GPU"  # there Keras' own layers use cuDNN
    return " and ".join(unsupported_options(keras_models.optimizer(experiment)))


def build(experiment: Experiment) -> keras.Model:
    """Builds and compiles the network of an experiment, as ``keras_models.build`` does, to be trained by kernels.

    Example:
        >>> build(Experiment(cell="GRU", units=4, vocabulary_size=100, maxlen=5)).count_params()
        3661
    """
    return keras_models.build(experiment, FusedNetwork)


def compile_kernels(*cells: str) -> None:
    """Compiles the kernels of some cells, or loads them if that is done, before a training needs them.

    Several processes may call this at once: one compiles, the others wait for it and load what it compiled.
    """
    code_folder().mkdir(parents=True, exist_ok=True)
    for cell_name in cells:
        sign = sign_of(cell_name)
        if sign.exists():
            _call_every_kernel(cell_name)
            continue
        # One lock for all: Numba's index of the functions that cells share would lose what two write at once.
        with FileLock(code_folder() / "compiling.lock"):
            _call_every_kernel(cell_name)
            sign.touch()
        time.sleep(TURN_SECONDS)


def warm_up() -> None:
    """Compiles or loads the kernels of all cells."""
    compile_kernels(*KERNELS)


def load_compiled() -> None:
    """Loads the kernels that are compiled already."""
    compile_kernels(*(name for name in KERNELS if sign_of(name).exists()))


def _call_every_kernel(name: str) -> None:
    # Without Keras, which takes a tenth of a second to build a network.
    small = parameters(Experiment(cell=name, units=2, embedding_size=2)).recurrent_layers[0]
    weights = [np.zeros(tensor.shape, np.float32) for tensor in small.tensors]
    ids, kernel = np.zeros((2, 3), np.int64), KERNELS[name]
    table = np.zeros((5, 2), np.float32)
    for options in (LayerOptions(kernel), LayerOptions(kernel, every_step=True)):
        for dropout_mask in (None, np.ones((2, 2), np.float32)):
            output, word_pass = word_inputs.forward(options, None, ids, table, *weights, dropout_mask=dropout_mask)
            word_inputs.backward(options, word_pass, output)
        vectors, vector_pass = vector_inputs.forward(options, None, table[ids], *weights)
        of_places, *_ = vector_inputs.backward(options, vector_pass, vectors)
    embedding = word_inputs.gradients_of_places(ids, of_places, len(table))
    RMSprop([[np.zeros_like(table)]], 0).step([table], embedding, [], 0.0)
