"""Arrays packed into a text of JSON, and unpacked with great care: predictions and weights that may be anybody's."""

import base64
import binascii
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
    """Returns bytes by gzip and base64.

    Example:
        >>> unpacked(packed(b"ab"), 2, "letters", "of another number")
        b'ab'
    """
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def unpacked(text: str, size: int, what: str, wrong_size: str) -> bytes:
    """Returns what ``packed`` has packed; no more than was said is unpacked.

    Args:
        text: As ``packed`` has written it, or anything.
        size: Bytes that it must hold.
        what: What they are.
        wrong_size: What is said of them where they are more or fewer.

    Raises:
        ValueError: If it holds anything else.
    """
    try:
        content, is_whole = inflated(base64.b64decode(text, validate=True), size)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise ValueError(f"{what} that are damaged") from error
    if len(content) != size or not is_whole:
        raise ValueError(f"{what} {wrong_size}")
    return content


def inflated(content: bytes, most: int) -> tuple[bytes, bool]:
    """Returns what gzip has packed, one byte more than ``most`` at most, and whether that is all of it.

    Raises:
        zlib.error: If it is damaged.
    """
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # gzip's frame
    unpacked_bytes = reader.decompress(content, most + 1)
    return unpacked_bytes, reader.eof and not reader.unused_data


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
        """Yields the predictions of each epoch.

        Raises:
            ValueError: If they are not as many as was said, or no probabilities. No more is unpacked than was said.
        """
        whole = unpacked(self.probabilities, self.size, "predictions", "of a wrong number of reviews")
        values = np.frombuffer(whole, "<f2")
        if not np.all((values >= 0) & (values <= 1)):  # NaN is neither
            raise ValueError("predictions that are not probabilities")
        for place, (epoch, accuracy) in enumerate(zip(self.epochs, self.accuracies, strict=True)):
            size = self.reviews * BYTES_A_NUMBER
            epoch_bytes = whole[place * size : (place + 1) * size]
            yield Predictions(run, epoch, self.part, accuracy, self.reviews, epoch_bytes)

    @classmethod
    def of_epochs(cls, epochs: Sequence[Predictions]) -> Self:
        """Returns the predictions of one part, in the order of their epochs."""
        content = b"".join(epoch.probabilities for epoch in epochs)
        return cls(
            part=epochs[0].part,
            epochs=[epoch.epoch for epoch in epochs],
            accuracies=[epoch.accuracy for epoch in epochs],
            reviews=epochs[0].reviews,
            probabilities=packed(content),
        )


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
            raise ValueError("weights that are not numbers")
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
