"""Whether intervals cover and equals pass for equals, by drawing networks whose truth is known: docs/comparison.md."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rnn_compare.comparison.inference import levels
from rnn_compare.comparison.inference.accuracies import Score, kept, typical
from rnn_compare.comparison.inference.difference import Untested, compare_settings
from rnn_compare.comparison.inference.intervals import spread
from rnn_compare.comparison.inference.wins import wins

pytestmark = pytest.mark.slow

REVIEWS = 1000
AT_MOST = 0.065
"""Of equals that may be called different: 5 % and two standard errors of 1,000 draws."""


@pytest.fixture
def single_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test itself, at 5 % all at once."""
    monkeypatch.setattr(levels, "FIRST", 0.05)


@dataclass
class Population:
    """Networks that judge a review rightly where a sum of normal parts is above 0, so that their accuracy is known.

    Attributes:
        rng: Draws.
        seed: Deviation of the accuracy from seed to seed, a share.
        setting: Deviation of what a setting alone finds easy in a review, of that of the review's own ease (1).
        run: That of what a single run finds easy: of the runs of one setting, 9 of 100 verdicts differ.
    """

    rng: np.random.Generator
    seed: float = 0.01
    setting: float = 0.4
    run: float = 0.5

    def easiness(self) -> NDArray[np.float32]:
        """Of new reviews, for all settings alike (reviews,)."""
        return self._normal(REVIEWS)

    def trained(self, runs: int, easiness: NDArray[np.float32], accuracy: float) -> list[Score]:
        """Runs of a new setting whose true accuracy is given."""
        width = np.sqrt(1 + self.setting**2 + self.run**2)
        quantile = stats.norm.ppf(accuracy)
        shift = self.seed * width / stats.norm.pdf(quantile)
        level = quantile * np.hypot(width, shift) + easiness + self.setting * self._normal(REVIEWS)
        right = level + shift * self._normal((runs, 1)) + self.run * self._normal((runs, REVIEWS)) > 0
        return [Score(float(row.mean()), row.astype(float), REVIEWS) for row in right]

    def by_epoch(
        self, easiness: NDArray[np.float32], own: NDArray[np.float32], jumpiness: float
    ) -> NDArray[np.float32]:
        """The probabilities of ten epochs of one run, alike but for their jumps (epochs, reviews)."""
        width = np.sqrt(1 + self.setting**2 + self.run**2)
        quantile = stats.norm.ppf(0.87)
        to_latent = width / stats.norm.pdf(quantile)
        of_run = self.seed * self._normal(1) * to_latent + self.run * 0.8 * self._normal(REVIEWS)
        of_epoch = jumpiness * self._normal((10, 1)) * to_latent + self.run * 0.6 * self._normal((10, REVIEWS))
        latent = quantile * width + easiness + self.setting * own + of_run + of_epoch
        return np.where(latent > 0, np.float32(0.9), np.float32(0.1))

    def _normal(self, shape: int | tuple[int, ...]) -> NDArray[np.float32]:
        return self.rng.standard_normal(shape, dtype=np.float32)


@pytest.mark.usefixtures("single_look")
@pytest.mark.parametrize("runs", [3, pytest.param(5, marks=pytest.mark.thorough)])
def test_the_interval_covers_the_true_difference_in_95_of_100_cases(runs: int) -> None:
    population, covered, draws = Population(np.random.default_rng(runs)), 0, 2000
    for _ in range(draws):
        easiness = population.easiness()
        outcome = compare_settings(population.trained(runs, easiness, 0.88), population.trained(runs, easiness, 0.87))
        assert not isinstance(outcome, Untested)
        covered += outcome.limits[0] <= 0.01 <= outcome.limits[1]
    print(f"{runs} seeds each: covered in {covered / draws:.1%}")
    assert 0.93 <= covered / draws <= 0.97


