"""What a training achieved: by hand on four reviews, and as properties that hold for any probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from rnn_compare.comparison.measures import kept, on_test_reviews

LABELS = np.array([1, 1, 0, 0])
# Right: 1 0 1 0, 0 1 1 1 and 1 0 0 0.
EPOCHS = np.array([[0.9, 0.2, 0.1, 0.8], [0.3, 0.7, 0.2, 0.4], [0.6, 0.1, 0.9, 0.7]])
trainings = st.tuples(st.integers(1, 6), st.integers(1, 9)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float16, shape, elements=st.floats(0, 1, width=16)),
        arrays(np.int64, shape[1], elements=st.integers(0, 1)),
    )
)


def test_the_kept_epoch_is_judged_by_the_half_that_did_not_choose_it() -> None:
    achieved = kept(EPOCHS, LABELS)
    # The odd places (0 1, 1 1 of 2) choose epoch 2 for the even ones; the even (2, 1, 1 of 2) choose epoch 1.
    assert achieved
    assert achieved.correct is not None
    assert achieved.correct.tolist() == [0, 0, 1, 0]
    assert achieved.accuracy == 0.25


def test_where_probabilities_are_missing_nothing_is_made_up_and_one_half_is_negative_as_in_keras() -> None:
    assert kept([None, *EPOCHS[1:]], LABELS) is None
    assert kept([], LABELS) is None
    assert on_test_reviews(np.array([0.5, 0.5]), np.array([1, 0])).accuracy == 0.5


@given(trainings)
def test_the_kept_accuracy_never_passes_the_best_epoch_of_each_half(
    training: tuple[NDArray[np.float16], NDArray[np.int64]],
) -> None:
    probabilities, labels = training
    achieved = kept(probabilities, labels)
    assert achieved
    assert achieved.correct is not None
    right = (probabilities > 0.5) == labels
    halves = right[:, ::2].sum(axis=1).max() + right[:, 1::2].sum(axis=1).max()
    assert achieved.correct.sum() <= halves
    assert achieved.accuracy == pytest.approx(achieved.correct.mean())


@given(trainings)
def test_swapping_the_classes_changes_nothing(training: tuple[NDArray[np.float16], NDArray[np.int64]]) -> None:
    probabilities, labels = training
    awkward = probabilities == 0.5  # mirrored it would be judged otherwise
    probabilities = np.where(awkward, np.float16(0.25), probabilities)
    item, other = kept(probabilities, labels), kept(1 - probabilities.astype(float), 1 - labels)
    assert item
    assert other
    assert np.array_equal(item.correct, other.correct)  # type: ignore[arg-type]  # both are arrays
