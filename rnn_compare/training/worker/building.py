"""Networks built so that the seed alone decides their weights. For workers only: this imports TensorFlow."""

import random
import threading
import unittest.mock

import keras
from keras.src.random import seed_generator

from rnn_compare.experiment import Experiment
from rnn_compare.networks import keras_models

# Seeds are set for the whole process, so a summary must not be built between a run's seed and its weights.
_building = threading.Lock()


def build(experiment: Experiment, kind: type[keras.Sequential] = keras.Sequential) -> keras.Model:
    """Builds and compiles a network whose initial weights the seed alone decides, whatever other threads do.

    ``kind`` as in ``keras_models.build``. Keras draws the seeds of its initializers from Python's global
    random numbers. Dask's threads draw from them too: one network in twenty began with other weights. So Keras gets
    numbers of its own, which begin as the global ones do after ``keras.utils.set_random_seed``.
    """
    with _building, unittest.mock.patch.object(seed_generator, "python_random", random.Random(experiment.seed)):
        return keras_models.build(experiment, kind)


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    with _building:
        return keras_models.summary_text(keras_models.network(experiment))


def clear() -> None:
    """Has Keras forget all that was built."""
    with _building:
        keras.utils.clear_session()
