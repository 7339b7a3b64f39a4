"""Predictions and weights packed into JSON texts, and unpacked safely from files of unknown origin."""

import base64
import gzip
import zlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import Part, Predictions


class Checked(BaseModel):
    """Input from outside: exactly the declared types, finite numbers, and no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def packed(content: bytes) -> str:
    """Returns bytes compressed by gzip, as base64.

    Example:
        >>> _unpacked(packed(b"ab"), 2, "too few letters")
        b'ab'
    """
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def inflated(content: bytes, limit: int) -> bytes:
    """Decompresses gzip's format, never beyond a limit of bytes.

    Raises:
        ValueError: If it is damaged, cut short, followed by anything, or longer than the limit.
    """
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # gzip's frame
    try:
        unpacked = stream.decompress(content, limit + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not stream.eof or stream.unused_data or len(unpacked) > limit:
        raise ValueError("not the whole content")
    return unpacked


def _unpacked(text: str, size: int, problem: str) -> bytes:
    """Returns the content of a text by ``packed``; raises ``ValueError`` with the problem unless it has this size."""
    try:
        content = inflated(base64.b64decode(text, validate=True), size)
    except ValueError as error:
        raise ValueError(problem) from error
    if len(content) != size:
        raise ValueError(problem)
    return content


MAX_EPOCHS, MAX_REVIEWS = 100, 1_000_000
BYTES_A_NUMBER = 2

Share = Annotated[float, Field(ge=0, le=1)]


class RecordedPredictions(Checked):
    """Predictions for each review of a part, after each of some epochs.

    Attributes:
        epochs: From 1, in order.
        probabilities: ``events.encoded`` of one epoch after the other, by gzip and base64.
    """

    part: Part
    epochs: list[Annotated[int, Field(ge=1, le=MAX_EPOCHS)]] = Field(min_length=1, max_length=MAX_EPOCHS)
    accuracies: list[Share]
    reviews: int = Field(ge=1, le=MAX_REVIEWS)
    probabilities: str

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.epochs != sorted(set(self.epochs)) or len(self.epochs) != len(self.accuracies):
            raise ValueError("epochs and accuracies that do not match")
        return self

    @property
    def size(self) -> int:
        """Bytes of the probabilities, unpacked."""
        return len(self.epochs) * self.reviews * BYTES_A_NUMBER

    def unpacked(self, run: str) -> Iterator[Predictions]:
        """Yields a run's predictions of each epoch.

        Raises:
            ValueError: If there are more or fewer than declared, or they are no probabilities.
        """
        content = _unpacked(
            self.probabilities, self.size, "predictions that are damaged or of a wrong number of reviews"
        )
        values = np.frombuffer(content, "<f2").reshape(len(self.epochs), self.reviews)
        if not np.all((values >= 0) & (values <= 1)):  # NaN is neither
            raise ValueError("predictions that are not probabilities")
        for epoch, accuracy, probabilities in zip(self.epochs, self.accuracies, values, strict=True):
            yield Predictions(run, epoch, self.part, accuracy, self.reviews, probabilities.tobytes())

    @classmethod
    def of_epochs(cls, epochs: Sequence[Predictions]) -> Self:
        """Returns the predictions of one part, in the order of their epochs."""
        return cls(
            part=epochs[0].part,
            epochs=[epoch.epoch for epoch in epochs],
            accuracies=[epoch.accuracy for epoch in epochs],
            reviews=epochs[0].reviews,
            probabilities=packed(b"".join(epoch.probabilities for epoch in epochs)),
        )


class RecordedWeights(Checked):
    """The weights of one network after one epoch.

    Attributes:
        epoch: After which they were saved.
        numbers: 16-bit floats, little endian, tensor after tensor in the order of ``networks.parameters``, packed.
    """

    epoch: Annotated[int, Field(ge=1, le=MAX_EPOCHS)]
    numbers: str

    def size(self, experiment: Experiment) -> int:
        """Returns the number of unpacked bytes that the weights of an experiment's network have."""
        return BYTES_A_NUMBER * parameters(experiment).total

    def unpacked(self, experiment: Experiment) -> Weights:
        """Returns the weights of an experiment's network.

        Raises:
            ValueError: If they are of another network, or no finite numbers.
        """
        content = _unpacked(self.numbers, self.size(experiment), "weights that are damaged or of another network")
        numbers = np.frombuffer(content, "<f2").astype(np.float32)
        if not np.all(np.isfinite(numbers)):
            raise ValueError("weights that are not numbers")
        tensors = parameters(experiment).tensors
        parts = np.split(numbers, np.cumsum([tensor.count for tensor in tensors])[:-1])
        return {tensor.path: part.reshape(tensor.shape) for tensor, part in zip(tensors, parts, strict=True)}

    @classmethod
    def of_weights(cls, epoch: int, weights: Weights) -> Self:
        """Returns the weights after an epoch, rounded to half precision."""
        content = b"".join(array.astype("<f2").tobytes() for array in weights.values())
        return cls(epoch=epoch, numbers=packed(content))


def rounded(weights: Weights) -> Weights:
    """Returns weights in half precision, as they are once packed and unpacked."""
    return {path: array.astype("<f2").astype(np.float32) for path, array in weights.items()}
