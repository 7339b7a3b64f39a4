"""Accuracies of recorded runs and groups by every measure, cached."""

import json
import statistics
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.comparison.baselines import same_baselines
from rnn_compare.comparison.groups import Group, is_complete
from rnn_compare.comparison.inference.accuracies import TITLES, Judging, Score
from rnn_compare.comparison.inference.intervals import FEWEST, Spread, spread
from rnn_compare.comparison.measures import kept, on_test_reviews
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import duration, in_percent, percent
from rnn_compare.networks.parameters import parameters
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Part, decoded
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.table import Column, Entry, Table

CACHED = 600
"""Runs and measures; one on 5,000 reviews takes 40 kB."""
MEASURED = Path(__file__).parents[1] / "recordings" / "seed_spreads.json"
"""Spreads between seeds of the presets' settings, measured by this program: see docs/comparison.md."""


class Evidence:
    """Accuracies of the runs in a store. Thread-safe.

    Args:
        left_out: Tells which runs do not count as earlier runs.
    """

    def __init__(self, store: RunStore, left_out: Callable[[Run], bool] = lambda _: False) -> None:
        self._store = store
        self._left_out = left_out
        self._cache: OrderedDict[tuple[object, ...], Score | None] = OrderedDict()
        self._accuracies: dict[tuple[object, ...], float] = {}

    def score(self, run: Run, measure: Judging) -> Score | None:
        """Returns the accuracy of a run with at least one epoch; None if it was not measured in this way."""
        has_labels = known_labels(run.experiment, "test" if measure == "test" else "validation") is not None
        key = (run.id, run.status, measure, len(run.epochs), run.test, has_labels)
        if key not in self._cache:
            self._cache[key] = self._measured(run, measure)
            while len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return self._cache.get(key)

    def accuracy(self, run: Run, measure: Judging) -> float | None:
        """Returns the accuracy in ``score`` alone, which is kept for any number of runs: a table lists all of them."""
        key = (run.id, run.status, measure, len(run.epochs), run.test)
        if key not in self._accuracies:
            if (score := self.score(run, measure)) is None:
                return None
            self._accuracies[key] = score.accuracy
        return self._accuracies[key]

    def scores(self, runs: Sequence[Run], measure: Judging) -> list[Score]:
        """Returns the accuracies of runs; none unless all of them were measured in this way."""
        measured = [accuracy for run in runs if (accuracy := self.score(run, measure))]
        return measured if len(measured) == len(runs) else []

    def accuracies(self, group: Group, measure: Judging) -> list[float]:
        """Returns those of a group's counted runs; where all its runs broke off, of all that have an epoch."""
        runs = group.counted or [run for run in group.runs if run.epochs]
        return [training.accuracy for training in self.scores(runs, measure)]

    def spread(self, group: Group, measure: Judging) -> Spread | None:
        """Returns the spread of earlier or reference runs of a group's setting; None if too few."""
        own = {run.experiment.seed for run in group.runs}
        others = {
            run.experiment.seed: run
            for run in self._store.with_setting(group.experiment.setting)
            if run.experiment.seed not in own
            and is_complete(run)
            and not (run.is_from_elsewhere or self._left_out(run))
        }
        measured = [accuracy for run in others.values() if (accuracy := self.score(run, measure))]
        if len(measured) >= FEWEST:
            return spread(measured)
        if not (shipped := _shipped().get(group.experiment.setting, {}).get(measure)):
            return None
        further = replace(shipped, runs=shipped.runs - max(0, len(group.counted) - 1))  # the same seeds count once
        return further if further.runs >= FEWEST else None

    def picked_from(self, groups: Sequence[Group]) -> int:
        """Returns how many settings were trained together with two or more of these groups, these included."""
        times = Counter(created for group in groups for created in {run.created for run in group.counted})
        settings = {group.experiment.setting for group in groups}
        return len(settings.union(*(self._store.submitted_together(at) for at, count in times.items() if count > 1)))

    def _measured(self, run: Run, measure: Judging) -> Score | None:
        if measure == "test":
            return self._on_test_reviews(run)
        labels = known_labels(run.experiment, "validation")
        by_number: dict[int, NDArray[np.float32]] = {
            prediction.epoch: decoded(prediction.probabilities)
            for prediction in self._store.predictions(run.id)
            if labels is not None and prediction.reviews == len(labels)
        }
        by_epoch: Sequence[NDArray[np.float32] | None] = [by_number.get(epoch.epoch) for epoch in run.epochs]
        return None if labels is None else kept(by_epoch, labels)

    def _on_test_reviews(self, run: Run) -> Score | None:
        if run.test is None:
            return None
        labels = known_labels(run.experiment, "test")
        predictions = self._store.predictions(run.id, "test")
        if labels is None or not predictions or predictions[-1].reviews != len(labels):
            return Score(run.test.accuracy, None, run.test.reviews)
        return on_test_reviews(decoded(predictions[-1].probabilities), labels)


def known_labels(experiment: Experiment, part: Part) -> NDArray[np.int64] | None:
    """Returns the labels of an experiment's validation or test reviews (reviews,); None if they are not prepared."""
    try:
        return _labels(same_baselines(experiment), part)
    except UserError:  # the source is gone, is not prepared yet, or has fewer reviews than before
        return None


@lru_cache(maxsize=32)  # an exception is not cached
def _labels(experiment: Experiment, part: Part) -> NDArray[np.int64] | None:
    if not prepared.is_prepared(experiment.dataset):
        raise UserError(f"The reviews of {experiment.dataset} are not prepared.")
    return prepared.load(experiment.dataset).labels(experiment, part)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, dict[str, Spread]]:
    return {
        setting: {measure: Spread(**values) for measure, values in measures.items()}
        for setting, measures in json.loads(MEASURED.read_text(encoding="utf-8"))["settings"].items()
    }


def results_table(groups: Sequence[Group], evidence: Evidence, measure: Judging) -> Table:
    """Returns the mean accuracies of groups' counted runs, their parameters, and the median time of a training."""
    columns = [
        *(Column("Network", key="network"), Column("Seeds", key="seeds")),
        Column(TITLES[measure], percent, "accuracy"),
        *(Column("Parameters", key="parameters"), Column("Training", duration, "seconds")),
    ]
    notes = []
    rows = []
    for group in groups:
        counted, seeds = len(group.counted), len(group.runs)
        for run in group.left_out:
            epochs = f"{len(run.epochs)} of {run.experiment.epochs} epochs"
            notes.append(f"{run.id} is not included: {run.status.value} after {epochs}.")
        shares = evidence.accuracies(group, measure)
        limits = f"{in_percent(min(shares))} to {percent(max(shares))}" if shares and seeds > 1 else ""
        took = [sum(epoch.seconds for epoch in run.epochs) for run in group.counted]
        rows.append(
            (
                group.name,
                counted if counted == seeds else f"{counted} of {seeds}",
                Entry(statistics.fmean(shares) if shares else None, small=limits),
                parameters(group.experiment).total,
                statistics.median(took) if took else None,
            )
        )
    return Table(columns, rows, notes)
