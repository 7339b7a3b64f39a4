"""Texts of the board: its subject, the origin of recorded runs, and a card for one run or several seeds."""

import os
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rnn_compare.browser.curves import FEWEST_WITH_BAND
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.accuracies import ON, Judging
from rnn_compare.formatting import counted, duration, ordinal, percent, rough_duration
from rnn_compare.fused.code_folder import sign_of
from rnn_compare.runs.estimate import START_SECONDS, History
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry
from rnn_compare.training.protocol import SCHEDULER_VARIABLE

REPLAY = "replay"
"""State of a card whose run is replayed, so that nobody takes it for live."""
NOT_YET = {"best": "–", "best_note": "", "so_far": False}
"""A card's accuracy before there is any."""


def subject(runs: Sequence[Run]) -> str:
    """Returns the reviews, settings and time that all runs share; their names have the differences."""
    if not runs:
        return ""
    experiments = [run.experiment for run in runs]
    facts = (
        [registry.title(experiment.dataset) for experiment in experiments],
        [
            counted(experiment.reviews, "review" if registry.is_about_films(experiment.source) else "text")
            for experiment in experiments
        ],
        [f"maxlen {experiment.maxlen:,}" for experiment in experiments],
        [counted(experiment.epochs, "epoch") for experiment in experiments],
    )
    common = [values[0] for values in facts if len(set(values)) == 1]
    seeds = sorted({experiment.seed for experiment in experiments})
    seeds_said = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
    return " · ".join([*common, seeds_said, _when(runs)])


def recording_text(runs: Sequence[Run]) -> str:
    """Returns when and where recorded runs were trained."""
    days = list(dict.fromkeys(map(_day, sorted(run.started or run.created for run in runs))))
    places = {run.is_from_elsewhere for run in runs}
    place = "this and another" if len(places) > 1 else "another" if places == {True} else "this"
    return f"recorded on {place} machine, {' to '.join(dict.fromkeys([days[0], days[-1]]))}"


def replay_text(runs: Sequence[Run]) -> str:
    """Returns the line above the board during a replay; empty without one."""
    played = [run for run in runs if run.replayed]
    if not played:
        return ""
    which = "" if len(played) == len(runs) else f" of {len(played)} of {len(runs)} runs"
    return f"Replay{which}, not live: {recording_text(played)}. All epochs play at the same pace."


def not_live_text(runs: Sequence[Run]) -> str:
    """Returns a sentence about runs that are not trained live."""
    return replay_text(runs) or f"Not live: {recording_text(runs)}."


def note(groups: Sequence[Group]) -> str:
    """Returns the note below the charts on the lines of seeds."""
    several = [group for group in groups if len(group.runs) > 1]
    if not several:
        return ""
    counts = [count for group in several for count in group.finishers]
    fewest, most = min(counts, default=0), max(counts, default=0)
    seeds = counted(most, "seed") if fewest == most else f"{fewest} to {most} seeds"
    interval = "; band: its 95 % interval" if most >= FEWEST_WITH_BAND else ""
    return f"Thick: mean of {seeds}{interval}; thin: single seeds."


def _when(runs: Sequence[Run]) -> str:
    here = [run.created for run in runs if not run.is_from_elsewhere]
    if not here:
        return recording_text(runs)
    first, last = time.localtime(min(here)), time.localtime(max(here))
    days = dict.fromkeys(f"{day.tm_mday} {time.strftime('%B', day)}" for day in (first, last))
    clock = "" if len(days) > 1 else time.strftime(", %H:%M", first)
    recorded = f"; {len(runs) - len(here)} of {len(runs)} runs recorded on another machine"
    return f"started {' to '.join(days)}{clock}{recorded if len(here) < len(runs) else ''}"


def _day(at: float) -> str:
    day = time.localtime(at)
    return f"{day.tm_mday} {time.strftime('%B %Y', day)}"


def card(
    group: Group,
    starts: Mapping[str, float],
    history: History,
    judged: tuple[Judging, Sequence[float]] | None = None,
    waits: bool = False,
) -> dict[str, Any]:
    """Returns the texts of a card, for one run or several seeds.

    Args:
        starts: Seconds until each queued run of the server starts, by id, the next first.
        history: Timings of earlier runs, for runs without a finished epoch.
        judged: Its accuracy once it has ended; before that the card shows its best so far.
        waits: Whether accuracies wait for the texts to load: then the card shows none that would be replaced at once.
    """
    runs, first = group.runs, group.runs[0]
    at_work = [run for run in runs if not run.status.ended]
    trains = bool(at_work) and not first.replayed
    stock = "stock Keras" if first.versions and not first.is_fused else ""
    return {
        "status": _status(runs),
        "fraction": round(sum(run.fraction_done for run in runs) / len(runs), 3),
        "size": f"{first.parameters:,} parameters" if first.parameters else "",
        "pace": _pace(runs) if trains else "",
        "layers": "recorded" if first.replayed or first.is_from_elsewhere else stock,
        "press": "Stop" if trains else "Continue" if any(run.can_be_continued for run in runs) else "",
        "stopping": trains and all(run.stop_requested for run in at_work),
        **(_of_one(first, starts, history) if len(runs) == 1 else _of_seeds(group, at_work, starts, history)),
        **_accuracy(group, judged, waits and not at_work),
    }


