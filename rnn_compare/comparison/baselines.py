"""Accuracies of the baselines on an experiment's split, cached on disk, or shipped: those of the shipped recordings."""

import contextlib
import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.comparison.groups import JUDGED_BY
from rnn_compare.comparison.inference.accuracies import Judging, Score
from rnn_compare.comparison.inference.judgement import Pair, Sample, judge_settings
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import duration, percent
from rnn_compare.paths import cache_place
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.runs import shipped
from rnn_compare.table import Column, Table

FOLDER = "baselines"
"""In the cache folder, and in that of the shipped recordings, to which its files can be copied."""
FORMAT = 3
"""Raise it whenever a baseline's results or the layout of its file change."""
BASELINE_SETTINGS = (*JUDGED_BY, "vocabulary_size", "seed")
"""Settings that baselines depend on; on the seed only if it chooses the split."""
GUESS = 0.03
"""The most by which bags of words exceed the more frequent label if they guess."""
NOTE = "Baselines read whole texts, networks only the last words."


@dataclass(frozen=True, eq=False)
class Baseline:
    """One baseline's results on the reviews that it was not fitted to.

    Attributes:
        name: As in ``all_baselines``.
        seconds: The time for counting, fitting and classifying the validation reviews.
        features: The number of terms, words or pairs of words, with a weight each, not counting the bias.
        correct: Whether it classified each validation review correctly (reviews,), in the order of ``Reviews.places``.
        test_correct: The same for the test reviews; None without any.
    """

    name: str
    seconds: float
    features: int
    correct: NDArray[np.bool_]
    test_correct: NDArray[np.bool_] | None

    @property
    def title(self) -> str:
        """Its name on pages."""
        return all_baselines()[self.name].title

    @property
    def reads_text(self) -> bool:
        """Whether it is worth beating: tables alone have one that always gives the same label."""
        return all_baselines()[self.name].reads_text

    @property
    def val_accuracy(self) -> float:
        """Its accuracy on the validation reviews."""
        return float(self.correct.mean())

    @property
    def test_accuracy(self) -> float | None:
        """Its accuracy on the test reviews; None without any."""
        return None if self.test_correct is None else float(self.test_correct.mean())

    def score(self, basis: Judging) -> Score | None:
        """Returns its accuracy on the reviews that networks are judged by, like theirs; None without test reviews."""
        correct = self.test_correct if basis == "test" else self.correct
        return None if correct is None else Score(float(correct.mean()), correct.astype(np.float64), len(correct))

    def setting(self, basis: Judging) -> Sample | None:
        """Returns it as a judgement takes it; None without test reviews."""
        score = self.score(basis)
        return None if score is None else Sample(self.title, (score,), is_fixed=True)


def same_baselines(experiment: Experiment) -> Experiment:
    """Returns the experiment that stands for all with the same baselines: settings that don't matter are defaults."""
    matters = set(BASELINE_SETTINGS) if experiment.vary_split else set(BASELINE_SETTINGS) - {"seed"}
    return experiment.model_copy(
        update={name: field.default for name, field in Experiment.model_fields.items() if name not in matters}
    )


def baselines(experiment: Experiment, tell: Callable[[int, int], None] | None = None) -> list[Baseline]:
    """Returns all baselines on an experiment's reviews, the simplest first; takes seconds unless they are cached.

    Each is cached as soon as it is fitted.

    Pass ``same_baselines(experiment)`` to a worker, so that it computes them once for all networks of a comparison.
    ``tell`` is called with the number of baselines done and of all. Raises ``UserError`` without source or cache.
    """
    reviews = prepared.load(experiment.dataset)
    results = _stored(reviews, experiment)
    missing = list(all_baselines())[len(results) :]
    if missing:
        import sklearn.linear_model  # noqa: F401  # a second that is no part of any baseline's
    for name in missing:
        if tell:
            tell(len(results), len(all_baselines()))
        results.append(_judge(name, reviews, experiment))
        with contextlib.suppress(OSError):  # the results count even if the disk is full
            _write(cache_place() / FOLDER / _name(reviews, experiment), results)
    return results


def write(experiment: Experiment, cache: Path) -> None:
    """Writes an experiment's baselines into another cache folder; raises as ``baselines`` does, and ``OSError``."""
    _write(cache / FOLDER / _name(prepared.load(experiment.dataset), experiment), baselines(experiment))


