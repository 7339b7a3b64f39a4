"""Settings with known accuracies, as a judgement takes them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.judgement import UNCOUNTED, Judgement, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.levels import Difference


def setting(name: str, *accuracies: float, at: Sequence[float] = (), reviews: int = UNCOUNTED) -> Sample:
    """A setting of which nothing but the accuracies of its seeds is known, and when these were submitted."""
    return Sample(name, tuple(Score(accuracy, None, reviews) for accuracy in accuracies), tuple(at))


def right(seed: int, seeds: int, accuracy: float, reviews: int = 400) -> tuple[Score, ...]:
    """The scores of seeds that are right on each review with this probability."""
    verdicts = np.random.default_rng(seed).random((seeds, reviews)) < accuracy
    return tuple(Score(float(row.mean()), row.astype(float), reviews) for row in verdicts)


def bag(accuracy: float, name: str = "bag", reviews: int = 400) -> Sample:
    """A baseline, which has no seeds and is right on the first reviews."""
    correct = (np.arange(reviews) < round(accuracy * reviews)).astype(float)
    return Sample(name, (Score(accuracy, correct, reviews),), is_fixed=True)


def judged(margin: float = 0.01, looks: int = 1, **accuracies: Sequence[float]) -> Judgement:
    """The judgement on the accuracies of settings, by their names."""
    settings = [setting(name, *values) for name, values in accuracies.items()]
    return judge_settings(settings, "accuracies", margin=margin, looks=looks)


def pair_of(a: Sample, b: Sample, **options: Any) -> Pair:
    """The comparison of two settings, by default on held-out reviews."""
    [pair] = judge_settings([a, b], options.pop("basis", "kept"), **options).pairs
    return pair


def compared(a: Sample, b: Sample) -> Difference:
    """The difference of two settings that can be compared."""
    difference = pair_of(a, b).difference
    assert difference
    return difference


def scored_again(setting: Sample, by: float) -> Sample:
    """The setting with every accuracy shifted."""
    return replace(setting, scores=tuple(replace(score, accuracy=score.accuracy + by) for score in setting.scores))
