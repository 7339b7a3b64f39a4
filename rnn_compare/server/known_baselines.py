"""Baselines for the split of the runs on the charts: kept ones at once, others worked out by a worker meanwhile."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.baselines.registry import BASELINES
from rnn_compare.charts.curves.curve_chart import Mark
from rnn_compare.comparison.baselines import NOTE, Baseline, baselines, cached, same_baselines
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.runs.record import Run
from rnn_compare.training.engine import Engine

PATIENCE_SECONDS = 60.0
"""After a problem, until it is tried once more: browsers ask every few seconds."""
LITTLE = 0.03
"""What bags may reach beyond a guess and still tell nothing."""


@dataclass(frozen=True)
class Found:
    """What is known of the baselines by now.

    Attributes:
        baselines: The simplest first; none yet where ``said`` says why.
        said: What else is to be said of them; its beginning tells the most.
        waiting: Whether a worker is at it.
    """

    baselines: tuple[Baseline, ...] = ()
    said: str = ""
    waiting: bool = False


class KnownBaselines:
    """Baselines as pages ask for them: it answers at once, whatever there is.

    Args:
        engine: Its workers do what was not done before.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._problems: dict[Experiment, tuple[float, str]] = {}

    def look_up(self, shown: Sequence[Run]) -> Found:
        """Returns the baselines of the first run's split. A worker begins with them once a network has an epoch.

        Args:
            shown: The runs on the charts.
        """
        if not shown:
            return Found()
        asked = same_baselines(shown[0].experiment)
        others = "" if all(same_baselines(run.experiment) == asked for run in shown) else _OTHERS
        try:
            kept = cached(asked)
        except UserError as error:
            return Found(said=f"No baselines: {error}")
        if kept is None and not any(run.epochs for run in shown):
            return Found()  # the first points come first
        return Found(tuple(kept), others) if kept else self._begun(asked, others)

    def _begun(self, asked: Experiment, others: str) -> Found:
        since, problem = self._problems.get(asked, (0.0, ""))
        if problem and time.monotonic() - since < PATIENCE_SECONDS:
            return Found(said=problem)
        analysis = self._engine.analyse(baselines, asked)
        if analysis.problem:
            self._problems[asked] = (time.monotonic(), f"No baselines: {analysis.problem}")
            return Found(said=self._problems[asked][1])
        if not analysis.ended:
            return Found(said=f"Baselines: {analysis.done} of {analysis.total or len(BASELINES)} so far", waiting=True)
        return Found(tuple(analysis.result), others)


_OTHERS = "Baselines of the first network's held-out reviews; some here were judged by others."


def lines(found: Sequence[Baseline]) -> list[Mark]:
    """Returns baselines as lines across a chart: the name of the highest stands above its line, all others below."""
    ordered = sorted(found, key=lambda baseline: -baseline.val_accuracy)
    # The networks may be given less of each review.
    of_what = [", whole text" if BASELINES[each.name].reads_text else "" for each in ordered]
    return [
        Mark(
            f"{each.title.lower()}\n{percent(each.val_accuracy)}{read}",
            each.val_accuracy,
            "",
            "top" if place else "bottom",
        )
        for place, (read, each) in enumerate(zip(of_what, ordered, strict=True))
    ]


def meaning(found: Sequence[Baseline]) -> str:
    """Returns what baselines tell of the task, in sentences."""
    guessed, words, bigrams = (
        next(each.val_accuracy for each in found if each.name == name) for name in ("majority", "words", "bigrams")
    )
    more = bigrams - words
    points = f"{abs(round(100 * bigrams, 1) - round(100 * words, 1)):.1f}"
    if max(words, bigrams) - guessed <= LITTLE:
        return (
            "Neither single words nor pairs of neighbouring words tell more than a guess: if anything decides, it is "
            f"the order of words that are no neighbours. {NOTE}"
        )
    order = (
        f"In validation, pairs of neighbouring words add {points} points to single words"
        if more >= 0
        else f"In validation, pairs of neighbouring words reach {points} points less than single words"
    )
    return (
        f"{order}, on these reviews. A network that beats them gains from the order of words or from what they mean "
        f"together; one that does not may still use it, on fewer words. {NOTE}"
    )
