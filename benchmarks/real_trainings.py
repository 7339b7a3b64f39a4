"""Error rates of verdicts: equals that are called different, on real trainings and normal accuracies, and power.

    python -m benchmarks.real_trainings [anew]

The trainings are small files beside the tests: which validation reviews each epoch judged rightly. With ``anew`` all
of them are trained again, by the engine in a cache of its own (a quarter of an hour on two busy cores), and the files
are overwritten. Groups are drawn from them, thousands of pairs for each line, and judged at once by the page's test.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from rnn_compare.comparison.inference.accuracies import Measure, Score, kept, typical
from rnn_compare.comparison.inference.difference import by_student, compare_settings, satterthwaite, two_sided
from rnn_compare.comparison.inference.levels import judged_together, level_at
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import THRESHOLD, decoded
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "tests" / "comparison" / "trainings"
_SWEEP = (sys.executable, "-m", "rnn_compare", "sweep", "--json")

_SHORT = {"units": 8, "maxlen": 50, "reviews": 4000, "epochs": 5, "learning_rate": 0.003}
_POWER = {"cell": "GRU", "units": 16, "reviews": 8000, "epochs": 4}
TRAININGS: dict[str, tuple[dict[str, Any], int]] = {
    "gru": ({"cell": "GRU", **_SHORT}, 200),
    "simplernn": ({"cell": "SimpleRNN", **_SHORT}, 60),
    "maxlen_5": ({**_POWER, "maxlen": 5}, 14),
    "maxlen_200": ({**_POWER, "maxlen": 200}, 14),
}
"""The settings of each file, and with how many seeds they are trained, from 1: at most what one sweep takes."""
EQUALS = ("gru", "simplernn")
"""Files whose runs are compared among themselves."""
UNEQUALS = ("maxlen_5", "maxlen_200")
MEASURES: tuple[Measure, ...] = ("kept", "typical")
CASES = ((1, 3), (1, 5), (2, 3), (3, 0), (3, 3), (5, 0))
"""Runs on each side, and its earlier runs, for the spread between seeds."""
EARLIER = (0, 3, 5, 10)
"""Earlier runs of each side, with several looks."""
MOST = 30
"""Runs on each side at the last look, or as many as there are."""
LOOKS = {
    "after every seed": range(1, MOST + 1),
    "after every seed from the third": range(3, MOST + 1),
    "at 1, 3, 10, 30": (1, 3, 10, 30),
    "at 3, 6, 12, 24": (3, 6, 12, 24),
    "at 3, 13": (3, 13),
}
"""The seeds of each side at every look."""
DRAWS, PAIRS = 1000, 5000
DRAW = 1
"""The seed of the draws: there is one fixed draw."""


@dataclass(frozen=True)
class Pool:
    """Trainings that differ by nothing but their seed."""

    about: Mapping[str, Any]  # settings but for the seed, versions, machine and date
    seeds: tuple[int, ...]
    right: NDArray[np.bool_]  # which validation reviews each epoch judged rightly (runs, epochs, reviews)

    def scores(self, measure: Measure) -> list[Score]:
        """Returns each run's score, where it has one."""
        return [score for right in self.right if (score := _score(right, measure))]


def main(anew: bool = False, folder: Path | str = FOLDER) -> None:
    """Prints the figures, after training if they are to be made anew."""
    if anew:
        _train(Path(folder))
    print(machine())
    for name in EQUALS:
        _print_equals(read(name, folder))
    print("normal accuracies")
    for earlier in EARLIER:
        _print_looks({"": normal_p_values(earlier)}, earlier)
    for seeds in (3, 5):
        alone, above_one, both, wrong = power(seeds)
        print(
            f"  power, {seeds} seeds each, 5 points, seeds deviating by one: of two settings {alone:.1%}; of three, "
            f"above one other {above_one:.1%}, above both {both:.1%}, the others called different {wrong:.1%}"
        )
    worse, better = (read(name, folder) for name in UNEQUALS)
    print(_title(worse), _title(better), sep="\n")
    for measure, size in itertools.product(MEASURES, (3, 5)):
        share = told_apart(worse.scores(measure), better.scores(measure), size)
        print(f"  {size} each: the better is called better: {measure} {share:.1%}")


