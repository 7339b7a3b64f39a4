"""Baselines for the split of the runs on the charts, from the cache or a worker."""

import contextlib
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.comparison.baselines import (
    NOTE,
    Baseline,
    bags_guess,
    baselines,
    cached,
    fitted,
    lead,
    same_baselines,
)
from rnn_compare.comparison.inference.levels import MARGIN
from rnn_compare.comparison.inference.wording import gap, in_points
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from rnn_compare.training.engine import Engine

PATIENCE_SECONDS = 60.0
"""Pause after a problem before the next attempt; browsers ask every few seconds."""


@dataclass(frozen=True)
class BaselineResults:
    """The computed baselines.

    Attributes:
        baselines: The simplest first, as far as they are fitted.
        remark: A note on them, or the reason why there are none; the beginning says the most.
    """

    baselines: tuple[Baseline, ...] = ()
    remark: str = ""
    waiting: bool = False


class KnownBaselines:
    """Baselines for pages; never waits for their computation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._problems: dict[Experiment, tuple[float, str]] = {}

    def look_up(self, runs: Sequence[Run]) -> BaselineResults:
        """Returns the baselines of the first run's split. A worker starts on them once a network has an epoch."""
        if not runs:
            return BaselineResults()
        experiment = same_baselines(runs[0].experiment)
        others = "" if all(same_baselines(run.experiment) == experiment for run in runs) else _OTHERS
        try:
            results = fitted(experiment)
        except UserError as error:
            return BaselineResults(remark=f"No baselines: {error}")
        if not results and not any(run.epochs for run in runs):
            return BaselineResults()  # the first points have priority
        if len(results) == len(all_baselines()):
            return BaselineResults(tuple(results), others)
        computed = self._compute(experiment, others)
        return computed if computed.baselines else replace(computed, baselines=tuple(results))

    def prepare(self, experiments: Collection[Experiment], recorded: bool) -> None:
        """Has a worker fit the baselines of these splits that are not cached, without waiting.

        Of recorded runs a thread prepares the reviews first: no training does.
        """

        def work() -> None:
            for experiment in set(map(same_baselines, experiments)):
                with contextlib.suppress(UserError):  # the page says it when it shows them
                    if recorded:
                        prepared.prepare(experiment.dataset)
                    if cached(experiment) is None:
                        self._compute(experiment, "")

        threading.Thread(target=work, daemon=True).start()

    def _compute(self, experiment: Experiment, others: str) -> BaselineResults:
        since, problem = self._problems.get(experiment, (0.0, ""))
        if problem and time.monotonic() - since < PATIENCE_SECONDS:
            return BaselineResults(remark=problem)
        analysis = self._engine.analyse(baselines, experiment)
        if analysis.problem:
            self._problems[experiment] = (time.monotonic(), f"No baselines: {analysis.problem}")
            return BaselineResults(remark=self._problems[experiment][1])
        if not analysis.ended:
            total = analysis.total or len(all_baselines())
            return BaselineResults(remark=f"Baselines: {analysis.done} of {total}", waiting=True)
        return BaselineResults(tuple(analysis.result), others)


_OTHERS = "Baselines on the first network's held-out reviews; others differ."


def meaning(results: Sequence[Baseline]) -> str:
    """Returns what the baselines show about the texts, in sentences; nothing before all are fitted."""
    if len(results) < len(all_baselines()):
        return ""
    if bags_guess(results):
        text = "Neither words nor word pairs can be told apart from guessing"
        return f"{text}: if anything decides, it is the order of distant words. {NOTE}"
    pairs = lead(results, "bigrams", over="words")
    by = f"are {gap(pairs.a.accuracy, pairs.b.accuracy):.1f} points"
    order = {
        "a is better": f"{by} better than single words",
        "b is better": f"{by} worse than single words",
        "equal": f"are equal to single words to within {in_points(MARGIN)}",
        "unknown": "cannot be told apart from single words by so few reviews",
    }[pairs.verdict]
    return f"Word pairs {order}. {NOTE}"
