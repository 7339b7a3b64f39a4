"""Worker functions that need Keras or compiled kernels: the server names them and calls none of them."""

from pathlib import Path

from rnn_compare.experiment import Experiment
from rnn_compare.runs.files import Which


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    from rnn_compare.training.worker import building

    return building.summary(experiment)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's ``.keras`` file from its weights and returns where it lies.

    Raises:
        UserError: If there are no weights or they are unsound.
    """
    from rnn_compare.training.worker import model_files

    return model_files.write_model(run, experiment, which)


def compile_kernels() -> None:
    """Compiles the kernels of all cells, unless that is done."""
    from rnn_compare.fused import models

    models.warm_up()


def step(seconds: float, at_once: int) -> float:
    """Returns how long a step of training takes, as ``step_time.step`` measures it."""
    from rnn_compare.training.worker import step_time

    return step_time.step(seconds, at_once)
