"""Output of the command line: progress of trainings, read from the record; JSON; the list of runs."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rnn_compare.atomic import whole_file
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED, labels
from rnn_compare.formatting import as_json, counted, percent
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.table import Column, Entry, Table

SILENT_SECONDS = 30.0
"""Without news for so long, lines say what they wait for."""
WAITING = "waiting for a worker"
UNKNOWN = "–: still training, or its predictions or its reviews are not here."


@dataclass(frozen=True)
class News:
    """News of one run: a finished epoch, or None for the run's end."""

    run: Run
    epoch: EpochEnd | None


class Follower:
    """Follows runs until they have ended, starting from now."""

    def __init__(self, store: RunStore, runs: Sequence[str]) -> None:
        self._store = store
        self._ids = list(runs)
        self._epochs = {run.id: len(run.epochs) for run in store.runs(self._ids)}
        self._ended: set[str] = set()
        self.runs: list[Run] = []

    @property
    def done(self) -> bool:
        """Whether the end of every run has been reported."""
        return len(self._ended) == len(self._ids)

    def news(self) -> list[News]:
        """Returns the news since the last call, a run's epochs before its end."""
        self.runs = self._store.runs(self._ids)
        news = []
        for run in self.runs:
            news += [News(run, epoch) for epoch in run.epochs[self._epochs.get(run.id, 0) :]]
            self._epochs[run.id] = len(run.epochs)
            if run.status.ended and run.id not in self._ended:
                self._ended.add(run.id)
                news.append(News(run, None))
        # A deleted run has ended too, without news.
        self._ended |= set(self._ids) - {run.id for run in self.runs}
        return news


Show = Callable[[list[Run], list[News]], None]
"""Shows the progress of runs, given all of them and their news."""


class Lines:
    """Lines on stdout for news; on stderr for each run seen to train or to have lost its worker, and after a silence.

    Args:
        quiet: Whether only ends are news, and stderr has nothing.
    """

    def __init__(self, as_json: bool, quiet: bool = False) -> None:
        self._as_json, self._quiet = as_json, quiet
        self._states: dict[str, str] = {}
        self._silent_until = 0.0

    def show(self, runs: list[Run], news: list[News]) -> None:
        """Prints what is new; of many runs only their ends."""
        if self._quiet:
            runs, news = [], [item for item in news if item.epoch is None]
        for item in news:
            if self._as_json:
                json_line(_news_json(item))
            elif item.epoch is None or len(runs) <= MAX_COMPARED:
                print(_news_line(item), flush=True)
        states = {run.id: "running" if run.status is Status.RUNNING else _lost(run) for run in runs}
        changed = [run for run in runs if states[run.id] not in ("", self._states.get(run.id))]
        lines = [f"{run.id}  {run.title}  {progress_text(run)}" for run in changed]
        self._states = states
        if not (lines or news) and runs and time.monotonic() > self._silent_until:
            lines = [progress_summary(runs)]
        if lines or news:
            self._silent_until = time.monotonic() + SILENT_SECONDS
        for line in lines:
            print(line, file=sys.stderr, flush=True)


def _news_json(item: News) -> dict[str, Any]:
    run, epoch, trained = item.run, item.epoch, item.run.experiment
    identity = {"run": run.id, "network": trained.label, "cell": trained.cell, "seed": trained.seed}
    if epoch is None:
        return {"kind": "end", **identity, "status": run.status.value, "reason": run.reason, **_best(run)}
    return {"kind": "epoch", **identity, "epoch": epoch.epoch, **epoch.figures, "seconds": epoch.seconds}


def _best(run: Run) -> dict[str, Any]:
    best = run.best
    return {"best_val_accuracy": best and best["val_accuracy"], "best_epoch": best and best.epoch}


def _news_line(item: News) -> str:
    run, epoch = item.run, item.epoch
    if epoch is None:
        return f"{run.id}  {run.title}  {progress_text(run)}{f'. {run.reason}' if run.reason else ''}"
    figures = ", ".join(
        f"{figure.title[0].lower()}{figure.title[1:]} {figure.text(epoch[name])}"
        for name, figure in all_metrics().items()
        if name in epoch.figures
    )
    return f"{run.id}  {run.title}  epoch {epoch.epoch} of {run.experiment.epochs}  {figures}  {epoch.seconds:.1f} s"


