import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.fused.arithmetic import Array
from rnn_compare.networks.parameters import parameters


def layer_weights(cell: str, features: int, units: int, scale: float = 0.5) -> list[Array]:
    random = np.random.default_rng(1)
    layer = parameters(Experiment(cell=cell, units=units, embedding_size=features)).recurrent_layers[0]
    return [random.normal(0, scale, tensor.shape).astype(np.float32) for tensor in layer.tensors]
