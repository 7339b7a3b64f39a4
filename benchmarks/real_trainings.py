"""Error rates and power of verdicts, by drawing settings whose truth is known: the figures of docs/comparison.md.

    python -m benchmarks.real_trainings [anew]

Accuracies are drawn from distributions, or are those of real trainings: small files beside the tests, with the
validation reviews that each epoch classified correctly. All verdicts are the program's own. It takes a quarter of an
hour on a busy core; with ``anew`` all networks are trained again before, by the engine in a cache of its own (as long
again), and the files are overwritten.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from rnn_compare.comparison.inference.accuracies import Score, stacked
from rnn_compare.comparison.inference.intervals import spread
from rnn_compare.comparison.inference.judgement import FEWEST_BESIDE_FIXED, UNCOUNTED, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.levels import Difference
from rnn_compare.comparison.measures import kept
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

DRAWS = 2000
DRAW = 1
"""The seed of the draws: there is one fixed draw."""
AFTER_EVERY_SEED = tuple(range(3, 11))
LOOKS = {"3, 4, … 10": AFTER_EVERY_SEED, "3, 5, 10": (3, 5, 10)}
"""The seeds of each setting at every look."""
EARLIER = (0, 3)
"""Earlier runs of each setting, which are pooled for the spread between seeds."""
SEVERAL = ((3, 3), (4, 3), (8, 3), (8, 5))
"""Settings that are judged together, and the seeds of each."""

Accuracies = Callable[[np.random.Generator, int], NDArray[np.float64]]
"""Draws the accuracies of so many seeds, in points above their mean (seeds,)."""


@dataclass(frozen=True)
class Pool:
    """Trainings that differ by nothing but their seed."""

    about: Mapping[str, Any]  # settings but for the seed, versions, machine and date
    seeds: tuple[int, ...]
    right: NDArray[np.bool_]  # which validation reviews each epoch classified correctly (runs, epochs, reviews)

    @cached_property
    def scores(self) -> list[Score]:
        """The accuracy of each run on held-out reviews."""
        labels = np.ones(self.right.shape[2], np.int64)  # 1 is right
        return [score for right in self.right if (score := kept(right.astype(np.float32), labels))]

    @property
    def easiness(self) -> NDArray[np.float64]:
        """The share of runs that are right on each review (reviews,)."""
        verdicts = stacked(self.scores)
        assert verdicts is not None
        return np.asarray(verdicts.mean(axis=0))

    def accuracies(self, rng: np.random.Generator, seeds: int) -> NDArray[np.float64]:
        """Draws the accuracies of runs, as ``Accuracies`` does."""
        shares = np.array([score.accuracy for score in self.scores])
        return np.asarray(100 * (rng.choice(shares, seeds) - shares.mean()))

    def groups(self, rng: np.random.Generator, count: int, seeds: int) -> list[list[Score]]:
        """Draws groups of runs; no run occurs twice."""
        places = rng.permutation(len(self.scores))[: count * seeds].reshape(count, seeds)
        return [[self.scores[place] for place in group] for group in places]


def main(anew: bool = False, folder: Path | str = FOLDER) -> None:
    """Prints the figures, after training if they are to be made anew."""
    if anew:
        _train(Path(folder))
    print(machine())
    pools = {_name(pool): pool for pool in (read(name, folder) for name in EQUALS)}
    worse, better = (read(name, folder) for name in UNEQUALS)
    print(*map(_title, (*pools.values(), worse, better)), sep="\n")
    _print_looks()
    _print_unlike(pools)
    _print_several(pools)
    _print_real(pools)
    _print_baselines(pools)
    for seeds in (3, 5):
        print(f"{seeds} seeds: the last of these networks is called better: {told_apart(worse, better, seeds):.1%}")


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


def normal(deviation: float, lead: float = 0.0) -> Accuracies:
    """Returns accuracies whose seeds deviate by so many points."""
    return lambda rng, seeds: rng.normal(lead, deviation, seeds)


def piles(lower: float) -> Accuracies:
    """Returns accuracies in two piles: the share ``lower`` lies ten points below the others, which deviate by ½."""
    return lambda rng, seeds: rng.normal(0, 0.5, seeds) - 10 * ((rng.random(seeds) < lower) - lower)


def skewed(rng: np.random.Generator, seeds: int) -> NDArray[np.float64]:
    """Draws accuracies whose distances below the highest are lognormal, as ``Accuracies`` does."""
    return np.asarray(np.exp(0.5) - rng.lognormal(0, 1, seeds))


def scores(points: NDArray[np.float64]) -> list[Score]:
    """Returns accuracies of 80 % and so many points, alone."""
    return [Score(0.8 + point / 100, None, UNCOUNTED) for point in points.tolist()]


def judged(settings: Sequence[Sequence[Score]]) -> tuple[Pair, ...]:
    """Returns all pairs of settings, judged together at one look."""
    return judge_settings([Sample(str(place), tuple(runs)) for place, runs in enumerate(settings)], "kept").pairs


def at_each_look(
    a: Sequence[Score], b: Sequence[Score], looks: Sequence[int], lent: Sequence[Sequence[Score]] = ((), ())
) -> list[Difference]:
    """Returns the difference of two settings as it stands at each look.

    Args:
        a, b: As many runs of either setting as there are at the last look.
        looks: The seeds of each setting at every look.
        lent: Earlier runs of either setting.
    """
    submitted = tuple(float(np.searchsorted(looks, seed)) for seed in range(1, looks[-1] + 1))
    settings = [
        Sample(name, tuple(runs), submitted, spread(earlier) if earlier else None)
        for name, runs, earlier in zip("ab", (a, b), lent, strict=True)
    ]
    [pair] = judge_settings(settings, "kept").pairs
    assert pair.difference
    return [until(pair.difference, look) for look in range(1, pair.difference.looks + 1)]


def until(difference: Difference, look: int) -> Difference:
    """Returns a difference as it stood at one of its looks, counted from 1."""
    return replace(difference, tests=difference.tests[:look], levels=difference.levels[:look], looks=look)


def over_looks(first: Accuracies, second: Accuracies, lead: float) -> dict[str, float]:
    """Returns how often two settings get each verdict, looked at with 3, 4, … 10 seeds; the first is ahead by ``lead``.

    A verdict *by the newest look alone* is what the interval of that look says without those of the looks before it.
    """
    rng = np.random.default_rng(DRAW)
    counts: Counter[str] = Counter()
    for _ in range(DRAWS):
        looks = at_each_look(scores(lead + first(rng, 10)), scores(second(rng, 10)), AFTER_EVERY_SEED)
        low, high = looks[-1].limits
        counts["covered"] += low <= lead / 100 <= high
        counts["no common interval"] += low > high
        counts["contradictory"] += looks[-1].is_contradictory
        counts["better at some look"] += any(look.verdict == "a is better" for look in looks)
        counts["worse called better"] += any(look.verdict == "b is better" for look in looks)
        for seeds, look in ((seeds, looks[seeds - 3]) for seeds in (3, 5, 10)):
            counts[f"better by {seeds}"] += look.verdict == "a is better"
            counts[f"equal by {seeds}"] += look.verdict == "equal"
            newest = replace(look, tests=look.tests[-1:], levels=look.levels[-1:])
            counts[f"better by the newest look alone at {seeds}"] += newest.verdict == "a is better"
            counts[f"equal by the newest look alone at {seeds}"] += newest.verdict == "equal"
    return _shares(counts)


def called_different(first: Accuracies, second: Accuracies, seeds: int) -> float:
    """Returns how often two settings of one mean are called different at the first look."""
    rng = np.random.default_rng(DRAW)
    return _share(judged([scores(first(rng, seeds)), scores(second(rng, seeds))])[0].winner for _ in range(DRAWS))


def different_at_some_look(pool: Pool, looks: Sequence[int], earlier: int) -> float:
    """Returns how often two groups of one setting are called different at some look, of those that the runs allow."""
    rng = np.random.default_rng(DRAW)
    at = [seeds for seeds in looks if 2 * (seeds + earlier) <= len(pool.scores)]

    def is_wrong() -> bool:
        a, b = pool.groups(rng, 2, at[-1] + earlier)
        looks = at_each_look(a[: at[-1]], b[: at[-1]], at, (a[at[-1] :], b[at[-1] :]))
        return any(look.is_decided for look in looks)

    return _share(is_wrong() for _ in range(DRAWS))


def drawn(accuracies: Accuracies, count: int, seeds: int) -> Callable[[np.random.Generator], Sequence[Sequence[Score]]]:
    """Returns what draws the seeds of several equal settings, as ``Pool.groups`` does."""
    return lambda rng: [scores(accuracies(rng, seeds)) for _ in range(count)]


def some_pair_different(groups: Callable[[np.random.Generator], Sequence[Sequence[Score]]]) -> float:
    """Returns how often some pair of several equal settings is called different."""
    rng = np.random.default_rng(DRAW)
    return _share(any(pair.winner for pair in judged(groups(rng))) for _ in range(DRAWS))


def best_and_worst_different(pool: Pool, settings: int, seeds: int) -> float:
    """Returns how often the best and the worst of several equal settings are called different, judged by themselves."""
    rng = np.random.default_rng(DRAW)

    def is_wrong() -> bool:
        groups = sorted(pool.groups(rng, settings, seeds), key=lambda runs: sum(run.accuracy for run in runs))
        return judged([groups[0], groups[-1]])[0].winner is not None

    return _share(is_wrong() for _ in range(DRAWS))


def power(settings: int, seeds: int, lead: float = 5.0) -> dict[str, float]:
    """Returns how often a setting that is ahead by ``lead`` points is called better; seeds deviate by a point."""
    rng = np.random.default_rng(DRAW)
    counts: Counter[str] = Counter()
    for _ in range(DRAWS):
        points = rng.normal(0, 1, (settings, seeds))
        points[0] += lead
        pairs = judged([scores(row) for row in points])
        better = [pair.verdict == "a is better" for pair in pairs[: settings - 1]]  # of the pairs with the first
        counts["better than some other"] += any(better)
        counts["than all others"] += all(better)
        counts["equals called different"] += any(pair.winner for pair in pairs[settings - 1 :])
    return _shares(counts)


def beside_a_baseline(pool: Pool, easiness: NDArray[np.float64], seeds: int, lead: float) -> dict[str, float]:
    """Returns how often networks are called above or below a baseline that is ahead of them by ``lead`` points.

    Reviews are drawn, with replacement, from those stored: all of these are the truth. The baseline is ahead of the
    mean of these networks; of so many that their setting is judged, of the mean of all stored networks.

    Args:
        easiness: Of each review; the baseline is right on the easiest, but for noise (reviews,).
    """
    rng, reviews = np.random.default_rng(DRAW), len(easiness)
    counts: Counter[str] = Counter()
    for _ in range(DRAWS):
        [runs] = pool.groups(rng, 1, seeds)
        about = runs if seeds < FEWEST_BESIDE_FIXED else pool.scores
        accuracy = lead / 100 + np.mean([run.accuracy for run in about])
        order = np.argsort(rng.normal(-easiness, easiness.std()))
        correct = np.zeros(reviews)
        correct[order[: round(accuracy * reviews)]] = 1
        chosen = rng.integers(0, reviews, reviews)
        networks = tuple(_of_reviews(run.correct, chosen) for run in runs)
        baseline = Sample("baseline", (_of_reviews(correct, chosen),), is_fixed=True)
        [pair] = judge_settings([Sample("networks", networks)], "kept", baselines=[baseline]).beside_baselines
        counts["above"] += pair.winner is pair.a
        counts["below"] += pair.winner is pair.b
    return _shares(counts)


def told_apart(worse: Pool, better: Pool, seeds: int) -> float:
    """Returns how often the better of two settings is called better."""
    rng = np.random.default_rng(DRAW)
    return _share(
        judged([*worse.groups(rng, 1, seeds), *better.groups(rng, 1, seeds)])[0].verdict == "b is better"
        for _ in range(DRAWS)
    )


def _print_looks() -> None:
    title = "Normal accuracies of two settings, looked at with 3, 4, … 10 seeds"
    for deviations, leads in (((1.0, 1.0), (0, 2, 3, 5)), ((0.4, 2.0), (0, 2, 3, 5)), ((0.3, 0.3), (0, 1))):
        first, second = map(normal, deviations)
        columns = {f"{lead} points ahead": over_looks(first, second, lead) for lead in leads}
        _print_table(f"{title}, deviations {deviations[0]} and {deviations[1]} points", columns)
    columns = {
        f"{settings} settings, {seeds} seeds": power(settings, seeds)
        for settings, seeds in itertools.product((2, 3, 4), (3, 5))
    }
    _print_table("The first setting is 5 points ahead of all others, deviation 1 point, one look", columns)


def _print_unlike(pools: Mapping[str, Pool]) -> None:
    steady = normal(0.3)
    pairs: dict[str, tuple[Accuracies, Accuracies]] = {
        **{f"piles {lower}, steady": (piles(lower), steady) for lower in (0.5, 0.3, 0.1)},
        "lognormal, steady": (skewed, steady),
        "piles 0.5, the same": (piles(0.5), piles(0.5)),
        "normal 1, the same": (normal(1), normal(1)),
        "normal 2, normal 0.4": (normal(2), normal(0.4)),
    }
    for (name, pool), (other, other_pool) in itertools.combinations(pools.items(), 2):
        pairs[f"{name}, {other}"] = (pool.accuracies, other_pool.accuracies)
    columns = {
        f"{seeds} seeds": {name: called_different(first, second, seeds) for name, (first, second) in pairs.items()}
        for seeds in (3, 5, 10)
    }
    _print_table("Two settings of one mean are called different at the first look", columns)


def _print_several(pools: Mapping[str, Pool]) -> None:
    some: dict[str, dict[str, float]] = {}
    alone: dict[str, dict[str, float]] = {}
    for settings, seeds in SEVERAL:
        case = f"{settings} of {seeds} seeds"
        some[case], alone[case] = {}, {}
        for name, accuracies in {"normal 1": normal(1), "piles 0.5": piles(0.5)}.items():
            some[case][name] = some_pair_different(drawn(accuracies, settings, seeds))
        for name, pool in pools.items():
            if settings * seeds <= len(pool.scores):
                some[case][name] = some_pair_different(partial(pool.groups, count=settings, seeds=seeds))
                alone[case][name] = best_and_worst_different(pool, settings, seeds)
    _print_table("Several equal settings: some pair is called different", some)
    _print_table("Of the same, the best and the worst, judged by themselves, are called different", alone)


def _print_real(pools: Mapping[str, Pool]) -> None:
    columns = {
        f"looks at {name} seeds, {earlier} earlier runs": {
            f"{pool}, {which}": different_at_some_look(runs, at, earlier)
            for pool, runs in pools.items()
            for which, at in {"first look": looks[:1], "some look": looks}.items()
        }
        for (name, looks), earlier in itertools.product(LOOKS.items(), EARLIER)
    }
    _print_table("Groups of one setting are called different", columns)


def _print_baselines(pools: Mapping[str, Pool]) -> None:
    easiness = next(iter(pools.values())).easiness
    for lead in (0, 3):
        columns: dict[str, dict[str, float]] = {}
        for seeds in (1, 3, 5, 7, 10):
            shares = {name: beside_a_baseline(pool, easiness, seeds, lead) for name, pool in pools.items()}
            columns[f"{seeds} seeds"] = {
                f"{name} {where}": share for name, places in shares.items() for where, share in places.items()
            }
        _print_table(f"Networks are called above or below a baseline that is {lead} points ahead", columns)


def _print_table(title: str, columns: Mapping[str, Mapping[str, float]]) -> None:
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    print(f"\n{title}", f"| % of {DRAWS:,} draws | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|", sep="\n")
    for row in rows:
        cells = (f"{100 * column[row]:.1f}" if row in column else "" for column in columns.values())
        print(f"| {row} | {' | '.join(cells)} |")


def _train(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as cache:
        for name, (values, runs) in TRAININGS.items():
            options = [word for setting, value in values.items() for word in (f"--{setting}".replace("_", "-"), value)]
            command = [*_SWEEP, *map(str, options), "--seeds", str(runs)]
            environment = {**os.environ, CACHE_VARIABLE: cache}
            subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
            write(recorded(Path(cache) / "runs.db", experiment_from(values)), folder / f"{name}.npz")


def _right(store: RunStore, run: Run, labels: NDArray[np.int64]) -> NDArray[np.bool_]:  # (epochs, reviews)
    right = np.stack(
        [(decoded(epoch.probabilities) > THRESHOLD) == (labels == 1) for epoch in store.predictions(run.id)]
    )
    # Else these are not the reviews that judged it.
    np.testing.assert_allclose(right.mean(axis=1), [epoch["val_accuracy"] for epoch in run.epochs], atol=1e-6)
    return right


def _of_reviews(correct: NDArray[np.float64] | None, places: NDArray[np.int64]) -> Score:
    assert correct is not None
    return Score(float(correct[places].mean()), correct[places], len(places))


def _share(events: Iterable[object]) -> float:
    return float(np.mean([bool(event) for event in events]))


def _shares(counts: Counter[str]) -> dict[str, float]:
    return {name: count / DRAWS for name, count in counts.items()}


def _name(pool: Pool) -> str:
    return Experiment(**pool.about["settings"]).label


def _title(pool: Pool) -> str:
    experiment = Experiment(**pool.about["settings"])
    accuracies = [score.accuracy for score in pool.scores]
    deviation = 100 * np.std(accuracies, ddof=1)
    return (
        f"{len(pool.seeds)} × {experiment.label}, maxlen {experiment.maxlen}, of {pool.about['date']}: "
        f"kept {np.mean(accuracies):.1%} (deviation {deviation:.1f} points)"
    )


if __name__ == "__main__":
    main("anew" in sys.argv[1:])
