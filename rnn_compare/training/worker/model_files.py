"""Weights and stock Keras models of a run, written as files. For workers only: this imports TensorFlow."""

import logging
from pathlib import Path

import keras

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks import keras_models, weights
from rnn_compare.runs.files import Which, model_file, weights_file
from rnn_compare.training.worker.building import build


def save_weights(run: str, model: keras.Model, best: bool) -> None:
    """Writes a model's weights as a run's last ones, and as its best ones where they are."""
    now = keras_models.get_weights(model)
    weights.save(now, weights_file(run, "last"))
    if best:
        weights.save(now, weights_file(run, "best"))


def write_models(run: str, experiment: Experiment) -> None:
    """Writes a run's last and best weights as stock Keras models; where that fails, the log says so.

    Weights are what counts and are safe already: a model that cannot be written now is written when asked for.
    """
    try:
        for which in ("last", "best"):
            if weights_file(run, which).exists():
                write_model(run, experiment, which)
    except (OSError, UserError):
        logging.getLogger(__name__).exception("The models of run %s could not be written.", run)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's weights as a stock Keras model, which plain Keras opens without this program.

    Raises:
        UserError: If there are no weights or they are unsound.
    """
    model = build(experiment)
    keras_models.set_weights(model, weights.load(weights_file(run, which), experiment))
    model.optimizer.build(model.trainable_variables)  # else Keras warns, on loading, of variables that it misses
    return save_model(model, model_file(run, which))


def save_model(model: keras.Model, path: Path) -> Path:
    """Writes a ``.keras`` file, which is there whole or not at all."""
    with whole_file(path) as partial:
        model.save(partial)
    return path
