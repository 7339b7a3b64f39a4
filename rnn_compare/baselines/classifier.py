"""The interface of a baseline: a classifier that is fitted to reviews."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_compare.sources.source import Labelled

Places = NDArray[np.int64]
"""Indices of reviews (reviews,)."""


class Fitted(Protocol):
    """A fitted classifier."""

    @property
    def features(self) -> int:
        """The number of terms with a weight."""

    def verdicts(self, reviews: Labelled, places: Places) -> NDArray[np.bool_]:
        """Returns whether each review is positive (reviews,)."""


@dataclass(frozen=True)
class Classifier:
    """A baseline.

    Attributes:
        name, title: For files and the command line; for pages.
        position: Its place in the order, the simplest first.
        fit: Takes the source's reviews, the places of those to fit to, and the vocabulary's size.
        reads_text: Whether its predictions depend on the text.
    """

    name: str
    title: str
    position: int
    fit: Callable[[Labelled, Places, int], Fitted]
    reads_text: bool = True
