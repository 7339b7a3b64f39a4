"""Many trainings as one, for the command line: every cell, units and maxlen with several seeds, and their figures."""

import contextlib
import itertools
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, experiment_from
from rnn_compare.runs.follow import News
from rnn_compare.runs.record import Run

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine

MAX_RUNS = 200
AXES = ("cell", "units", "maxlen", "seed")
"""Settings that a sweep may give several values of."""
GROUPED = AXES[:-1]


def experiments(chosen: Mapping[str, Any]) -> list[Experiment]:
    """Returns one experiment for each cell × units × maxlen × seed; repeated values count once.

    Args:
        chosen: Values of settings; those of ``AXES`` are lists.

    Raises:
        UserError: If there are too many, or a setting is out of bounds.
    """
    axes = [list(dict.fromkeys(chosen.get(name, [Experiment.model_fields[name].default]))) for name in AXES]
    shared = {name: value for name, value in chosen.items() if name not in AXES}
    counts = [len(axis) for axis in axes]
    if (count := counts[0] * counts[1] * counts[2] * counts[3]) > MAX_RUNS:
        raise UserError(
            f"{counts[0]} cell types × {counts[1]} units × {counts[2]} maxlen × {counts[3]} seeds make {count} runs; "
            f"a sweep has at most {MAX_RUNS}. Take some away, or make two sweeps of it."
        )
    return [
        experiment_from(dict(zip(AXES, values, strict=True), **shared))
        for values in dict.fromkeys(itertools.product(*axes))
    ]


def begin(experiments_to_train: Sequence[Experiment], as_json: bool) -> int:
    """Trains a new sweep and returns the exit code, as ``foreground.train`` does."""
    return _train(lambda engine: engine.submit(experiments_to_train), as_json)


def proceed(sweep: str, as_json: bool) -> int:
    """Goes on with a sweep: what has finished is left alone, what was broken off goes on from its last epoch.

    Args:
        sweep: Its id, which is that of its first run.
        as_json: Whether to print JSON lines.

    Raises:
        UserError: If there is no such sweep, or it is at work.
    """
    runs = _runs(sweep)
    if not runs:
        raise UserError(
            f"There is no sweep called {sweep[:40]!r}. `python -m rnn_compare sweep` names it as it begins."
        )
    if any(not run.status.ended for run in runs):
        raise UserError(f"The sweep {sweep} is at work already.")
    left = [run.id for run in runs if run.can_be_continued]
    if not left:
        _tell_results(runs, as_json)
        return 0

    def submit(engine: "Engine") -> list[str]:
        for run in left:
            engine.continue_run(run)
        return left

    return _train(submit, as_json, sweep)


def results(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Returns for each cell, units and maxlen how well its seeds did, in the order of the runs.

    ``best`` is the mean over seeds of a run's best validation accuracy, ``spread`` their standard deviation, and
    both are None where there is too little to tell.
    """
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(tuple(getattr(run.experiment, name) for name in GROUPED), []).append(run)
    return [dict(zip(GROUPED, setting, strict=True)) | _result(members) for setting, members in groups.items()]


def _result(runs: Sequence[Run]) -> dict[str, Any]:
    best = [run.best["val_accuracy"] for run in runs if run.best]
    return {
        "runs": len(runs),
        "complete": sum(len(run.epochs) >= run.experiment.epochs for run in runs),
        "best": statistics.fmean(best) if best else None,
        "spread": statistics.stdev(best) if len(best) > 1 else None,
        "lowest": min(best, default=None),
        "highest": max(best, default=None),
    }


def _train(submit: Callable[["Engine"], Sequence[str]], as_json: bool, named: str | None = None) -> int:
    begun: list[str] = []

    def submit_and_note(engine: "Engine") -> Sequence[str]:
        begun.extend(submit(engine))
        print(f"{len(begun)} runs of the sweep {named or begun[0]}", file=sys.stderr)
        return begun

    code = foreground.train(submit_and_note, as_json, display=None if as_json else _line)
    sweep = named or begun[0]
    runs = _runs(sweep)
    _tell_results(runs, as_json)
    if any(run.can_be_continued for run in runs):
        print(f"Go on with it by: python -m rnn_compare sweep --continue {sweep}", file=sys.stderr)
    return code


def _runs(sweep: str) -> list[Run]:
    with foreground.open_store() as store:
        return [run for run in store.runs() if run.comparison == sweep]


def _tell_results(runs: Sequence[Run], as_json: bool) -> None:
    rows = results(runs)
    if as_json:
        for row in rows:
            output.json_line({"kind": "result", **row})
    else:
        print(output.table(("cell", "units", "maxlen", "complete", "best", "lowest to highest"), map(_row, rows)))


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    best = f"{result['best']:.1%}" if result["best"] is not None else "–"
    spread = f" ± {100 * result['spread']:.1f}" if result["spread"] is not None else ""
    span = f"{result['lowest']:.1%} to {result['highest']:.1%}" if result["spread"] is not None else "–"
    setting = tuple(str(result[name]) for name in GROUPED)
    return (*setting, f"{result['complete']} of {result['runs']}", best + spread, span)


@contextlib.contextmanager
def _line(_names: Sequence[str]) -> Iterator[output.Show]:
    """Shows a sweep as one bar on a terminal, and as a line for each run that ends elsewhere."""
    if not sys.stdout.isatty():
        yield _show_ends
        return
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}")) as progress:
        bar = progress.add_task("sweep", total=1.0, said="waiting for a worker")

        def show(runs: list[Run], _news: list[News]) -> None:
            done = sum(run.fraction_done for run in runs) / max(1, len(runs))
            progress.update(bar, completed=done, said=_said(runs))

        yield show


def _show_ends(runs: list[Run], news: list[News]) -> None:
    for item in news:
        if item.epoch is None:
            best = f", best validation accuracy {item.run.best['val_accuracy']:.1%}" if item.run.best else ""
            print(f"{_said(runs)}: {item.run.id}  {item.run.title}  {item.run.status}{best}", flush=True)


def _said(runs: Sequence[Run]) -> str:
    ended = sum(run.status.ended for run in runs)
    epochs = sum(len(run.epochs) for run in runs)
    return f"{ended} of {len(runs)} runs ended, {epochs} of {sum(run.experiment.epochs for run in runs)} epochs"
