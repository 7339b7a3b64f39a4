"""Baselines, classifiers that are fitted to reviews: their declaration and their registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_compare.discovery import declared
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


@cache
def all_baselines() -> Mapping[str, Classifier]:
    """Returns the baselines that the files of this package and installed packages declare, the simplest first."""
    by_position = sorted(declared("rnn_compare.baselines", Classifier), key=lambda baseline: baseline.position)
    return {baseline.name: baseline for baseline in by_position}
