"""Saves and restores the complete state of a Keras training at an epoch's end.

What is not taken down follows from seed and epoch: the order in which an epoch reads the reviews.
"""

from collections.abc import Sequence
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import EpochEnd


def checkpoint_of(model: Any, epochs: Sequence[EpochEnd], probabilities: bytes = b"") -> Checkpoint:
    """Returns the state of a compiled Keras model after its finished epochs.

    ``model.variables`` holds the random states of dropout too, the optimizer's its moments and its step.
    """
    return Checkpoint(
        tuple(epochs),
        tuple(variable.value.numpy() for variable in model.variables),
        tuple(variable.value.numpy() for variable in model.optimizer.variables),
        probabilities,
    )


def restore(model: Any, checkpoint: Checkpoint) -> None:
    """Sets a compiled Keras model of the same experiment to a state.

    Raises:
        UserError: If the state is not one of such a model.
    """
    model.optimizer.build(model.trainable_variables)
    for variables, values in (
        (model.variables, checkpoint.model),
        (model.optimizer.variables, checkpoint.optimizer),
    ):
        if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
            raise UserError(
                "This run was saved by another version of the program or of Keras and cannot be continued by this "
                "one. What it has learnt is kept; train a new run with the same settings."
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
