"""The weights of one network in half precision, packed into a text of JSON, and unpacked with great care."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field

from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.report.packed_predictions import MAX_EPOCHS
from rnn_compare.report.packed_text import Checked, packed, unpacked

BYTES_A_NUMBER = 2


class RecordedWeights(Checked):
    """Every weight tensor of one network, after one epoch.

    Attributes:
        epoch: Whose weights they are.
        numbers: 16-bit floats, little endian, tensor after tensor in the order of ``networks.parameters``, packed.
    """

    epoch: Annotated[int, Field(ge=1, le=MAX_EPOCHS)]
    numbers: str

    def size(self, experiment: Experiment) -> int:
        """Returns the bytes of the numbers, unpacked, as an experiment's network needs them."""
        return BYTES_A_NUMBER * parameters(experiment).total

    def unpacked(self, experiment: Experiment) -> Weights:
        """Returns the weights of an experiment's network.

        Raises:
            ValueError: If they are of another network, or no finite numbers.
        """
        content = unpacked(self.numbers, self.size(experiment), "weights", "of another network")
        numbers = np.frombuffer(content, "<f2").astype(np.float32)
        if not np.all(np.isfinite(numbers)):
            raise ValueError("weights that are no numbers")
        tensors = parameters(experiment).tensors
        parts = np.split(numbers, np.cumsum([tensor.count for tensor in tensors])[:-1])
        return Weights(
            tuple((tensor.path, part.reshape(tensor.shape)) for tensor, part in zip(tensors, parts, strict=True))
        )

    @classmethod
    def of_weights(cls, epoch: int, weights: Weights) -> Self:
        """Returns the weights after an epoch, rounded to half precision."""
        content = b"".join(array.astype("<f2").tobytes() for array in weights.arrays)
        return cls(epoch=epoch, numbers=packed(content))


def rounded(weights: Weights) -> Weights:
    """Returns weights as they are after they were packed and unpacked."""
    return Weights(tuple((path, array.astype("<f2").astype(np.float32)) for path, array in weights.tensors))
