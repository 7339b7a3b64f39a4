"""Accuracies of the baselines on an experiment's own split, cached on disk."""

import contextlib
import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.baselines.registry import BASELINES
from rnn_compare.comparison.groups import JUDGED_BY
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import duration, percent
from rnn_compare.paths import cache_place
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.sources.source import Labelled

FORMAT = 2
"""To be raised whenever a baseline would come out otherwise, or its file would look otherwise."""
BASELINE_SETTINGS = (*JUDGED_BY, "vocabulary_size", "seed")
"""What a baseline depends on; the seed only where it decides the split."""
GUESS = 0.03
"""The most that bags of words reach beyond the majority class where they guess."""
NOTE = "Baselines read whole texts, networks the last maxlen words."


@dataclass(frozen=True, eq=False)
class Baseline:
    """One baseline and what it makes of the reviews that it was not fitted to.

    Attributes:
        name: As in ``baselines.registry``.
        seconds: What counting, fitting and judging the validation reviews took.
        features: Terms that have a weight each: words, or words and pairs of words. There is one bias besides.
        correct: Whether its verdict on each validation review was right, shape (reviews,), in the order of
            ``Reviews.places``.
        test_correct: The same for the test reviews; None where there are none.
    """

    name: str
    seconds: float
    features: int
    correct: NDArray[np.bool_]
    test_correct: NDArray[np.bool_] | None

    @property
    def title(self) -> str:
        """Its name as people read it."""
        return BASELINES[self.name].title

    @property
    def val_accuracy(self) -> float:
        """The share of the validation reviews that it judges rightly."""
        return float(self.correct.mean())

    @property
    def test_accuracy(self) -> float | None:
        """The share of the test reviews that it judges rightly; None where there are none."""
        return None if self.test_correct is None else float(self.test_correct.mean())

    @property
    def texts(self) -> tuple[str, ...]:
        """As a row of a table: title, validation and test accuracy, number of terms, time."""
        tested = "–" if self.test_accuracy is None else percent(self.test_accuracy)
        return self.title, percent(self.val_accuracy), tested, f"{self.features:,}", duration(self.seconds)


def same_baselines(experiment: Experiment) -> Experiment:
    """Returns the one experiment that stands for all with the same baselines: whatever doesn't matter is the usual.

    Example:
        >>> same_baselines(Experiment(cell="LSTM", maxlen=20, seed=3)) == Experiment()
        True
    """
    matters = set(BASELINE_SETTINGS) if experiment.vary_split else set(BASELINE_SETTINGS) - {"seed"}
    return experiment.model_copy(
        update={name: field.default for name, field in Experiment.model_fields.items() if name not in matters}
    )


def baselines(experiment: Experiment, tell: Callable[[int, int], None] | None = None) -> list[Baseline]:
    """Returns all baselines for an experiment's training, validation and test reviews, the simplest first.

    It takes seconds, unless they were worked out before: ``cached`` answers at once. A worker that is asked for them
    should be given ``same_baselines(experiment)``, so that it does it once for all networks of a comparison. Raises
    ``UserError`` if the source or the cache cannot be used.
    """
    reviews = prepared.load(experiment.dataset)
    file = _file(reviews, experiment)
    if (stored := _read(file)) is not None:
        return stored
    import sklearn.linear_model  # noqa: F401  # a second that is no part of any baseline's

    results = []
    for done, name in enumerate(BASELINES):
        if tell:
            tell(done, len(BASELINES))
        results.append(_judge(name, reviews, experiment))
    with contextlib.suppress(OSError):  # a full disk is no reason to withhold the results
        _write(file, results)
    return results


def cached(experiment: Experiment) -> list[Baseline] | None:
    """Returns what ``baselines`` does if that needs no work, else None.

    Raises ``UserError`` if the source or the cache cannot be used.
    """
    if not prepared.is_prepared(experiment.dataset):
        return None
    return _read(_file(prepared.load(experiment.dataset), experiment))


def shared_baselines(experiments: Collection[Experiment]) -> tuple[Baseline, ...]:
    """Returns the baselines of the split that all experiments share; none of several, or if they need work."""
    splits = set(map(same_baselines, experiments))
    with contextlib.suppress(UserError):
        return tuple(cached(splits.pop()) or ()) if len(splits) == 1 else ()
    return ()


def _judge(name: str, reviews: Reviews, experiment: Experiment) -> Baseline:
    start = time.perf_counter()
    places = reviews.places(experiment)
    model = BASELINES[name].fit(reviews.training, places.training, experiment.vocabulary_size)

    def correct(judged: Labelled, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = model.verdicts(judged, which) == judged.labels[which]
        return right

    validated = correct(reviews.training, places.validation)
    seconds = time.perf_counter() - start
    tested = None
    if len(places.test):
        tested = correct(reviews.training, places.test)
    elif reviews.testing is not None:
        tested = correct(reviews.testing, np.arange(len(reviews.testing.labels)))
    return Baseline(name, seconds, model.features, validated, tested)


def _file(reviews: Reviews, experiment: Experiment) -> Path:
    """Returns where the baselines are kept. The folder of the reviews names their source and its content."""
    settings = same_baselines(experiment).model_dump(include=set(BASELINE_SETTINGS), mode="json")
    key = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
    return cache_place() / "baselines" / f"{reviews.folder.name}-v{FORMAT}-{key}.npz"


def _write(file: Path, results: Sequence[Baseline]) -> None:
    arrays = {f"{item.name}_correct": item.correct for item in results}
    arrays |= {f"{item.name}_test_correct": item.test_correct for item in results if item.test_correct is not None}
    figures = {f"{item.name}_figures": np.array([item.seconds, item.features]) for item in results}
    with whole_file(file) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays, **figures)


def _read(file: Path) -> list[Baseline] | None:
    """Reads what was kept; None if nothing was, or the file is damaged: then it is worked out anew."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return [
                Baseline(
                    name,
                    float(arrays[f"{name}_figures"][0]),
                    int(arrays[f"{name}_figures"][1]),
                    arrays[f"{name}_correct"],
                    arrays.get(f"{name}_test_correct"),
                )
                for name in BASELINES
            ]
    except (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
        return None
