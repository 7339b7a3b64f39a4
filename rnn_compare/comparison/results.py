"""What each group of a comparison reached, by every measure side by side: a row of a table."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.comparison.accuracies import Measure
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.means import Mean, mean

BEST = "Best epoch, as the book reports it"
HEADS: dict[Measure, str] = {"kept": "Kept weights", "typical": "Typical epoch", "test": "Test reviews"}
WHICH_IS_WHICH = (
    "Best epoch: the highest validation accuracy; it flatters, for the same reviews chose the epoch. "
    "Kept weights: the epoch chosen on one half of the validation reviews, judged on the other, both ways. "
    "Typical epoch: the median of the second half of the epochs. "
    "Test reviews: the chosen weights on reviews that nothing was chosen by. "
    "±: 95 % interval of the mean over the seeds."
)


@dataclass(frozen=True)
class Result:
    """What the counted runs of a group reached, each a mean over them; None where it was not measured.

    Attributes:
        group: The group.
        best: Highest validation accuracy.
        measured: By what may be compared.
        seconds: Of one training, the median.
    """

    group: Group
    best: Mean | None
    measured: dict[Measure, Mean | None]
    seconds: float | None


def results(groups: Sequence[Group], evidence: Evidence) -> list[Result]:
    """Returns what each group reached, in order. Runs that ended before their last epoch do not count."""
    return [_result(group, evidence) for group in groups]


def _result(group: Group, evidence: Evidence) -> Result:
    best = [run.best["val_accuracy"] for run in group.counted if run.best]
    took = [sum(epoch.seconds for epoch in run.epochs) for run in group.counted]
    return Result(
        group,
        mean(best),
        {
            measure: mean([one.accuracy for one in evidence.of_group(group, measure) or []]) if group.counted else None
            for measure in HEADS
        },
        statistics.median(took) if took else None,
    )
