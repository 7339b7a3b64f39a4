"""The runs on the charts: those that a link names, else the newest comparison.

A link names runs by their ids, or all that were started together: ``all-`` and the id of the first of them.
"""

from collections.abc import Sequence

from rnn_compare.comparison.groups import Group, groups
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.queue import AFTER_ALL_OTHERS
from rnn_compare.runs.record import Run
from rnn_compare.server.services import Snapshot
from rnn_compare.sources import own_texts

MAX_SHOWN = MAX_COMPARED * MAX_SEEDS
"""Runs on the charts at most."""
TOGETHER = "all-"


def newest(runs: Sequence[Run]) -> list[Run]:
    """Returns the runs of the newest comparison, of runs ordered by their making; a sweep's if there is no other."""
    latest = next((run for run in reversed(runs) if run.priority != AFTER_ALL_OTHERS), runs[-1] if runs else None)
    return [run for run in runs if latest and run.comparison == latest.comparison]


def is_behind_the_curtain(snapshot: Snapshot, link_names: Sequence[str]) -> bool:
    """Tells whether all that a link names, or all there is, is hidden until the class has predicted."""
    if not snapshot.runs:
        return bool(snapshot.hidden)
    names = {run.id for run in snapshot.hidden} | {f"{TOGETHER}{run.comparison}" for run in snapshot.hidden}
    return any(name in names for name in link_names) and not _named(snapshot.runs, link_names)


def chosen(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """Returns the runs that a link names, in its order; else the newest ones, on the texts that it names if it does."""
    of_texts = any(map(own_texts.find_card, names))
    newest_of = [run for run in runs if run.experiment.source in names] if of_texts else runs
    return _that_fit(_named(runs, names) or newest(newest_of))


def _named(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    by_id = {run.id: run for run in runs}
    together = {name.removeprefix(TOGETHER) for name in names if name.startswith(TOGETHER)}
    started: dict[str, list[Run]] = {}
    for run in runs if together else ():
        if run.comparison in together:
            started.setdefault(run.comparison, []).append(run)
    matches: dict[str, Run] = {}  # each once
    for name in names:
        members = [by_id[name]] if name in by_id else started.get(name.removeprefix(TOGETHER), [])
        matches |= {run.id: run for run in members}
    return list(matches.values())


def grouped(runs: Sequence[Run]) -> list[Group]:
    """Returns runs as the charts show them: those of one setting as one group.

    What was trained again with the same setting and the same seed is no further seed: the newest one counts, and the
    others stand beside it.
    """
    by_setting = groups(runs)
    names = {group.experiment.setting: group.name for group in by_setting}
    newest_ones = {run.id for group in by_setting for run in group.runs}
    older = [run for run in runs if run.id not in newest_ones]
    return by_setting + [Group(f"{names[run.experiment.setting]}, earlier", (run,)) for run in older]


def fit_together(runs: Sequence[Run]) -> bool:
    """Tells whether runs can be shown on the charts at once, all of them."""
    return 0 < len(runs) == len(_that_fit(runs))


def link(picked: Sequence[Run], runs: Sequence[Run]) -> str:
    """Returns how a link names some of all runs."""
    whole: dict[str, set[str]] = {}
    for run in runs:
        whole.setdefault(run.comparison, set()).add(run.id)
    of_comparison: dict[str, list[str]] = {}
    for run in picked:
        of_comparison.setdefault(run.comparison, []).append(run.id)
    parts = [
        short_names(ids, comparison) if set(ids) == whole.get(comparison) else ids
        for comparison, ids in of_comparison.items()
    ]
    return ",".join(name for part in parts for name in part)


def short_names(started: Sequence[str], comparison: str) -> list[str]:
    """Names all runs of a comparison: each of a few, many as one."""
    return list(started) if len(started) <= MAX_COMPARED else [f"{TOGETHER}{comparison}"]


def _that_fit(runs: Sequence[Run]) -> list[Run]:
    fit = {run.id for group in grouped(runs)[:MAX_COMPARED] for run in group.runs}
    return [run for run in runs if run.id in fit][:MAX_SHOWN]