def _accuracy(group: Group, judged: tuple[Judging, Sequence[float]] | None, waits: bool) -> dict[str, Any]:
    """Returns the one accuracy that every surface shows of a network, with its name; while it trains, its best."""
    if judged:
        measure, shares = judged
        return _named(shares, ON[measure])
    # Runs that trained to their end are compared. While there are none, the others show how far they are.
    runs = group.counted or [run for run in group.runs if not run.status.ended] or group.runs
    best = [run.best["val_accuracy"] for run in runs if run.best]
    if waits or not best:
        return NOT_YET
    return _named(best, "best epoch") if group.ended else _named(best, "best so far") | {"so_far": True}


def _named(shares: Sequence[float], name: str) -> dict[str, Any]:
    seeds = f"mean of {len(shares)} seeds, " if len(shares) > 1 else ""
    return {"best": percent(statistics.fmean(shares)), "best_note": f"{seeds}{name}", "so_far": False}


def _of_one(run: Run, starts: Mapping[str, float], history: History) -> dict[str, Any]:
    return {"state": _state(run, starts), "left": _left(run, history), "reason": run.reason or ""}


def _of_seeds(group: Group, at_work: Sequence[Run], starts: Mapping[str, float], history: History) -> dict[str, Any]:
    trains = at_work and not group.runs[0].replayed
    return {
        "state": _seeds_state(group, starts),
        "left": f"{rough_duration(max(_ends(group, at_work, starts, history)))} left" if trains else "",
        "reason": _left_out(group),
    }


def _pace(runs: Sequence[Run]) -> str:
    paces = [run.seconds_per_epoch for run in runs if run.seconds_per_epoch is not None]
    return f"{duration(sum(paces) / len(paces))} per epoch" if paces else ""


def _state(run: Run, starts: Mapping[str, float]) -> str:
    done, epochs = len(run.epochs), run.experiment.epochs
    if run.replayed:
        return f"{REPLAY}, epoch {done + (not run.status.ended)} of {epochs}"
    match run.status:
        case Status.QUEUED:
            return _place(run, starts)
        case Status.RUNNING if run.progress and run.progress[-1].phase == "preparing":
            return "compiling, once on this machine: 10 to 20 s" if _is_compiling(run) else "preparing"
        case Status.RUNNING if run.progress and run.progress[-1].phase == "validation":
            return f"epoch {done + 1} of {epochs}, validating"
        case Status.RUNNING:
            return f"epoch {min(done + 1, epochs)} of {epochs}"
        case Status.FINISHED if run.stopped_early:
            return f"stopped early, epoch {done} of {epochs}"
        case Status.FINISHED:
            return f"finished, epoch {done} of {epochs}"
        case _:
            return f"{run.status.value} after {done} of {epochs} epochs"


def _is_compiling(run: Run) -> bool:
    here = not os.environ.get(SCHEDULER_VARIABLE)
    return here and run.is_fused and not sign_of(run.experiment.cell).exists()


def _place(run: Run, starts: Mapping[str, float]) -> str:
    if not starts.get(run.id):
        return "starting"
    place = [queued for queued, seconds in starts.items() if seconds].index(run.id) + 1
    return f"waiting, {ordinal(place)} in line, {rough_duration(starts[run.id])}"


def _left(run: Run, history: History) -> str:
    if run.status is not Status.RUNNING or run.replayed:
        return ""
    if len(run.epochs) == run.experiment.epochs:
        return "finishing"
    if run.seconds_left is None:
        return f"{rough_duration(history.seconds_left(run) * history.slowdown(run))} left"
    return f"{duration(run.seconds_left)} left"


def _status(runs: Sequence[Run]) -> str:
    """Returns running, queued or finished; if some runs ended early, the status of the first of them."""
    if any(run.replayed for run in runs):
        return REPLAY
    statuses = [run.status for run in runs]
    ended_early = [status for status in statuses if status is not Status.FINISHED]
    order = (Status.RUNNING, Status.QUEUED, *ended_early, Status.FINISHED)
    return next(status.value for status in order if status in statuses)


def _seeds_state(group: Group, starts: Mapping[str, float]) -> str:
    if group.runs[0].replayed:
        return _state(group.runs[0], starts)  # all epochs play at the same pace
    waiting = [run for run in group.runs if run.status is Status.QUEUED]
    if len(waiting) == len(group.runs):
        return _place(min(waiting, key=lambda run: starts.get(run.id, 0.0)), starts)
    done = f"{len(group.counted)} of {len(group.runs)} seeds done".replace(" ", "\N{NO-BREAK SPACE}")
    now = next((run for run in group.runs if run.status is Status.RUNNING), None)
    return (
        f"epoch {min(len(now.epochs) + 1, now.experiment.epochs)} of {now.experiment.epochs}, {done}" if now else done
    )


def _ends(group: Group, at_work: Sequence[Run], starts: Mapping[str, float], history: History) -> list[float]:
    epoch = history.epoch_seconds(group.experiment) * history.slowdown(at_work[0])
    return [starts.get(run.id, 0.0) + _seconds_left(run, epoch) for run in at_work]


def _seconds_left(run: Run, epoch: float) -> float:
    if run.seconds_left is not None:
        return run.seconds_left
    return START_SECONDS + (1.0 - run.fraction_done) * run.experiment.epochs * epoch


def _left_out(group: Group) -> str:
    if not (group.left_out and group.counted):
        return ""
    became = Counter(run.status.value for run in group.left_out)
    many = ", ".join(f"{count} {status} seed{'' if count == 1 else 's'}" for status, count in became.items())
    first = group.left_out[0]
    alone = (
        f"Seed {first.experiment.seed} not included: {first.status.value} after {counted(len(first.epochs), 'epoch')}"
    )
    reason = next((f" ({run.reason})" for run in group.left_out if run.reason and run.status is Status.FAILED), "")
    return f"{alone if len(group.left_out) == 1 else f'{many} not included'}{reason}"
