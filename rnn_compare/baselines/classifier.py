"""The contract of a baseline: a classifier that a file of this package declares, and that is fitted to reviews."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_compare.sources.source import Labelled

Places = NDArray[np.int64]
"""Indices of reviews, shape (reviews,)."""


class Fitted(Protocol):
    """A fitted classifier."""

    @property
    def features(self) -> int:
        """The number of terms that have a weight each."""

    def verdicts(self, reviews: Labelled, places: Places) -> NDArray[np.bool_]:
        """Returns whether each of some reviews is positive, shape (reviews,)."""


@dataclass(frozen=True)
class Classifier:
    """A baseline, found by the file that declares it.

    Attributes:
        name, title: Short, for files and the command line; and as pages have it.
        position: Its place among all; the simplest first.
        fit: Takes the training reviews (all of the source's, and the places of those to fit to) and the vocabulary's
            size, from which on ids are unknown.
        reads_text: Whether its verdict depends on the text.
    """

    name: str
    title: str
    position: int
    fit: Callable[[Labelled, Places, int], Fitted]
    reads_text: bool = True
