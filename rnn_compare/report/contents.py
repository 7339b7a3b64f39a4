"""Contents of a report, gathered from the record once for all its forms."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnn_compare.class_networks.networks import ClassResult
from rnn_compare.comparison.baselines import Baseline, shared_baselines
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups, one_each
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.judgement import Judgement
from rnn_compare.comparison.verdicts import judge, usual_basis
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted
from rnn_compare.paths import program
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Predictions
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.sources import registry

NUMBERS = ("No", "A", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
"""In words, at the beginning of a title."""


@dataclass(frozen=True)
class Contents:
    """Contents of a report.

    Attributes:
        runs: Each once, in the order asked for.
        names: A distinct name for each run, by its id.
        measure: By which the accuracies were measured.
        accuracies: Of each run, by its id; None where not measured.
        predictions: Of each run on the held-out reviews, by its id.
        verdict: On the groups; None for a single group, and while a run is training.
        baselines: Of the split that all runs share; none where the runs differ, or where they were not computed before.
        made: Seconds since 1970.
        class_result: What the class of a lecture has trained.
    """

    runs: tuple[Run, ...]
    names: Mapping[str, str]
    groups: tuple[Group, ...]
    measure: Judging
    accuracies: Mapping[str, float | None]
    predictions: Mapping[str, tuple[Predictions, ...]]
    verdict: Judgement | None
    baselines: tuple[Baseline, ...]
    made: float
    class_result: ClassResult | None = None

    @property
    def title(self) -> str:
        """What there is, for somebody who does not know the program."""
        if not self.groups and self.class_result:
            return self.class_title
        number, datasets = len(self.groups), {group.experiment.dataset for group in self.groups}
        networks = f"{NUMBERS[number]} network" if number < len(NUMBERS) else f"{number:,} network"
        s_of_noun, s_of_verb = ("", "s") if number == 1 else ("s", "")
        if all(registry.is_about_films(group.experiment.source) for group in self.groups):
            return f"{networks}{s_of_noun} that read{s_of_verb} film reviews"
        if len(datasets) > 1:
            return f"{networks}{s_of_noun} that read{s_of_verb} texts"
        low, high = registry.labels(datasets.pop())
        return f"{networks}{s_of_noun} that tell{s_of_verb} “{high}” from “{low}”"

    @property
    def class_title(self) -> str:
        """The heading of what a class has trained."""
        return f"Your class: {counted(len(self.class_result.networks) if self.class_result else 0, 'network')}"

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """One of each setting, without runs those of the class."""
        if not self.groups and self.class_result:
            return self.class_result.task.experiments
        return tuple(group.experiment for group in self.groups)


def gather(
    store: RunStore, ids: Sequence[str], evidence: Evidence | None = None, class_result: ClassResult | None = None
) -> Contents:
    """Gathers the contents of a report of runs, or of a class's networks alone.

    Raises:
        UserError: If there is no id and no class, or an id is not in the record.
    """
    if not ids and class_result is None:
        raise UserError(f"Name at least one run; `{program()} runs` lists them.")
    runs = tuple(store.run(run) for run in dict.fromkeys(ids))
    for dataset in {run.experiment.dataset for run in runs}:
        with contextlib.suppress(UserError):  # without the reviews, the report lacks labels
            prepared.prepare(dataset)
    evidence, all_groups = evidence or Evidence(store), tuple(groups(runs))
    measure = usual_basis(all_groups, evidence)
    ended = all(run.status.ended for run in runs)
    return Contents(
        runs=runs,
        names={group.runs[0].id: group.name for group in one_each(runs)},
        groups=all_groups,
        measure=measure,
        accuracies={run.id: evidence.accuracy(run, measure) if run.best else None for run in runs},
        predictions={  # without those of an epoch that has ended since the run was read
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
        class_result=class_result,
    )
