"""Keeps TensorFlow quiet while the networks are tested, and draws weights for tests that do without Keras."""

import os

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.fused.arithmetic import Array
from rnn_compare.networks.parameters import parameters

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def layer_weights(cell: str, features: int, units: int, scale: float = 0.5) -> list[Array]:
    """Returns kernel, recurrent kernel and bias of a layer, drawn, as Keras lays them out."""
    random = np.random.default_rng(1)
    layer = parameters(Experiment(cell=cell, units=units, embedding_size=features)).recurrent_layers[0]
    return [random.normal(0, scale, tensor.shape).astype(np.float32) for tensor in layer.tensors]
