"""Real reviews with their labels, from which none of several networks has learned."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.keras_file import Labelled
from rnn_compare.reviews.prepared import Reviews


@dataclass(frozen=True)
class HeldOut:
    """Reviews that can be picked by number.

    Attributes:
        kind: Test reviews, or validation reviews where the source has no others: those were not learned from
            either, but the best epoch was chosen by them.
        numbers: The numbers that can be picked, from 1 for the first review of the source.
    """

    kind: Literal["test", "validation"]
    numbers: range
    _reviews: Reviews

    def text(self, number: int) -> str:
        """Returns a review as it was written, or its words where the source has only those."""
        if self.kind == "validation":
            return self._reviews.text(number - 1)
        ranks, offsets, _ = self._testing
        words = self._reviews.vocabulary.words
        return " ".join(words[rank - 1] for rank in ranks[offsets[number - 1] : offsets[number]])

    def positive(self, number: int) -> bool:
        """Tells whether a review's author liked the film."""
        labels = self._testing.labels if self.kind == "test" else self._reviews.training.labels
        return bool(labels[number - 1])

    @property
    def _testing(self) -> Labelled:
        assert self._reviews.testing is not None  # else they were not offered
        return self._reviews.testing


def held_out(experiments: Collection[Experiment]) -> HeldOut | None:
    """Returns the reviews that networks can be asked about without any having learned them; None if there are none.

    They are the test reviews of Keras' file, wherever it is prepared already, whatever source the networks learned
    from. Otherwise they are the validation reviews that all the networks have in common.

    Args:
        experiments: What was trained.

    Raises:
        UserError: If the reviews cannot be read.
    """
    with contextlib.suppress(UserError):  # a file that is not there, or not trusted, has no reviews to offer
        if prepared.is_prepared("keras") and (testing := prepared.load("keras").testing) is not None:
            return HeldOut("test", range(1, len(testing.labels) + 1), prepared.load("keras"))
    sources = {experiment.source for experiment in experiments}
    if len(sources) != 1:
        return None
    first = 1 + max(experiment.training_reviews for experiment in experiments)
    last = min(experiment.reviews for experiment in experiments)
    return HeldOut("validation", range(first, last + 1), prepared.load(sources.pop())) if first <= last else None
