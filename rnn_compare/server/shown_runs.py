"""The runs on the charts: those that a link names, otherwise the newest comparison.

A link names runs by their ids, or a whole comparison by ``all-`` and the id of its first run.
"""

from collections import Counter
from collections.abc import Sequence

from rnn_compare.comparison.groups import Group, groups
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.queue import AFTER_ALL_OTHERS
from rnn_compare.runs.record import Run
from rnn_compare.server.services import Snapshot
from rnn_compare.sources import own_texts

MAX_SHOWN = MAX_COMPARED * MAX_SEEDS
"""Most runs on the charts."""
TOGETHER = "all-"


def newest(runs: Sequence[Run]) -> list[Run]:
    """Returns the newest comparison of runs in order of creation; a sweep only if there is nothing else."""
    latest = next((run for run in reversed(runs) if run.priority != AFTER_ALL_OTHERS), runs[-1] if runs else None)
    return [run for run in runs if latest and run.comparison == latest.comparison]


def all_hidden(snapshot: Snapshot, link_names: Sequence[str]) -> bool:
    """Returns whether all runs that a link names, or all runs, are hidden until the reveal."""
    if not snapshot.runs:
        return bool(snapshot.hidden)
    names = {run.id for run in snapshot.hidden} | {f"{TOGETHER}{run.comparison}" for run in snapshot.hidden}
    return any(name in names for name in link_names) and not _named(snapshot.runs, link_names)


def chosen(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """Returns the runs that a link names, in its order; otherwise the newest, on the link's texts if it names any."""
    of_texts = any(map(own_texts.find_card, names))
    newest_of = [run for run in runs if run.experiment.source in names] if of_texts else runs
    return _that_fit(_named(runs, names) or newest(newest_of))


def _named(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    members: dict[str, list[Run]] = {name: [] for name in names}
    for run in runs if names else ():
        for name in (run.id, f"{TOGETHER}{run.comparison}"):
            if name in members:
                members[name].append(run)
    return list({run.id: run for named in members.values() for run in named}.values())


def grouped(runs: Sequence[Run]) -> list[Group]:
    """Returns runs as groups of one setting, as on the charts.

    Repeated trainings of a setting with the same seed are not further seeds: the newest counts, and the others become
    groups of their own.
    """
    by_setting = groups(runs)
    names = {group.experiment.setting: group.name for group in by_setting}
    newest_ones = {run.id for group in by_setting for run in group.runs}
    older = [run for run in runs if run.id not in newest_ones]
    return by_setting + [Group(f"{names[run.experiment.setting]}, earlier", (run,)) for run in older]


def fit_together(runs: Sequence[Run]) -> bool:
    """Returns whether all these runs fit on the charts."""
    return 0 < len(runs) == len(_that_fit(runs))


def link(picked: Sequence[Run], runs: Sequence[Run]) -> str:
    """Returns the names of picked runs in a link; ``runs`` are all runs."""
    sizes = Counter(run.comparison for run in runs)
    by_comparison: dict[str, list[str]] = {}
    for run in picked:
        by_comparison.setdefault(run.comparison, []).append(run.id)
    names: list[str] = []
    for comparison, ids in by_comparison.items():
        names += short_names(ids, comparison) if len(ids) == sizes[comparison] else ids
    return ",".join(names)


def short_names(started: Sequence[str], comparison: str) -> list[str]:
    """Returns the names of a whole comparison in a link: its runs' ids, or one name for many."""
    return list(started) if len(started) <= MAX_COMPARED else [f"{TOGETHER}{comparison}"]


def _that_fit(runs: Sequence[Run]) -> list[Run]:
    fit = {run.id for group in grouped(runs)[:MAX_COMPARED] for run in group.runs}
    return [run for run in runs if run.id in fit][:MAX_SHOWN]