@pytest.mark.parametrize("earlier", [3, pytest.param(5, marks=pytest.mark.thorough)])
def test_equal_settings_are_rarely_called_different_at_any_look_from_one_seed_to_ten(earlier: int) -> None:
    population, called, draws = Population(np.random.default_rng(earlier)), 0, 500
    for _ in range(draws):
        easiness = population.easiness()
        a, b = (population.trained(10 + earlier, easiness, 0.87) for _ in "ab")
        lent = spread(a[10:]), spread(b[10:])
        called += any(
            outcome.verdict.endswith("is better")
            for n in range(1, 11)
            for outcome in [compare_settings(a[:n], b[:n], *lent, looks=range(1, n + 1))]
        )
    print(f"looks from one seed each to ten, {earlier} earlier: called different in {called / draws:.1%}")
    assert called / draws <= AT_MOST


@pytest.mark.usefixtures("single_look")
def test_a_jumpy_setting_is_rarely_called_different_from_a_steady_one_of_equal_typical_epoch() -> None:
    population, draws = Population(np.random.default_rng(1), seed=0.003), 1000
    labels = np.ones(REVIEWS, np.int64)
    called = {"typical": 0, "kept": 0}
    for _ in range(draws):
        easiness = population.easiness()
        groups: dict[str, list[list[Score]]] = {"typical": [], "kept": []}
        for jumpiness in (0.02, 0.003):
            own = population.easiness()
            runs = [population.by_epoch(easiness, own, jumpiness) for _ in range(3)]
            medians = [typical(list((run > 0.5).mean(axis=1)), REVIEWS, run, labels) for run in runs]
            groups["typical"].append(medians)
            groups["kept"].append([achieved for run in runs if (achieved := kept(run, labels)) is not None])
        for measure, (a, b) in groups.items():
            called[measure] += compare_settings(a, b).verdict.endswith("is better")
    shares = {measure: count / draws for measure, count in called.items()}
    print(f"jumpiness 2.0 against 0.3 points, three seeds each: {shares}")
    assert shares["typical"] <= AT_MOST
    assert shares["kept"] > 0.3  # and rightly: the best epochs of a jumpy network are better


@pytest.mark.parametrize("reviews", [400, 1000])
def test_settings_that_differ_by_a_point_are_rarely_called_equal(reviews: int) -> None:
    """Where it is easiest: one setting is always right, and each seed of the other errs on the same reviews."""
    chance, draws, called = np.random.default_rng(1), 1000, 0
    for _ in range(draws):
        right = np.stack([np.ones(reviews), chance.random(reviews) > 0.01])
        a, b = ([Score(float(row.mean()), row, reviews)] * 3 for row in right)
        called += compare_settings(a, b).verdict == "equal"
    print(f"{reviews} reviews: called equal in {called / draws:.1%}")
    assert called / draws <= 0.05


@pytest.mark.parametrize("deviation", [0.002, 0.005])
def test_of_many_reviews_the_seeds_show_that_settings_are_equal(deviation: float) -> None:
    chance, draws, called = np.random.default_rng(2), 1000, {0.0: 0, 0.01: 0}
    for _ in range(draws):
        for lead in called:
            a, b = (
                [Score(share, None, 10**13) for share in chance.normal(at, deviation, 10)] for at in (0.8 + lead, 0.8)
            )
            called[lead] += compare_settings(a, b).verdict == "equal"
    print(f"ten seeds each that deviate by {deviation}: called equal {called} of {draws} times")
    assert called[0.01] <= 0.05 * draws
    assert called[0.0] >= 0.9 * draws


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_the_interval_of_wins_covers_the_true_share(seeds: int, shift: float) -> None:
    chance, draws, true = np.random.default_rng(3), 1000, float(stats.norm.cdf(shift / np.sqrt(2)))
    covered = 0
    for _ in range(draws):
        won = wins(*chance.normal(np.array([[shift], [0]]), 1, size=(2, seeds)))
        assert won is not None
        covered += won.low <= true <= won.high
    print(f"{seeds} seeds each, true share {true:.0%}: covered in {covered / draws:.1%}")
    assert covered / draws >= 0.94
