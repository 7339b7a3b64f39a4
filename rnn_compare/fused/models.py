"""The network of an experiment, to be trained by compiled kernels. Imports TensorFlow."""

import keras
import tensorflow as tf

from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork, unsupported_options
from rnn_compare.networks import keras_models
from rnn_compare.settings import SETTINGS, needing_stock_layers


def why_not_covered(experiment: Experiment) -> str:
    """Returns why fused layers cannot train this experiment here, in a word or two; empty if they can."""
    if experiment.without_recurrence:
        return "no recurrence"
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
