"""Groups of runs that differ in their seed alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.runs.record import Run

JUDGED_BY = ("source", "distance", "reviews", "validation_split", "test_split", "vary_split")
"""Settings that decide which reviews are held out: accuracies on different reviews are not compared."""


@dataclass(frozen=True)
class Group:
    """One setting with its runs, one for each seed.

    Attributes:
        name: Its label among the groups, or the name that people gave to all its runs; if another group has that name
            too, followed by the label.
        runs: In the order of their seeds; of two runs with one seed the newer.
        place: The number of groups of its cell that stand before it, by which its look differs from theirs.
    """

    name: str
    runs: tuple[Run, ...]
    place: int = 0

    @property
    def experiment(self) -> Experiment:
        """The setting, with the first run's seed."""
        return self.runs[0].experiment

    @property
    def counted(self) -> tuple[Run, ...]:
        """The runs that trained to their end; only these are compared."""
        return tuple(run for run in self.runs if is_complete(run))

    @property
    def left_out(self) -> tuple[Run, ...]:
        """The runs that ended earlier; they do not count."""
        return tuple(run for run in self.runs if run.status.ended and not is_complete(run))

    @property
    def finishers(self) -> list[int]:
        """The number of runs that have finished each epoch."""
        epochs = [len(run.epochs) for run in self.runs]
        return [sum(count > epoch for count in epochs) for epoch in range(max(epochs))]

    @property
    def ended(self) -> bool:
        """Whether all its runs have ended."""
        return all(run.status.ended for run in self.runs)


def is_complete(run: Run) -> bool:
    """Tells whether a run has trained to its end."""
    return run.status.ended and (run.stopped_early or len(run.epochs) >= run.experiment.epochs)


def groups(runs: Sequence[Run]) -> list[Group]:
    """Returns the groups of runs, in the order in which their settings first appear."""
    by_setting: dict[str, dict[int, Run]] = {}
    for run in sorted(runs, key=lambda run: run.position):
        by_setting.setdefault(run.experiment.setting, {})[run.experiment.seed] = run
    first_seen = dict.fromkeys(run.experiment.setting for run in runs)
    by_group = [tuple(run for _, run in sorted(by_setting[setting].items())) for setting in first_seen]
    without_seeds = [members[0].experiment.model_copy(update={"seed": 0}) for members in by_group]
    unique = labels(without_seeds)
    own_names = [{run.name for run in members} for members in by_group]
    names = [names.pop() or label if len(names) == 1 else label for label, names in zip(unique, own_names, strict=True)]
    return placed(
        Group(name if names.count(name) == 1 or name == label else f"{name} ({label})", members)
        for name, label, members in zip(names, unique, by_group, strict=True)
    )


def placed(groups: Iterable[Group]) -> list[Group]:
    """Returns groups with their places among those of their cell."""
    seen = Counter[str]()
    result = []
    for group in groups:
        result.append(replace(group, place=seen[group.experiment.cell]))
        seen[group.experiment.cell] += 1
    return result
