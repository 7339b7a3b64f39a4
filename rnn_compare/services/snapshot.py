"""The runs of one moment: hidden ones removed, replayed ones as far as played, and those that a link names.

A link names runs by id, or a whole comparison by ``all-`` and its first run's id; by default the newest is shown.
"""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.record import Run
from rnn_compare.services.curtain import Hidden
from rnn_compare.services.replays import Replay
from rnn_compare.sources import own_texts
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS

SNAPSHOT_SECONDS = 0.4
"""Largest age of the runs that pages show; they are read once for all viewers."""
MAX_SHOWN = MAX_COMPARED * MAX_SEEDS
"""Most runs on the charts."""
TOGETHER = "all-"

Made = TypeVar("Made")


class Snapshot:
    """All runs at one moment, and a cache of what is computed from them for all viewers.

    Args:
        state: What is hidden until a lecture's reveal.
        replay: The latest replay, if it was not stopped.

    Attributes:
        runs: Runs that may be shown; pages show no others.
        all_runs: All runs, for progress and the queue.
    """

    def __init__(self, all_runs: list[Run], state: Hidden, replay: Replay | None = None) -> None:
        self.hidden = [run for run in all_runs if state.hides(run)]
        self._hidden_ids = {run.id for run in self.hidden}
        self.runs = self._visible(all_runs)
        self.all_runs, self.state, self._replay = all_runs, state, replay
        self._read_at = time.monotonic()
        self._made: dict[Hashable, Any] = {}  # each key has a type of its own

    @cached_property
    def all_charted(self) -> list[Run]:
        """All runs, replayed ones as far as their replay has come."""
        return self._replay.applied(self.all_runs, time.time()) if self._replay else self.all_runs

    @cached_property
    def charted(self) -> list[Run]:
        """The runs that may be shown, replayed ones as far as their replay has come."""
        return self._visible(self.all_charted)

    def hides(self, names: Sequence[str]) -> bool:
        """Returns whether all runs that a link names, or all runs, are hidden until the reveal."""
        if not self.runs:
            return bool(self.hidden)
        hidden = self._hidden_ids | {f"{TOGETHER}{run.comparison}" for run in self.hidden}
        return any(name in hidden for name in names) and not _runs_of_names(self.runs, names)

    def _visible(self, runs: list[Run]) -> list[Run]:
        return [run for run in runs if run.id not in self._hidden_ids]

    @property
    def is_stale(self) -> bool:
        """Whether it is too old for a page."""
        return time.monotonic() - self._read_at > SNAPSHOT_SECONDS

    def get(self, key: Hashable) -> Any:
        """Returns the cached result for a key; None without one."""
        return self._made.get(key)

    def cached(self, key: Hashable, make: Callable[["Snapshot"], Made]) -> Made:
        """Returns the result of ``make`` from the cache, or makes it; it must not be changed."""
        if key not in self._made:
            self._made[key] = make(self)
        made: Made = self._made[key]
        return made


def newest(runs: Sequence[Run]) -> list[Run]:
    """Returns the newest comparison of runs in order of creation; a sweep only if there is nothing else."""
    latest = next((run for run in reversed(runs) if run.priority != AFTER_ALL_OTHERS), runs[-1] if runs else None)
    return [run for run in runs if latest and run.comparison == latest.comparison]


def chosen(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """Returns the runs that a link names, in its order; otherwise the newest, on the link's texts if it names any."""
    picked = named(runs, names)
    return _on_the_charts(newest(runs)) if picked is None else picked


def named(runs: Sequence[Run], names: Sequence[str]) -> list[Run] | None:
    """Returns the runs that a link names, in its order, or the newest on its texts; None if it names neither."""
    if picked := _runs_of_names(runs, names):
        return _on_the_charts(picked)
    if any(map(own_texts.find_card, names)):
        return _on_the_charts(newest([run for run in runs if run.experiment.source in names]))
    return None


def surplus(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """Returns the runs that a link names and the charts have no room for."""
    picked = _runs_of_names(runs, names)
    shown = {run.id for run in _on_the_charts(picked)}
    return [run for run in picked if run.id not in shown]


def _runs_of_names(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    members: dict[str, list[Run]] = {name: [] for name in names}
    for run in runs if names else ():
        for name in (run.id, f"{TOGETHER}{run.comparison}"):
            if name in members:
                members[name].append(run)
    return list({run.id: run for named in members.values() for run in named}.values())


def fit_together(runs: Sequence[Run]) -> bool:
    """Returns whether all these runs fit on the charts."""
    return 0 < len(runs) == len(_on_the_charts(runs))


def link_names(picked: Sequence[Run], runs: Sequence[Run]) -> list[str]:
    """Returns the names of picked runs in a link, where commas join them, in their order if they are few.

    Many that are a whole comparison have one name; ``runs`` are all runs.
    """
    if len(picked) <= MAX_COMPARED:
        return [run.id for run in picked]
    sizes = Counter(run.comparison for run in runs)
    by_comparison: dict[str, list[str]] = {}
    for run in picked:
        by_comparison.setdefault(run.comparison, []).append(run.id)
    names: list[str] = []
    for comparison, ids in by_comparison.items():
        names += [f"{TOGETHER}{comparison}"] if MAX_COMPARED < len(ids) == sizes[comparison] else ids
    return names


def _on_the_charts(runs: Sequence[Run]) -> list[Run]:
    fit = {run.id for group in with_older_repeats(runs)[:MAX_COMPARED] for run in group.runs}
    return [run for run in runs if run.id in fit][:MAX_SHOWN]
