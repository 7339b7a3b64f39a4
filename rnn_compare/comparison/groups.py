"""Groups of runs that differ in their seed alone, and what networks are called beside others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.runs.record import Run

JUDGED_BY = ("source", "distance", "reviews", "validation_split", "test_split", "vary_split")
"""Settings that decide which reviews are held out: accuracies on different reviews are not compared."""


@dataclass(frozen=True)
class NamedNetwork:
    """A network that is compared with others, trained or not.

    Attributes:
        name: What it is called among them.
        place: The number of networks of its cell that stand before it, by which its look differs from theirs.
    """

    name: str
    experiment: Experiment
    place: int = 0


@dataclass(frozen=True)
class Group:
    """One setting with its runs, one for each seed.

    Attributes:
        name: Its label among the groups, or the name that people gave to all its runs; with more if another has that
            name too (see ``named``).
        runs: In the order of their seeds; of two runs with one seed the newer.
        place: As a network's.
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


Placed = TypeVar("Placed", NamedNetwork, Group)


def is_complete(run: Run) -> bool:
    """Tells whether a run has trained to its end."""
    return run.status.ended and (run.stopped_early or len(run.epochs) >= run.experiment.epochs)


def groups(runs: Sequence[Run]) -> list[Group]:
    """Returns the groups of runs, in the order in which their settings first appear."""
    by_setting: dict[str, dict[int, Run]] = {run.experiment.setting: {} for run in runs}
    for run in sorted(runs, key=lambda run: run.position):
        by_setting[run.experiment.setting][run.experiment.seed] = run
    return named([run for _, run in sorted(by_seed.items())] for by_seed in by_setting.values())


def with_older_repeats(runs: Sequence[Run]) -> list[Group]:
    """Returns the groups of runs, with older repeats apart, as on the charts.

    Repeated trainings with the same seed are no further seeds: the newest counts, the others are groups of their own.
    """
    newest = [group.runs for group in groups(runs)]
    counted = {run.id for group in newest for run in group}
    return named([*newest, *((run,) for run in runs if run.id not in counted)])


def one_each(runs: Iterable[Run], *, brief: bool = False) -> list[Group]:
    """Returns a group for each run, with distinct names (see ``named``)."""
    return named(([run] for run in runs), brief=brief)


def named(networks: Iterable[Sequence[Run]], *, brief: bool = False) -> list[Group]:
    """Returns networks as groups with distinct names and their places: the only place that names runs.

    Args:
        networks: The runs of each, which differ in their seed alone.
        brief: Whether a setting is named only where names would be equal, as in a long list, and not everywhere where
            it differs, as on charts.
    """
    members = [tuple(runs) for runs in networks]
    plain = [_without_seed(runs) for runs in members]
    texts = [experiment.label for experiment in plain] if brief else labels(plain)
    names = [_given_name(runs) or text for runs, text in zip(members, texts, strict=True)]
    for tell_apart in (_by_settings, _by_seed, _by_minute, _by_id):
        by_name: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            by_name.setdefault(name, []).append(index)
        for name, indices in by_name.items():
            distinct = tell_apart(name, [members[index] for index in indices]) if len(indices) > 1 else []
            if len(set(distinct)) > 1:
                for index, longer in zip(indices, distinct, strict=True):
                    names[index] = longer
    return placed(map(Group, names, members))


def _given_name(runs: Sequence[Run]) -> str:
    """Returns the name that people gave to all runs; empty without one."""
    return runs[0].name if len({run.name for run in runs}) == 1 else ""


def _without_seed(runs: Sequence[Run]) -> Experiment:
    return runs[0].experiment.model_copy(update={"seed": 0})


def _by_settings(name: str, networks: Sequence[Sequence[Run]]) -> list[str]:
    texts = labels(map(_without_seed, networks), with_defaults=False)
    return [f"{name} ({text})" if _given_name(runs) else text for runs, text in zip(networks, texts, strict=True)]


def _by_seed(name: str, networks: Sequence[Sequence[Run]]) -> list[str]:
    return [f"{name} seed {run.experiment.seed}" for [run] in networks] if max(map(len, networks)) == 1 else []


def _by_minute(name: str, networks: Sequence[Sequence[Run]]) -> list[str]:
    return [f"{name}, {datetime.fromtimestamp(runs[0].created):%d %b %H:%M}" for runs in networks]


def _by_id(name: str, networks: Sequence[Sequence[Run]]) -> list[str]:
    return [f"{name}, {runs[0].id}" for runs in networks]


def labelled(experiments: Iterable[Experiment]) -> list[NamedNetwork]:
    """Returns experiments as networks with the labels that tell them apart and their places."""
    different = list(experiments)
    return placed(map(NamedNetwork, labels(different), different))


def placed(networks: Iterable[Placed]) -> list[Placed]:
    """Returns networks with their places among those of their cell."""
    seen = Counter[str]()
    result = []
    for network in networks:
        result.append(replace(network, place=seen[network.experiment.cell]))
        seen[network.experiment.cell] += 1
    return result
