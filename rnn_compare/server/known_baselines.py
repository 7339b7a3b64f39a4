"""Baselines for the runs on the charts: cached ones at once, others fitted by a worker meanwhile."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.baselines.registry import BASELINES
from rnn_compare.charts.curves.curve_chart import Mark
from rnn_compare.comparison.baselines import GUESS, NOTE, Baseline, baselines, cached, same_baselines
from rnn_compare.comparison.sentences import gap
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.runs.record import Run
from rnn_compare.training.engine import Engine

PATIENCE_SECONDS = 60.0
"""After a problem, until it is tried once more: browsers ask every few seconds."""


@dataclass(frozen=True)
class BaselineResults:
    """Baselines as far as they are computed.

    Attributes:
        baselines: The simplest first; none yet where ``remark`` says why.
        remark: What else is to be said of them; its beginning tells the most.
        waiting: Whether a worker is at it.
    """

    baselines: tuple[Baseline, ...] = ()
    remark: str = ""
    waiting: bool = False


class KnownBaselines:
    """Baselines as pages ask for them: it answers at once, whatever there is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._problems: dict[Experiment, tuple[float, str]] = {}

    def look_up(self, runs: Sequence[Run]) -> BaselineResults:
        """Returns the baselines of the first run's split. A worker begins with them once a network has an epoch."""
        if not runs:
            return BaselineResults()
        experiment = same_baselines(runs[0].experiment)
        others = "" if all(same_baselines(run.experiment) == experiment for run in runs) else _OTHERS
        try:
            results = cached(experiment)
        except UserError as error:
            return BaselineResults(remark=f"No baselines: {error}")
        if results is None and not any(run.epochs for run in runs):
            return BaselineResults()  # the first points come first
        return BaselineResults(tuple(results), others) if results else self._begun(experiment, others)

    def _begun(self, experiment: Experiment, others: str) -> BaselineResults:
        since, problem = self._problems.get(experiment, (0.0, ""))
        if problem and time.monotonic() - since < PATIENCE_SECONDS:
            return BaselineResults(remark=problem)
        analysis = self._engine.analyse(baselines, experiment)
        if analysis.problem:
            self._problems[experiment] = (time.monotonic(), f"No baselines: {analysis.problem}")
            return BaselineResults(remark=self._problems[experiment][1])
        if not analysis.ended:
            total = analysis.total or len(BASELINES)
            return BaselineResults(remark=f"Fitting baselines: {analysis.done} of {total} ready", waiting=True)
        return BaselineResults(tuple(analysis.result), others)


_OTHERS = "Baselines on the first network's held-out reviews; others differ."


def lines(results: Sequence[Baseline]) -> list[Mark]:
    """Returns baselines as lines across a chart: the name of the highest stands above its line, all others below."""
    ordered = sorted(results, key=lambda baseline: -baseline.val_accuracy)
    # The networks may be given less of each review.
    of_what = [", whole text" if BASELINES[baseline.name].reads_text else "" for baseline in ordered]
    return [
        Mark(
            f"{baseline.title.lower()}\n{percent(baseline.val_accuracy)}{scope}",
            baseline.val_accuracy,
            "",
            "top" if place else "bottom",
        )
        for place, (scope, baseline) in enumerate(zip(of_what, ordered, strict=True))
    ]


def meaning(results: Sequence[Baseline]) -> str:
    """Returns what baselines tell of the task, in sentences."""
    guessed, words, bigrams = (
        next(item.val_accuracy for item in results if item.name == name) for name in ("majority", "words", "bigrams")
    )
    if max(words, bigrams) - guessed <= GUESS:
        text = "Neither words nor word pairs beat guessing: if anything decides, it is the order of distant words."
        return f"{text} {NOTE}"
    points = gap(bigrams, words)
    order = f"{points} points {'better' if bigrams >= words else 'worse'}" if float(points) else "no better"
    return f"Word pairs are {order} than single words. {NOTE}"