def fitted(experiment: Experiment) -> list[Baseline]:
    """Returns those of ``baselines`` that are cached; raises ``UserError`` if the source cannot be used."""
    if not prepared.is_prepared(experiment.dataset):
        return []
    return _stored(prepared.load(experiment.dataset), experiment)


def cached(experiment: Experiment) -> list[Baseline] | None:
    """Returns ``baselines`` if all are cached, else None; raises ``UserError`` if the source cannot be used."""
    results = fitted(experiment)
    return results if len(results) == len(all_baselines()) else None


def shared_baselines(experiments: Collection[Experiment]) -> tuple[Baseline, ...]:
    """Returns the cached baselines of the split that all experiments share; none if there are several splits."""
    splits = set(map(same_baselines, experiments))
    with contextlib.suppress(UserError):
        return tuple(cached(splits.pop()) or ()) if len(splits) == 1 else ()
    return ()


def baseline_table(results: Iterable[Baseline]) -> Table:
    """Returns the accuracies of baselines; its records are those of the command line."""
    columns = (
        Column("Baseline", lambda name: all_baselines()[name].title, "name"),
        Column("Validation", percent, "val_accuracy"),
        Column("Test", percent, "test_accuracy"),
        Column("Terms", key="features"),
        Column("Time", duration, "seconds"),
    )
    return Table(columns, map(attrgetter(*(column.key for column in columns)), results))


def lead(results: Collection[Baseline], name: str, over: str, basis: Judging = "kept") -> Pair:
    """Returns the comparison of two baselines."""
    settings = {item.name: setting for item in results if (setting := item.setting(basis))}
    [pair] = judge_settings([settings[name], settings[over]], basis).pairs
    return pair


def bags_guess(results: Collection[Baseline], basis: Judging = "kept") -> bool:
    """Returns whether bags of words cannot be told apart from guessing: if anything decides, it is word order."""
    leads = [lead(results, name, "majority", basis) for name in ("words", "bigrams")]
    return all(pair.a.accuracy - pair.b.accuracy <= GUESS and pair.winner is None for pair in leads)


def _judge(name: str, reviews: Reviews, experiment: Experiment) -> Baseline:
    start = time.perf_counter()
    places = reviews.places(experiment)
    model = all_baselines()[name].fit(reviews.training, places.training, experiment.vocabulary_size)
    validated = model.verdicts(reviews.training, places.validation) == reviews.training.labels[places.validation]
    seconds = time.perf_counter() - start
    tested = None
    if len(places.test):
        tested = model.verdicts(reviews.training, places.test) == reviews.training.labels[places.test]
    elif reviews.testing is not None:
        labels = reviews.testing.labels
        tested = model.verdicts(reviews.testing, np.arange(len(labels))) == labels
    return Baseline(name, seconds, model.features, validated, tested)


def _stored(reviews: Reviews, experiment: Experiment) -> list[Baseline]:
    files = (folder / FOLDER / _name(reviews, experiment) for folder in (cache_place(), shipped.FOLDER))
    return max(map(_read, files), key=len)


def _name(reviews: Reviews, experiment: Experiment) -> str:
    # The folder of the reviews names their source and its content.
    settings = same_baselines(experiment).model_dump(include=set(BASELINE_SETTINGS), mode="json")
    key = hashlib.sha256(json.dumps([settings, *all_baselines()], sort_keys=True).encode()).hexdigest()[:16]
    return f"{reviews.folder.name}-v{FORMAT}-{key}.npz"


def _write(file: Path, results: Sequence[Baseline]) -> None:
    arrays = {
        "figures": np.array([(item.seconds, item.features) for item in results]),
        "correct": np.array([item.correct for item in results]),
        "test_correct": np.array([item.test_correct for item in results if item.test_correct is not None]),
    }
    with whole_file(file) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def _read(file: Path) -> list[Baseline]:
    """Returns the baselines in a file; none if it is missing or damaged."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            figures, correct, tested = (arrays[name] for name in ("figures", "correct", "test_correct"))
        names = list(all_baselines())[: len(correct)]  # the others are not fitted yet
        rows = zip(names, figures, correct, tested if len(tested) else [None] * len(correct), strict=True)
        return [Baseline(name, float(row[0]), int(row[1]), right, test_right) for name, row, right, test_right in rows]
    except (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
        return []
