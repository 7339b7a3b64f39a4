"""Contents of a report, gathered from the record once for all its forms."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnn_compare.comparison.accuracies import MEASURES, Achieved, Measure
from rnn_compare.comparison.baselines import Baseline, shared_baselines
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.verdicts import Judgement, judge
from rnn_compare.errors import UserError
from rnn_compare.feedforward.registry import TITLES
from rnn_compare.formatting import listed
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Predictions
from rnn_compare.runs.record import Run, names
from rnn_compare.runs.store import RunStore

LONGEST_TITLE = 3
"""Groups that the title names."""


@dataclass(frozen=True)
class Contents:
    """Contents of a report.

    Attributes:
        runs: Each once, in the order asked for.
        names: What tells each run from the others, by its id.
        achieved: By run and measure; None where a run was not measured so.
        predictions: What each run's network said of the held-out reviews, by its id.
        verdict: On the groups; None of a single one, and while a run is at work.
        baselines: Of the split that all runs share; none where they differ, or where it was not worked out before.
        made: Seconds since 1970.
    """

    runs: tuple[Run, ...]
    names: Mapping[str, str]
    groups: tuple[Group, ...]
    achieved: Mapping[tuple[str, Measure], Achieved | None]
    predictions: Mapping[str, tuple[Predictions, ...]]
    verdict: Judgement | None
    baselines: tuple[Baseline, ...]
    made: float

    @property
    def title(self) -> str:
        """What is compared, in one line."""
        called = [group.name for group in self.groups]
        if len(called) > LONGEST_TITLE:
            cells = dict.fromkeys(TITLES.get(group.experiment.cell, group.experiment.cell) for group in self.groups)
            return f"{len(called)} settings compared: {', '.join(cells)}"
        return listed(called)

    @property
    def so_far(self) -> bool:
        """Whether a run is still at work."""
        return not all(run.status.ended for run in self.runs)


def gather(store: RunStore, ids: Sequence[str], evidence: Evidence | None = None) -> Contents:
    """Gathers the contents of a report of runs.

    Raises:
        UserError: If none was named, or one is not in the record.
    """
    if not ids:
        raise UserError("Name at least one run; `python -m rnn_compare runs` lists them.")
    runs = tuple(store.run(run) for run in dict.fromkeys(ids))
    for dataset in {run.experiment.dataset for run in runs}:
        with contextlib.suppress(UserError):  # labels come with the reviews; without them the report leaves labels out
            prepared.prepare(dataset)
    evidence, all_groups = evidence or Evidence(store), tuple(groups(runs))
    ended = all(run.status.ended for run in runs)
    return Contents(
        runs=runs,
        names=dict(zip((run.id for run in runs), names(runs), strict=True)),
        groups=all_groups,
        achieved={(run.id, way): evidence.achieved(run, way) for run in runs if run.epochs for way in MEASURES},
        predictions={  # without those of an epoch that has ended since its run was read
            run.id: tuple(
                epoch
                for epoch in (*store.predictions(run.id), *store.predictions(run.id, "test"))
                if epoch.epoch <= len(run.epochs)
            )
            for run in runs
        },
        verdict=judge(all_groups, evidence) if ended and len(all_groups) > 1 else None,
        baselines=shared_baselines([run.experiment for run in runs]),
        made=time.time(),
    )
