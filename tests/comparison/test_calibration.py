import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from rnn_compare.comparison.calibration import calibration


def draw(reviews: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of all sizes, and labels that are positive just so often."""
    random = np.random.default_rng(seed)
    probabilities = random.beta(0.7, 0.7, reviews).astype(np.float32)
    return probabilities, (random.random(reviews) < probabilities).astype(np.int64)


def test_bins_are_those_of_scikit_learn() -> None:
    probabilities, labels = draw(3000, 1)
    results = calibration(probabilities, labels)
    observed, predicted = calibration_curve(labels, probabilities, n_bins=10)
    assert [item.observed for item in results.bins] == pytest.approx(observed)
    assert [item.predicted for item in results.bins] == pytest.approx(predicted, abs=1e-6)
    assert sum(item.reviews for item in results.bins) == 3000


def test_the_error_of_a_perfectly_calibrated_network_is_what_chance_is_said_to_make() -> None:
    results = [calibration(*draw(1000, seed)) for seed in range(200)]
    assert np.mean([item.error for item in results]) == pytest.approx(
        np.mean([item.by_chance for item in results]), rel=0.03
    )
    inside = [item.low <= item.predicted <= item.high for entry in results for item in entry.bins]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
    assert np.mean([item.is_within_chance for item in results]) == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize("share", [0.5, 0.985, 0.99])
def test_of_perfectly_calibrated_networks_with_few_bins_hardly_any_is_called_otherwise(
    share: float,
) -> None:
    """A limit that holds for spread probabilities called 15 to 24 % of these so."""
    chance, called = np.random.default_rng(1), 0
    for _ in range(300):
        probabilities = np.where(chance.random(400) < 0.5, share, 1 - share)
        called += not calibration(probabilities, (chance.random(400) < probabilities).astype(np.int64)).is_within_chance
    assert called <= 0.08 * 300


def test_a_network_that_is_surer_than_it_is_right_is_overconfident() -> None:
    probabilities, labels = draw(3000, 2)
    squashed = 0.5 + 0.4 * (probabilities - 0.5)
    pushed = np.where(probabilities > 0.5, 1 - (1 - probabilities) / 4, probabilities / 4)
    assert calibration(pushed, labels).overconfident
    assert not calibration(squashed, labels).overconfident
    assert calibration(pushed, labels).error > 4 * calibration(pushed, labels).by_chance


def test_certainty_and_a_single_review_have_a_place() -> None:
    results = calibration(np.array([1.0]), np.array([1]))
    assert (results.bins[0].reviews, results.error, results.by_chance) == (1, 0.0, 0.0)
