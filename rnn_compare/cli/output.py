"""Output of the command line: progress of trainings, read from the record; parameter counts; the list of runs."""

import contextlib
import json
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks.parameters import Parameters
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


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


def display(as_json: bool, names: Mapping[str, str]) -> contextlib.AbstractContextManager[Show]:
    """Returns a display of the progress of runs, given their names by id: JSON, bars on a terminal, or lines."""
    if as_json:
        return contextlib.nullcontext(_show_json)
    return _bars(names) if sys.stdout.isatty() else contextlib.nullcontext(_show_lines)


def _show_json(_runs: list[Run], news: list[News]) -> None:
    for item in news:
        run = {"run": item.run.id, "network": item.run.experiment.cell, "cell": item.run.experiment.cell}
        if item.epoch is None:
            reason = {"reason": item.run.reason} if item.run.reason else {}
            json_line({"kind": "end", **run, "status": item.run.status.value, **reason})
        else:
            epoch = item.epoch
            json_line({"kind": "epoch", **run, "epoch": epoch.epoch, **epoch.figures, "seconds": epoch.seconds})


def _show_lines(_runs: list[Run], news: list[News]) -> None:
    for item in news:
        print(_news_line(item), flush=True)


def _news_line(item: News) -> str:
    run, epoch = item.run, item.epoch
    if epoch is None:
        best = ""
        if run.best:
            best = f", best validation accuracy {percent(run.best['val_accuracy'])} (epoch {run.best.epoch})"
        return f"{run.id}  {run.title}  {run.status}{best}{f'. {run.reason}' if run.reason else ''}"
    figures = ", ".join(
        f"{figure.title[0].lower()}{figure.title[1:]} {figure.text(epoch[name])}"
        for name, figure in all_metrics().items()
        if name in epoch.figures
    )
    return f"{run.id}  {run.title}  epoch {epoch.epoch} of {run.experiment.epochs}  {figures}  {epoch.seconds:.1f} s"


@contextlib.contextmanager
def _bars(names: Mapping[str, str]) -> Iterator[Show]:
    with progress_bars(names) as (progress, bars):

        def show(runs: list[Run], news: list[News]) -> None:
            for run in runs:  # others may have been deleted meanwhile
                progress.update(bars[run.id], completed=run.fraction_done, text=progress_text(run))
            for item in news:
                if item.epoch is None:
                    progress.console.print(_news_line(item), markup=False, highlight=False)

        yield show


@contextlib.contextmanager
def progress_bars(names: Mapping[str, str]) -> Iterator[tuple["Progress", dict[str, "TaskID"]]]:
    """Yields rich's progress display with a bar from 0 to 1 for each name, by its key; ``text`` follows a bar."""
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}")) as progress:
        text = "waiting for a worker"
        yield progress, {key: progress.add_task(name, total=1.0, text=text) for key, name in names.items()}


def progress_text(run: Run) -> str:
    """Returns the progress of a run in a few words."""
    if run.status is Status.QUEUED:
        return "waiting for a worker"
    if run.status is Status.RUNNING and not run.epochs and (not run.progress or run.progress[-1].phase == "preparing"):
        return "preparing"
    parts = [run.status.value] if run.status.ended else []
    parts.append(f"{len(run.epochs)} of {run.experiment.epochs} epochs")
    if run.best:
        parts.append(f"best validation {percent(run.best['val_accuracy'])} (epoch {run.best.epoch})")
    if run.seconds_left is not None:
        parts.append(f"{run.seconds_left:.0f} s left")
    return ", ".join(parts)


def json_line(values: dict[str, Any]) -> None:
    """Prints one JSON object on a line of its own, at once."""
    print(json.dumps(values), flush=True)


def parameters_json(experiment: Experiment, counted: Parameters) -> dict[str, Any]:
    """Returns the parameter counts of one network as `parameters --json` gives them."""
    return {
        "network": experiment.cell,
        "cell": experiment.cell,
        "units": experiment.units,
        "total": counted.total,
        "recurrent_layer": counted.recurrent,
        "before_dense": counted.before_dense,
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "count": layer.count,
                "arithmetic": layer.arithmetic,
                "tensors": [
                    {"path": tensor.path, "shape": tensor.shape, "count": tensor.count} for tensor in layer.tensors
                ],
            }
            for layer in counted.layers
        ],
    }


def parameters_text(experiment: Experiment, counted: Parameters) -> str:
    """Returns the parameter counts of one network, layer by layer with their arithmetic."""
    return f"{experiment.label}\n{textwrap.indent(repr(counted), '  ')}"


def run_json(run: Run) -> dict[str, Any]:
    """Returns one run as `runs --json` gives it."""
    return {
        "run": run.id,
        "network": run.experiment.cell,
        "cell": run.experiment.cell,
        "status": run.status.value,
        "reason": run.reason,
        "name": run.name,
        "origin": run.origin,
        "created": datetime.fromtimestamp(run.created).astimezone().isoformat(timespec="seconds"),
        "epochs_done": len(run.epochs),
        "best_val_accuracy": run.best["val_accuracy"] if run.best else None,
        "best_epoch": run.best.epoch if run.best else None,
        "last_val_accuracy": run.last["val_accuracy"] if run.last else None,
        "seconds_per_epoch": run.seconds_per_epoch,
        "parameters": run.parameters,
        "experiment": run.experiment.model_dump(),
    }


def runs_table(runs: Sequence[Run]) -> str:
    """Returns all runs as a table in plain text."""
    return table(("run", "network", "maxlen", "epochs", "status", "best", "last", "made", "name"), map(_row, runs))


def table(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Returns a table in plain text; all rows have as many cells as there are heads."""
    rows = [heads, *body]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(run: Run) -> tuple[str, ...]:
    return (
        run.id,
        run.experiment.label,
        str(run.experiment.maxlen),
        f"{len(run.epochs)} of {run.experiment.epochs}",
        run.status.value,
        f"{percent(run.best['val_accuracy'])} ({run.best.epoch})" if run.best else "–",
        percent(run.last["val_accuracy"]) if run.last else "–",
        f"{datetime.fromtimestamp(run.created):%Y-%m-%d %H:%M}",
        run.name,
    )
