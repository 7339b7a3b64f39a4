"""Keras models of experiments: building, weights, summaries. For workers only: imports TensorFlow."""

import contextlib
import functools
import logging
import random
import sys
import threading
import unittest.mock
from typing import Any

import keras
import numpy as np
from keras import layers

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment, Optimizer
from rnn_compare.feedforward.feedforward import KerasLayer
from rnn_compare.networks import keras_script
from rnn_compare.networks.keras_layers import keras_layers, own_imports, own_source
from rnn_compare.networks.weights import Weights
from rnn_compare.settings import optimizer_options

SUMMARY_WIDTH = 80
OPTIMIZERS: dict[Optimizer, type[Any]] = {
    name: getattr(keras.optimizers, kind) for name, kind in keras_script.OPTIMIZERS.items()
}
# Seeds are global, so no other model may be built between a run's seed and its weights.
_building = threading.Lock()


def build(experiment: Experiment, kind: type[keras.Sequential] = keras.Sequential) -> keras.Model:
    """Builds and compiles the network of an experiment, with initial weights that depend on its seed alone.

    It maps word ids (batch, maxlen) to probabilities (batch, 1). Python, NumPy and TensorFlow are seeded
    (``keras.utils.set_random_seed``). Keras takes its initializers' seeds from Python's global generator, which Dask's
    threads use too, so on a cluster one network in twenty had other weights: see ``_own_generator``.

    Args:
        kind: ``keras.Sequential``, or ``fused.network.FusedNetwork``, which trains faster.
    """
    with _building, _own_generator(experiment.seed):
        keras.utils.set_random_seed(experiment.seed)
        model = network(experiment, kind)
        model.compile(
            optimizer=optimizer(experiment),
            loss="binary_crossentropy",
            metrics=["accuracy"],
            # XLA would take several times as long to start.
            jit_compile=False,
        )
    return model


def _own_generator(seed: int) -> contextlib.AbstractContextManager[object]:
    """Returns a context in which Keras has a generator of its own; where Keras has changed, it keeps the global one."""
    seed_generator = sys.modules.get("keras.src.random.seed_generator")  # which Keras does not document
    if not hasattr(seed_generator, "python_random"):
        logging.getLogger(__name__).warning("Keras draws from Python's global generator, which other threads may use.")
        return contextlib.nullcontext()
    return unittest.mock.patch.object(seed_generator, "python_random", random.Random(seed))


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    with _building:
        return summary_text(network(experiment))


def clear() -> None:
    """Frees the memory of all Keras models."""
    with _building:
        keras.utils.clear_session()


def optimizer(experiment: Experiment) -> Any:
    """Returns a new Keras optimizer for an experiment."""
    return OPTIMIZERS[experiment.optimizer](**optimizer_options(experiment))


def network(experiment: Experiment, kind: type[keras.Sequential] = keras.Sequential) -> keras.Model:
    """Returns the network of an experiment, built but not compiled; ``kind`` as in ``build``."""
    model = kind(
        [
            layers.Input(shape=(experiment.maxlen,), name="word_ids"),
            *(_layer(layer, experiment) for layer in keras_layers(experiment)),
        ],
        name="sequential",
    )
    # The lines of the exported script.
    exec(keras_script.initial_gates(experiment, experiment.seed), {"model": model, "np": np})
    return model


def _layer(layer: KerasLayer, experiment: Experiment) -> keras.Layer:
    if not layer.is_own:
        kind = getattr(layers, layer.kind)
    elif (feedforward := experiment.without_recurrence) and feedforward.own_layers:
        kind = feedforward.own_layers()[layer.kind]
    else:
        kind = layer_class(layer.kind)
    arguments = [_layer(value, experiment) if isinstance(value, KerasLayer) else value for value in layer.arguments]
    return kind(*arguments, **layer.options, name=layer.name)


@functools.cache  # Keras registers a class under its name once
def layer_class(name: str) -> Any:
    """Returns the Keras layer class of a cell: Keras' own, or one generated from the cell's formulas."""
    if cell(name).in_keras:
        return getattr(layers, name)
    names: dict[str, Any] = {"__name__": __name__}
    exec("\n".join((*own_imports(cell(name)), own_source(cell(name)))), names)
    return names[name]


def get_weights(model: keras.Model) -> Weights:
    """Returns the weights of a model by their paths, without the model's own name."""
    return {
        variable.path.removeprefix(f"{model.name}/"): np.asarray(variable.numpy(), np.float32)
        for variable in model.weights
    }


def set_weights(model: keras.Model, weights: Weights) -> None:
    """Copies weights into a model of the same experiment."""
    model.set_weights(list(weights.values()))


def summary_text(model: keras.Model) -> str:
    """Returns Keras' ``model.summary()`` as plain text."""
    lines: list[str] = []
    model.summary(line_length=SUMMARY_WIDTH, print_fn=lines.append)
    return "\n".join(lines)