def progress_text(run: Run) -> str:
    """Returns the progress of a run in a few words."""
    if run.status is Status.QUEUED:
        return _lost(run) or WAITING
    if run.status is Status.RUNNING and not run.epochs and (not run.progress or run.progress[-1].phase == "preparing"):
        return "preparing"
    parts = [run.status.value] if run.status.ended else []
    parts.append(f"{len(run.epochs)} of {run.experiment.epochs} epochs")
    if run.best and not run.status.ended:
        parts.append(f"best so far {percent(run.best['val_accuracy'])}")
    if run.seconds_left is not None:
        parts.append(f"{run.seconds_left:.0f} s left")
    return ", ".join(parts)


def progress_summary(runs: Sequence[Run]) -> str:
    """Returns the progress of several runs in a few words."""
    if all(run.status is Status.QUEUED for run in runs):
        return f"{counted(len(runs), 'run')} waiting for a worker"
    ended = sum(run.status.ended for run in runs)
    epochs = sum(len(run.epochs) for run in runs)
    return f"{ended} of {len(runs)} runs ended, {epochs} of {sum(run.experiment.epochs for run in runs)} epochs"


def _lost(run: Run) -> str:
    """Returns why a run waits again, in a sentence; empty if it does not."""
    return run.reason or "" if run.status is Status.QUEUED else ""


def json_line(values: dict[str, Any]) -> None:
    """Prints one JSON object on a line of its own, at once."""
    print(as_json(values), flush=True)


def write_file(path: Path, content: bytes) -> None:
    """Writes a whole file; raises ``UserError`` if it cannot be written."""
    try:
        with whole_file(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}). Choose another path.") from error


def written(as_json: bool, what: str, path: Path, note: str = "", **more: str | int) -> None:
    """Prints which file was written, in JSON or in words."""
    if as_json:
        json_line({"kind": "written", "what": what, "path": str(path), **more})
    else:
        print(f"{what}: {path}" + (f" ({note})" if note else ""))


def run_json(run: Run, evidence: Evidence) -> dict[str, Any]:
    """Returns one run as `runs --json` gives it."""
    return {
        "run": run.id,
        "network": run.experiment.label,
        "cell": run.experiment.cell,
        "status": run.status.value,
        "reason": run.reason,
        "name": run.name,
        "origin": run.origin,
        "created": datetime.fromtimestamp(run.created).astimezone().isoformat(timespec="seconds"),
        "epochs_done": len(run.epochs),
        **_best(run),
        "held_out_accuracy": _held_out(run, evidence),
        "seconds_per_epoch": run.seconds_per_epoch,
        "parameters": run.parameters,
        "experiment": run.experiment.model_dump(),
    }


def _held_out(run: Run, evidence: Evidence) -> float | None:
    return evidence.accuracy(run, "kept") if run.status.ended else None


def runs_table(runs: Sequence[Run], evidence: Evidence) -> Table:
    """Returns all runs; a network's name has what tells it from the others."""
    same = {name: Experiment.model_fields[name].default for name in ("maxlen", "epochs")}  # in columns of their own
    networks = labels([run.experiment.model_copy(update=same) for run in runs], with_defaults=False)
    made = Column("made", lambda seconds: f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}")
    rows = [
        (
            run.id,
            network,
            run.experiment.maxlen,
            f"{len(run.epochs)} of {run.experiment.epochs}",
            run.status.value,
            _held_out(run, evidence),
            run.created,
            run.name,
        )
        for run, network in zip(runs, networks, strict=True)
    ]
    accuracy = Column("held-out reviews", percent)
    unknown = any(run.status.ended and _held_out(run, evidence) is None for run in runs)
    notes = [UNKNOWN] if unknown else []
    return Table(("run", "network", "maxlen", "epochs", "status", accuracy, made, "name"), rows, notes)


def progress_table(groups: Iterable[Group]) -> Table:
    """Returns the progress of runs with a bar each, for notebooks."""
    rows = [
        (group.name, run.id, Entry(progress_text(run), share=round(run.fraction_done, 2)))
        for group in groups
        for run in group.runs
    ]
    return Table(("Network", "Run", "Progress"), rows)
