"""Subject of the board, in one line: all that its networks have in common."""

import time
from collections.abc import Sequence

from rnn_compare.formatting import counted
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry


def subject(runs: Sequence[Run]) -> str:
    """Returns the reviews, settings and time that all runs on the board share; what differs is in their names."""
    if not runs:
        return ""
    experiments = [run.experiment for run in runs]
    facts = (
        [registry.title(experiment.dataset) for experiment in experiments],
        [counted(experiment.reviews, "review") for experiment in experiments],
        [f"maxlen {experiment.maxlen:,}" for experiment in experiments],
        [counted(experiment.epochs, "epoch") for experiment in experiments],
    )
    common = [values[0] for values in facts if len(set(values)) == 1]
    seeds = sorted({experiment.seed for experiment in experiments})
    seeds_said = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
    return " · ".join([*common, seeds_said, _when(runs)])


def recorded(runs: Sequence[Run]) -> str:
    """Returns when and where runs were trained, for those that are seen later or elsewhere."""
    days = list(dict.fromkeys(map(_day, sorted(run.started or run.created for run in runs))))
    places = {run.is_from_elsewhere for run in runs}
    place = "this and another" if len(places) > 1 else "another" if places == {True} else "this"
    return f"recorded on {place} machine, {' to '.join(dict.fromkeys([days[0], days[-1]]))}"


def replayed(runs: Sequence[Run]) -> str:
    """Returns what stands above the board while some of its runs are played again; empty while none is."""
    played = [run for run in runs if run.replayed]
    if not played:
        return ""
    which = "" if len(played) == len(runs) else f" of {len(played)} of {len(runs)} runs"
    return f"Replay{which}, not live: {recorded(played)}. All epochs play at the same pace."


def _when(runs: Sequence[Run]) -> str:
    if all(run.is_from_elsewhere for run in runs):
        return recorded(runs)
    start = time.localtime(min(run.created for run in runs))
    return f"started {start.tm_mday} {time.strftime('%B, %H:%M', start)}"


def _day(at: float) -> str:
    day = time.localtime(at)
    return f"{day.tm_mday} {time.strftime('%B %Y', day)}"
