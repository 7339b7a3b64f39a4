"""The command `sweep`: a grid of settings trained with several seeds, and its results."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.comparison.accuracies import MEASURES
from rnn_compare.comparison.evidence import Evidence, achievements
from rnn_compare.comparison.groups import JUDGED_BY, Group, groups
from rnn_compare.comparison.sweeps import OUTERMOST, Sweep, survey, varied
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted, percent
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.queue import AFTER_ALL_OTHERS
from rnn_compare.runs.record import Run

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine


def begin(experiments: Sequence[Experiment], as_json: bool, again: bool = False) -> int:
    """Trains what of a grid isn't trained yet, tells what its settings achieve, and returns the exit code.

    What has trained to its end counts, what was broken off goes on, what another process trains is waited for;
    ``again`` trains all of it anew, whatever is there.
    """
    sweep = survey(experiments, [] if again else _recorded())
    if sweep.trained:
        print(f"{counted(len(sweep.trained), 'run')} of the sweep already trained and reused", file=sys.stderr)
    if not (sweep.to_train or sweep.at_work):
        _tell_results(sweep.trained, as_json)
        return 0
    started: list[str] = []

    def submit(engine: "Engine") -> Sequence[str]:
        for run in sweep.broken_off:
            engine.continue_run(run.id)
        new = engine.submit(sweep.missing, priority=AFTER_ALL_OTHERS) if sweep.missing else []
        started.extend([*(run.id for run in (*sweep.at_work, *sweep.broken_off)), *new])
        print(f"{len(started)} runs of the sweep {(new or started)[0]}", file=sys.stderr)
        return started

    code = foreground.train(submit, as_json, display=None if as_json else _line)
    runs = _recorded()
    now = survey(experiments, [run for run in runs if run.id in started] if again else runs)
    _tell_results([now.runs[experiment] for experiment in now.experiments if experiment in now.runs], as_json)
    if now.to_train:
        print(_how_to_go_on(sweep, now), file=sys.stderr)
    return code


def proceed(sweep: str, as_json: bool) -> int:
    """Goes on with the runs that were begun with a run: finished ones are left alone, others go on.

    Raises ``UserError`` if there are none, or they are at work.
    """
    runs = _begun_together(sweep)
    if not runs:
        raise UserError(
            f"There is no sweep {sweep[:40]!r}. `python -m rnn_compare sweep` prints its name when it starts."
        )
    if any(not run.status.ended for run in runs):
        raise UserError(f"The sweep {sweep} is already running.")
    unfinished = [run.id for run in runs if run.can_be_continued]
    if not unfinished:
        _tell_results(runs, as_json)
        return 0

    def submit(engine: "Engine") -> list[str]:
        for run in unfinished:
            engine.continue_run(run)
        print(f"{len(unfinished)} runs of the sweep {sweep}", file=sys.stderr)
        return unfinished

    code = foreground.train(submit, as_json, display=None if as_json else _line)
    runs = _begun_together(sweep)
    _tell_results(runs, as_json)
    if any(run.can_be_continued for run in runs):
        print(f"Continue it with: python -m rnn_compare sweep --continue {sweep}", file=sys.stderr)
    return code


def results(runs: Sequence[Run], evidence: Evidence) -> list[dict[str, Any]]:
    """Returns what each setting achieved, in the order of the runs; runs that were broken off are in no mean.

    ``best`` is the mean over seeds of a run's best validation accuracy, ``margin`` half the width of the mean's 95 %
    interval (Student's t), ``spread`` the standard deviation of single runs; None where there is too little to tell.
    ``kept``, ``typical`` and ``test`` with their margins are the honest measures (``comparison.accuracies``).
    """
    names = [*OUTERMOST, *(name for name in varied([run.experiment for run in runs]) if name not in OUTERMOST)]
    return [
        {name: getattr(group.experiment, name) for name in names} | _result(group, evidence) for group in groups(runs)
    ]


def _result(group: Group, evidence: Evidence) -> dict[str, Any]:
    reached = achievements(group, evidence)
    best = reached.best
    result = {
        "runs": len(group.runs),
        "complete": len(group.counted),
        "left_out": [run.id for run in group.left_out],
        "best": best and best.mean,
        "margin": best and best.margin,
        "spread": best and best.deviation,
        "lowest": best and best.lowest,
        "highest": best and best.highest,
    }
    for measure, accuracy in reached.measured.items():
        result |= {measure: accuracy and accuracy.mean, f"{measure}_margin": accuracy and accuracy.margin}
    return result


def _recorded() -> list[Run]:
    with foreground.open_store() as store:
        interrupt_orphans(store)
        return store.runs()


def _begun_together(sweep: str) -> list[Run]:
    return [run for run in _recorded() if run.comparison == sweep]


def _how_to_go_on(before: Sweep, now: Sweep) -> str:
    together = {now.runs[experiment].comparison for experiment in now.experiments if experiment in now.runs}
    if before.runs or len(together) != 1:
        return "Continue it with the same command: finished runs are reused, interrupted ones continue."
    return f"Continue it with: python -m rnn_compare sweep --continue {together.pop()}"


def _tell_results(runs: Sequence[Run], as_json: bool) -> None:
    with foreground.open_store() as store:
        rows = results(runs, Evidence(store))
    if as_json:
        for row in rows:
            output.json_line({"kind": "result", **row})
        return
    for row in rows:
        if row["left_out"]:
            print(f"Not finished, not in the means: {', '.join(row['left_out'])}", file=sys.stderr)
    settings = [name for name in rows[0] if name not in _FIGURES] if rows else []
    print(output.table((*settings, *_HEADS), [_row(row, settings) for row in rows]))
    if any(row["margin"] is not None for row in rows):
        print("± is the 95 % interval of the mean over seeds (Student's t).")
    if differing := [name.replace("_", " ") for name in settings if name in JUDGED_BY]:
        print(f"Settings with another {' or '.join(differing)} have different validation reviews: do not compare them.")


_HEADS = ("complete", "best epoch", "standard deviation", "lowest to highest", "kept weights", "typical epoch", "test")
_FIGURES = {
    *("runs", "complete", "left_out", "best", "margin", "spread", "lowest", "highest"),
    *(name for measure in MEASURES for name in (measure, f"{measure}_margin")),
}


def _row(result: Mapping[str, Any], settings: Sequence[str]) -> tuple[str, ...]:
    several = result["spread"] is not None
    return (
        *(str(result[name]) for name in settings),
        f"{result['complete']} of {result['runs']}",
        _with_margin(result["best"], result["margin"]),
        f"{100 * result['spread']:.1f} points" if several else "–",
        f"{percent(result['lowest'])} to {percent(result['highest'])}" if several else "–",
        *(_with_margin(result[measure], result[f"{measure}_margin"]) for measure in MEASURES),
    )


def _with_margin(accuracy: float | None, margin: float | None) -> str:
    if accuracy is None:
        return "–"
    return percent(accuracy) if margin is None else f"{100 * accuracy:.1f} ± {100 * margin:.1f} %"


@contextlib.contextmanager
def _line(_names: Sequence[str]) -> Iterator[output.Show]:
    """Shows a sweep as one bar on a terminal, and as a line for each run that ends elsewhere."""
    if not sys.stdout.isatty():
        yield _show_ends
        return
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}")) as progress:
        bar = progress.add_task("sweep", total=1.0, said="waiting for a worker")

        def show(runs: list[Run], _news: list[output.News]) -> None:
            done = sum(run.fraction_done for run in runs) / max(1, len(runs))
            progress.update(bar, completed=done, said=_said(runs))

        yield show


def _show_ends(runs: list[Run], news: list[output.News]) -> None:
    for item in news:
        if item.epoch is None:
            best = f", best validation accuracy {percent(item.run.best['val_accuracy'])}" if item.run.best else ""
            print(f"{_said(runs)}: {item.run.id}  {item.run.title}  {item.run.status}{best}", flush=True)


def _said(runs: Sequence[Run]) -> str:
    ended = sum(run.status.ended for run in runs)
    epochs = sum(len(run.epochs) for run in runs)
    return f"{ended} of {len(runs)} runs ended, {epochs} of {sum(run.experiment.epochs for run in runs)} epochs"
