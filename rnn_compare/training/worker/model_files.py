"""A run's Keras model as files: weights, checkpoint and ``.keras`` file. For workers only."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks import keras_models, weights
from rnn_compare.paths import Which, model_file, weights_file
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import EpochEnd


def save_weights(run: str, model: keras.Model, best: bool) -> None:
    """Writes a model's weights as a run's last ones, and also as its best ones if ``best``."""
    now = keras_models.get_weights(model)
    weights.save(now, weights_file(run, "last"))
    if best:
        weights.save(now, weights_file(run, "best"))


def write_models(run: str, experiment: Experiment) -> None:
    """Writes a run's last and best weights as stock Keras models; errors are only logged.

    The weights are already saved, so a missing model can be written on request.
    """
    try:
        for which in ("last", "best"):
            if weights_file(run, which).exists():
                write_model(run, experiment, which)
    except (OSError, UserError):
        logging.getLogger(__name__).exception("The models of run %s could not be written.", run)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's weights as a stock Keras model and returns its path.

    Raises ``UserError`` if the weights are missing or damaged.
    """
    model = keras_models.build(experiment)
    keras_models.set_weights(model, weights.load(weights_file(run, which), experiment))
    model.optimizer.build(model.trainable_variables)  # otherwise Keras warns about missing variables on loading
    with whole_file(path := model_file(run, which)) as partial:
        model.save(partial)
    return path


def checkpoint_of(model: Any, epochs: Sequence[EpochEnd], probabilities: bytes = b"") -> Checkpoint:
    """Returns the state of a compiled Keras model after its finished epochs.

    ``model.variables`` includes dropout's random states, those of the optimizer its moments and step.
    """
    return Checkpoint(
        tuple(epochs),
        tuple(variable.value.numpy() for variable in model.variables),
        tuple(variable.value.numpy() for variable in model.optimizer.variables),
        probabilities,
    )


def restore(model: Any, checkpoint: Checkpoint) -> None:
    """Sets a compiled Keras model to a state; raises ``UserError`` if it is of a different model."""
    model.optimizer.build(model.trainable_variables)
    for variables, values in ((model.variables, checkpoint.model), (model.optimizer.variables, checkpoint.optimizer)):
        if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
            raise UserError(
                "This run was saved by another version of the program or of Keras and cannot be continued. Its "
                "weights are kept; train a new run with the same settings."
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
