"""The network of an experiment made of fused layers, for training: same weights, same names. Imports TensorFlow."""

import time

import keras
import numpy as np
import tensorflow as tf
from filelock import FileLock
from keras import layers

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.fused import code_folder, vector_inputs, word_inputs
from rnn_compare.fused.layers import FUSED_LAYERS, FusedEmbedding
from rnn_compare.fused.optimizers import OPTIMIZERS, rmsprop
from rnn_compare.fused.sequences import KERNELS, LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.networks.parameters import parameters

TURN_SECONDS = 0.2
"""Between two kernels, so that a training that waits for one of them is not last."""


def why_not_covered(experiment: Experiment) -> str:
    """Returns why fused layers cannot train this experiment here, in a word or two; empty if they can."""
    if experiment.cell not in KERNELS:
        return "no kernel for this cell"
    if experiment.recurrent_dropout:
        return "recurrent dropout"  # it draws a mask for the states, which the kernels do not know
    if tf.config.list_physical_devices("GPU"):
        return "GPU"  # there Keras' own layers use cuDNN
    return ""


def fused_network(experiment: Experiment) -> keras.Model:
    """Returns the network of ``keras_models.network`` with fused layers in the place of stock ones.

    Weights, their paths, initial values and dropout's random numbers are those of the stock network, which draws
    them first. The fused one is for training only: save its weights in a stock network.

    Example:
        >>> experiment = Experiment(cell="GRU", units=4, vocabulary_size=100, maxlen=5)
        >>> [type(layer).__name__ for layer in fused_network(experiment).layers]
        ['FusedEmbedding', 'FusedGRU', 'Dense']
    """
    # Keras adds up the gradients that a place gets from both directions before the optimizer squares them, so the
    # places must be told apart there; and dropout makes the vectors of a word differ from place to place.
    by_words = not experiment.bidirectional and experiment.dropout == 0
    instead = {cell(experiment.cell).keras_layer(): FUSED_LAYERS[experiment.cell]}
    if by_words:
        instead[layers.Embedding] = FusedEmbedding

    def fused(layer: keras.Layer) -> keras.Layer:
        if isinstance(layer, layers.Bidirectional):
            inner = fused(layer.forward_layer)
            inner.name = inner.name.removeprefix("forward_")
            return layers.Bidirectional(inner, name=layer.name)
        kind = instead.get(type(layer), type(layer))
        return kind.from_config(layer.get_config())

    stock = keras_models.network(experiment)
    network = keras.models.clone_model(stock, clone_function=fused)
    for variable, original in zip(network.variables, stock.variables, strict=True):
        variable.assign(original)
    return network


def build(experiment: Experiment) -> keras.Model:
    """Builds and compiles the fused network of an experiment, as ``keras_models.build`` does the stock one."""
    return keras_models.build(experiment, fused_network, OPTIMIZERS)


def compile_kernels(*cells: str) -> None:
    """Compiles the kernels of some cells, or loads them if that is done, before a training needs them.

    Several processes may call this at once: one compiles, the others wait for it and load what it compiled.
    """
    code_folder.CODE_FOLDER.mkdir(parents=True, exist_ok=True)
    for cell_name in cells:
        sign = code_folder.sign_of(cell_name)
        if sign.exists():
            _call_every_kernel(cell_name)
            continue
        # One lock for all: Numba's index of the functions that cells share would lose what two write at once.
        with FileLock(code_folder.CODE_FOLDER / "compiling.lock"):
            _call_every_kernel(cell_name)
            sign.touch()
        time.sleep(TURN_SECONDS)


def warm_up() -> None:
    """Compiles or loads the kernels of all cells."""
    compile_kernels(*KERNELS)


def load_compiled() -> None:
    """Loads the kernels that are compiled already."""
    compile_kernels(*(name for name in KERNELS if code_folder.sign_of(name).exists()))


def _call_every_kernel(name: str) -> None:
    # Without Keras, which takes seconds to trace a network; with arrays of the types that it hands over.
    ids, table = np.zeros((2, 3), np.int64), np.zeros((5, 2), np.float32)
    small = parameters(Experiment(cell=name, units=2, embedding_size=2)).recurrent_layers[0]
    weights = [np.zeros(tensor.shape, np.float32) for tensor in small.tensors]
    kernel = KERNELS[name]
    for options in (LayerOptions(kernel), LayerOptions(kernel, every_step=True)):
        output, read = word_inputs.forward(options, None, ids, table, *weights)
        word_inputs.backward(options, read, output)
        seen, seen_read = vector_inputs.forward(options, None, table[ids], *weights)
        vector_inputs.backward(options, seen_read, seen)
    for ids_of in (np.int64, np.int32):  # of FusedEmbedding, and of the stock one
        rmsprop(np.zeros(1, ids_of), table[:1], np.float32(1), table, table.copy(), 0.9, 1e-7)
