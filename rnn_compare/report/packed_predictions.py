"""What a network said of every held-out review, packed into a text of JSON, and unpacked with great care."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from rnn_compare.report.packed_text import Checked, packed, unpacked
from rnn_compare.runs.events import Part, Predictions

MAX_EPOCHS, MAX_REVIEWS = 100, 1_000_000
BYTES_A_REVIEW = 2

Share = Annotated[float, Field(ge=0, le=1)]


class RecordedPredictions(Checked):
    """What a network said of each review of a part, after each of some epochs.

    Attributes:
        epochs: From 1, in order.
        accuracies: Of each of these epochs.
        reviews: How many there are.
        probabilities: ``probabilities.encoded`` of one epoch after the other, by gzip and base64.
    """

    part: Part
    epochs: list[Annotated[int, Field(ge=1, le=MAX_EPOCHS)]] = Field(min_length=1, max_length=MAX_EPOCHS)
    accuracies: list[Share]
    reviews: int = Field(ge=1, le=MAX_REVIEWS)
    probabilities: str

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.epochs != sorted(set(self.epochs)) or len(self.epochs) != len(self.accuracies):
            raise ValueError("epochs and accuracies do not belong together")
        return self

    @property
    def size(self) -> int:
        """Bytes of the probabilities, unpacked."""
        return len(self.epochs) * self.reviews * BYTES_A_REVIEW

    def unpacked(self, run: str) -> Iterator[Predictions]:
        """Yields the predictions of each epoch.

        Raises:
            ValueError: If they are not as many as was said, or no probabilities. No more is unpacked than was said.
        """
        whole = unpacked(self.probabilities, self.size, "predictions", "of more or fewer reviews than was said")
        values = np.frombuffer(whole, "<f2")
        if not np.all((values >= 0) & (values <= 1)):  # NaN is neither
            raise ValueError("predictions that are no probabilities")
        for place, (epoch, accuracy) in enumerate(zip(self.epochs, self.accuracies, strict=True)):
            one = whole[place * self.reviews * BYTES_A_REVIEW :][: self.reviews * BYTES_A_REVIEW]
            yield Predictions(run, epoch, self.part, accuracy, self.reviews, one)

    @classmethod
    def of_epochs(cls, told: Sequence[Predictions]) -> Self:
        """Returns the predictions of one part, in the order of their epochs."""
        content = b"".join(each.probabilities for each in told)
        return cls(
            part=told[0].part,
            epochs=[each.epoch for each in told],
            accuracies=[each.accuracy for each in told],
            reviews=told[0].reviews,
            probabilities=packed(content),
        )
