"""The more frequent label of the training reviews."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.baselines.classifier import Classifier, Places
from rnn_compare.sources.source import Labelled


@dataclass(frozen=True)
class Constant:
    """The same prediction for every review."""

    verdict: bool
    features: int = 0

    def verdicts(self, _reviews: Labelled, places: Places) -> NDArray[np.bool_]:
        """Returns the prediction for each review (reviews,)."""
        return np.full(len(places), self.verdict)


def fit(reviews: Labelled, places: Places, _vocabulary_size: int) -> Constant:
    """Returns the more frequent label of the training reviews; positive if they are half and half."""
    return Constant(bool(reviews.labels[places].mean() >= 0.5))


MAJORITY = Classifier("majority", "Always the more frequent label", position=10, fit=fit, reads_text=False)
