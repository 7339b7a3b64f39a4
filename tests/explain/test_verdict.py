"""A verdict takes the side that accuracies count it on."""

import numpy as np
import pytest

from rnn_compare.explain.verdict import Verdict
from rnn_compare.reviews.encoding import EncodedReview
from rnn_compare.runs.probabilities import accuracy


@pytest.mark.parametrize("probability", [0.0, 0.5, float(np.nextafter(0.5, 1)), 1.0])
def test_a_probability_is_on_the_side_on_which_the_accuracy_counts_it(probability: float) -> None:
    verdict = Verdict(probability, EncodedReview(np.zeros(1, np.int32), 1, ()))
    assert accuracy(np.array([probability]), np.array([int(verdict.positive)])) == 1.0