def recorded(record: Path, experiment: Experiment) -> Pool:
    """Returns the whole runs of one setting, as a record has them."""
    labels = prepared.load(experiment.source).labels(experiment, "validation")
    assert labels is not None
    store = RunStore(record)
    try:
        by_seed = {run.experiment.seed: run for run in store.with_setting(experiment.setting)}
        runs = [run for _, run in sorted(by_seed.items()) if len(run.epochs) == experiment.epochs]
        right = np.stack([_right(store, run, labels) for run in runs])
    finally:
        store.close()
    about = {
        "settings": experiment.model_dump(exclude={"seed"}),
        "versions": runs[0].versions,
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    return Pool(about, tuple(run.experiment.seed for run in runs), right)


def write(pool: Pool, path: Path) -> None:
    """Keeps trainings in a file: eight verdicts a byte."""
    np.savez_compressed(
        path,
        about=np.array(json.dumps(pool.about)),
        seeds=np.array(pool.seeds),
        shape=np.array(pool.right.shape),
        right=np.packbits(pool.right),
    )


def read(name: str, folder: Path | str = FOLDER) -> Pool:
    """Returns the trainings of a file, named as in ``TRAININGS``."""
    with np.load(Path(folder) / f"{name}.npz", allow_pickle=False) as file:
        shape = tuple(int(size) for size in file["shape"])
        right = np.unpackbits(file["right"], count=int(np.prod(shape))).reshape(shape).astype(bool)
        return Pool(json.loads(str(file["about"])), tuple(int(seed) for seed in file["seeds"]), right)


def called_different(p: NDArray[np.float64], looks: Sequence[int]) -> float:
    """Returns the share of pairs of groups, all of one setting, that are called different at some look.

    Args:
        p: Of each pair with 1, 2, … seeds of each (pairs, seeds); nan where nothing is tested.
        looks: The seeds at every look; those beyond ``p`` are left out, as are those that test nothing.
    """
    at = [seeds for seeds in looks if seeds <= p.shape[1] and not np.isnan(p[0, seeds - 1])]
    levels = [level_at(at[: place + 1]) for place in range(len(at))]
    return float(np.mean(np.any(p[:, np.array(at) - 1] <= levels, axis=1)))


def p_values(runs: Sequence[Score], earlier: int = 0, most: int = MOST, pairs: int = PAIRS) -> NDArray[np.float64]:
    """Returns p of pairs of groups of one setting with 1, 2, … seeds of each (pairs, seeds), by ``compare_settings``.

    Args:
        runs: From which the groups are drawn; in one pair no run occurs twice.
        earlier: Further runs of each side, for the spread between seeds.
        most: Runs in a group, or as many as there are.
    """
    verdicts = np.stack([run.correct for run in runs if run.correct is not None])
    covariance, accuracies, reviews = np.cov(verdicts), verdicts.mean(axis=1), verdicts.shape[1]
    size = min(most, len(runs) // 2 - earlier)
    seeds, rng = np.arange(1, size + 1), np.random.default_rng(DRAW)

    def noise(places: NDArray[np.int64]) -> NDArray[np.float64]:
        own = covariance[np.ix_(places, places)]
        squares = np.diag(own).cumsum()
        count = np.arange(1, len(places) + 1)
        products = own.cumsum(axis=0).cumsum(axis=1).diagonal() - squares
        unbiased: NDArray[np.float64] = squares / count - products / np.maximum(1, count * (count - 1))
        return np.maximum(0.0, unbiased)

    def spread(places: NDArray[np.int64], lent: NDArray[np.int64]) -> tuple[Any, ...]:
        own, df = accuracies[places], seeds - 1.0
        squares, of_noise = (own**2).cumsum() - own.cumsum() ** 2 / seeds, noise(places) * df
        if earlier:
            squares, of_noise = squares + np.var(accuracies[lent]) * earlier, of_noise + noise(lent)[-1] * (earlier - 1)
            df = df + earlier - 1
        return np.maximum(squares / df, 1 / (12 * reviews**2)) / seeds, df, of_noise / df / seeds

    p = np.full((pairs, size), np.nan)
    for row in p:
        a, b, lent_a, lent_b = np.split(
            rng.permutation(len(runs))[: 2 * (size + earlier)], np.cumsum([size, size, earlier])
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            of_a, of_b = spread(a, lent_a), spread(b, lent_b)
            both = [
                covariance[np.ix_(x, y)].cumsum(axis=0).cumsum(axis=1).diagonal() for x, y in ((a, a), (b, b), (a, b))
            ]
            own = np.maximum(0, (both[0] + both[1] - 2 * both[2]) / seeds**2 - of_a[2] - of_b[2])
            of_reviews = (own + 2 / (reviews + 2)) / reviews
            df = satterthwaite(of_a[:2], of_b[:2], (of_reviews, reviews - 1))
            difference = (accuracies[a].cumsum() - accuracies[b].cumsum()) / seeds
            row[:] = two_sided(difference, of_a[0] + of_b[0] + of_reviews, df)
    p[:, : 0 if earlier else 2] = np.nan
    return p


def normal_p_values(earlier: int = 0, pairs: int = 10 * PAIRS) -> NDArray[np.float64]:
    """Returns the same of normal accuracies, without a share of the reviews."""
    rng, seeds = np.random.default_rng(DRAW), np.arange(1, MOST + 1)
    runs = rng.normal(size=(2, pairs, MOST))
    means = runs.cumsum(axis=2) / seeds
    df: Any = seeds - 1.0  # an array, as the variances: the functions below are typed for one pair, and take many
    squares: Any = (runs**2).cumsum(axis=2) - seeds * means**2
    if earlier:
        squares, df = squares + rng.chisquare(earlier - 1, size=(2, pairs, 1)), df + earlier - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        of_a, of_b = squares / df / seeds
        p = np.asarray(two_sided(means[0] - means[1], of_a + of_b, satterthwaite((of_a, df), (of_b, df))))
    p[:, : 0 if earlier else 2] = np.nan
    return p


def power(seeds: int = 3, points: float = 5.0, draws: int = 5000) -> tuple[float, float, float, float]:
    """Returns how often normal accuracies, seeds deviating by a point, are told apart at the first look.

    Returns:
        With two settings, one of them better: that it is called better. With three, one of them better: that it is
        called better than one of the others, than both; and that the others are called different.
    """
    rng = np.random.default_rng(DRAW)
    called = np.zeros(4)
    for _ in range(draws):
        runs = rng.normal(np.array([[points], [0], [0]]), 1, size=(3, seeds))
        of_seeds = [(float(row.var(ddof=1)) / seeds, seeds - 1) for row in runs]
        tested = {
            (a, b): by_student(
                float(runs[a].mean() - runs[b].mean()), (seeds, seeds), [of_seeds[a], of_seeds[b]], (0, 1)
            )
            for a, b in itertools.combinations(range(3), 2)
        }
        better, other, equals = (item.is_decided for item in judged_together(tested).values())
        called += tested[0, 1].is_decided, better, better and other, equals
    alone, above_one, both, wrong = called / draws
    return float(alone), float(above_one), float(both), float(wrong)


def told_apart(worse: Sequence[Score], better: Sequence[Score], size: int) -> float:
    """Returns the share of pairs of groups, ``size`` runs of two settings, in which the better one is called better."""
    rng = np.random.default_rng(DRAW)
    called = 0
    for _ in range(DRAWS):
        a, b = ([runs[place] for place in rng.choice(len(runs), size, replace=False)] for runs in (worse, better))
        called += compare_settings(a, b).verdict == "b is better"
    return called / DRAWS


def _train(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as cache:
        for name, (values, runs) in TRAININGS.items():
            options = [word for setting, value in values.items() for word in (f"--{setting}".replace("_", "-"), value)]
            command = [*_SWEEP, *map(str, options), "--seeds", *map(str, range(1, runs + 1))]
            environment = {**os.environ, CACHE_VARIABLE: cache}
            subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
            write(recorded(Path(cache) / "runs.db", experiment_from(values)), folder / f"{name}.npz")


def _score(right: NDArray[np.bool_], measure: Measure) -> Score | None:
    probabilities, labels = right.astype(np.float32), np.ones(right.shape[1], np.int64)  # 1 is right
    if measure == "kept":
        return kept(probabilities, labels)
    return typical(list(right.mean(axis=1)), len(labels), probabilities, labels)


def _right(store: RunStore, run: Run, labels: NDArray[np.int64]) -> NDArray[np.bool_]:  # (epochs, reviews)
    right = np.stack(
        [(decoded(epoch.probabilities) > THRESHOLD) == (labels == 1) for epoch in store.predictions(run.id)]
    )
    # Else these are not the reviews that judged it.
    np.testing.assert_allclose(right.mean(axis=1), [epoch["val_accuracy"] for epoch in run.epochs], atol=1e-6)
    return right


def _print_equals(pool: Pool) -> None:
    print(_title(pool))
    for size, earlier in CASES:
        called = ", ".join(
            f"{measure} {called_different(p_values(pool.scores(measure), earlier, size), [size]):.1%}"
            for measure in MEASURES
        )
        lent = f", {earlier} earlier" if earlier else ""
        print(f"  {size} each{lent}: called different: {called}")
    for earlier in EARLIER:
        p = {measure: p_values(pool.scores(measure), earlier) for measure in MEASURES}
        _print_looks(p, earlier)


def _print_looks(p: Mapping[Any, NDArray[np.float64]], earlier: int) -> None:
    for name, looks in LOOKS.items():
        called = ", ".join(f"{which} {called_different(values, looks):.1%}" for which, values in p.items())
        print(f"  looks {name}, {earlier} earlier: called different: {called}")


def _title(pool: Pool) -> str:
    experiment = Experiment(**pool.about["settings"])
    means = ", ".join(
        f"{measure} {np.mean(accuracies):.1%} (deviation {100 * np.std(accuracies, ddof=1):.1f} points)"
        for measure in MEASURES
        for accuracies in [[score.accuracy for score in pool.scores(measure)]]
    )
    return f"{len(pool.seeds)} × {experiment.label}, maxlen {experiment.maxlen}, of {pool.about['date']}: {means}"


if __name__ == "__main__":
    main("anew" in sys.argv[1:])
