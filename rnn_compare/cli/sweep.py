"""The command `sweep`: trains a grid over any settings with several seeds, and prints the results."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.comparison.evidence import Evidence, Result, achievements
from rnn_compare.comparison.groups import JUDGED_BY, groups
from rnn_compare.comparison.sweeps import OUTERMOST, Sweep, survey, varied
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted, percent
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.record import Run
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine


def begin(experiments: Sequence[Experiment], as_json: bool, again: bool = False) -> int:
    """Trains a grid, prints the results of its settings, and returns the exit code.

    Finished runs count, interrupted ones continue, and those in training by another process are awaited; ``again``
    ignores all of them.
    """
    sweep = survey(experiments, [] if again else _recorded())
    if sweep.trained:
        print(f"{counted(len(sweep.trained), 'run')} of the sweep already trained and reused", file=sys.stderr)
    if not (sweep.to_train or sweep.at_work):
        _print_results(sweep.trained, as_json)
        return 0
    code, started = _train(sweep.broken_off, sweep.missing, sweep.at_work, as_json)
    runs = _recorded()
    now = survey(experiments, [run for run in runs if run.id in started] if again else runs)
    _print_results([now.runs[experiment] for experiment in now.experiments if experiment in now.runs], as_json)
    if now.to_train:
        print(_advice(sweep, now), file=sys.stderr)
    return code


def resume(sweep: str, as_json: bool) -> int:
    """Continues an interrupted sweep and returns the exit code.

    Raises ``UserError`` if there is no such sweep, or it is running.
    """
    runs = _runs_of(sweep)
    if not runs:
        raise UserError(
            f"There is no sweep {sweep[:40]!r}. `python -m rnn_compare sweep` prints its name when it starts."
        )
    if any(not run.status.ended for run in runs):
        raise UserError(f"The sweep {sweep} is already running.")
    code = 0
    if unfinished := [run for run in runs if run.can_be_continued]:
        code, _ = _train(unfinished, (), (), as_json, sweep)
        runs = _runs_of(sweep)
    _print_results(runs, as_json)
    if any(run.can_be_continued for run in runs):
        print(f"Continue it with: python -m rnn_compare sweep --continue {sweep}", file=sys.stderr)
    return code


def _train(
    resumed: Sequence[Run], missing: Sequence[Experiment], running: Sequence[Run], as_json: bool, name: str = ""
) -> tuple[int, list[str]]:
    """Resumes runs, trains the missing ones, and waits for these and the running ones; returns exit code and ids."""
    ids: list[str] = []

    def submit(engine: "Engine") -> Sequence[str]:
        for run in resumed:
            engine.continue_run(run.id)
        new = engine.submit(missing, priority=AFTER_ALL_OTHERS) if missing else []
        ids.extend([*(run.id for run in (*running, *resumed)), *new])
        print(f"{len(ids)} runs of the sweep {name or (new or ids)[0]}", file=sys.stderr)
        return ids

    return foreground.train(submit, as_json, display=None if as_json else _line), ids


def results(reached: Sequence[Result]) -> list[dict[str, Any]]:
    """Returns each setting's result as `sweep --json` prints it; interrupted runs do not count.

    ``best`` is the mean over seeds of a run's best validation accuracy, ``margin`` half the width of the mean's 95 %
    interval (Student's t), ``spread`` the standard deviation of single runs; None where there are too few runs.
    ``kept``, ``typical`` and ``test`` with their margins are the honest measures (``comparison.accuracies``).
    """
    names = _settings(reached)
    return [{name: getattr(result.group.experiment, name) for name in names} | _figures(result) for result in reached]


def _figures(result: Result) -> dict[str, Any]:
    group, best = result.group, result.best
    figures = {
        "runs": len(group.runs),
        "complete": len(group.counted),
        "left_out": [run.id for run in group.left_out],
        "best": best and best.mean,
        "margin": best and best.margin,
        "spread": best and best.deviation,
        "lowest": best and best.lowest,
        "highest": best and best.highest,
    }
    for measure, accuracy in result.measured.items():
        figures |= {measure: accuracy and accuracy.mean, f"{measure}_margin": accuracy and accuracy.margin}
    return figures


def _settings(reached: Sequence[Result]) -> list[str]:
    names = varied([result.group.experiment for result in reached])
    return [*OUTERMOST, *(name for name in names if name not in OUTERMOST)]


def _recorded() -> list[Run]:
    with foreground.open_store() as store:
        interrupt_orphans(store)
        return store.runs()


def _runs_of(sweep: str) -> list[Run]:
    return [run for run in _recorded() if run.comparison == sweep]


def _advice(before: Sweep, now: Sweep) -> str:
    together = {now.runs[experiment].comparison for experiment in now.experiments if experiment in now.runs}
    if before.runs or len(together) != 1:
        return "Continue it with the same command: finished runs are reused, interrupted ones continue."
    return f"Continue it with: python -m rnn_compare sweep --continue {together.pop()}"


def _print_results(runs: Sequence[Run], as_json: bool) -> None:
    with foreground.open_store() as store:
        evidence = Evidence(store)
        reached = [achievements(group, evidence) for group in groups(runs)]
    if as_json:
        for values in results(reached):
            output.json_line({"kind": "result", **values})
        return
    for result in reached:
        if result.group.left_out:
            unfinished = ", ".join(run.id for run in result.group.left_out)
            print(f"Not finished, not in the means: {unfinished}", file=sys.stderr)
    settings = _settings(reached) if reached else []
    print(output.table((*settings, *_HEADS), [_row(result, settings) for result in reached]))
    if any(result.best and result.best.margin is not None for result in reached):
        print("± is the 95 % interval of the mean over seeds (Student's t).")
    if differing := [name.replace("_", " ") for name in settings if name in JUDGED_BY]:
        print(f"Settings with another {' or '.join(differing)} have different validation reviews: do not compare them.")


_HEADS = ("complete", "best epoch", "standard deviation", "lowest to highest", "kept weights", "typical epoch", "test")


def _row(result: Result, settings: Sequence[str]) -> tuple[str, ...]:
    group, best = result.group, result.best
    several = best is not None and best.deviation is not None
    return (
        *(str(getattr(group.experiment, name)) for name in settings),
        f"{len(group.counted)} of {len(group.runs)}",
        best.text if best else "–",
        f"{100 * best.deviation:.1f} points" if best and best.deviation is not None else "–",
        f"{percent(best.lowest)} to {percent(best.highest)}" if best and several else "–",
        *(accuracy.text if accuracy else "–" for accuracy in result.measured.values()),
    )


@contextlib.contextmanager
def _line(_names: Mapping[str, str]) -> Iterator[output.Show]:
    """Shows a sweep as one bar on a terminal, and otherwise as a line for each run that ends."""
    if not sys.stdout.isatty():
        yield _show_ends
        return
    with output.progress_bars({"sweep": "sweep"}) as (progress, bars):

        def show(runs: list[Run], _news: list[output.News]) -> None:
            done = sum(run.fraction_done for run in runs) / max(1, len(runs))
            progress.update(bars["sweep"], completed=done, text=_progress_text(runs))

        yield show


def _show_ends(runs: list[Run], news: list[output.News]) -> None:
    for item in news:
        if item.epoch is None:
            best = f", best validation accuracy {percent(item.run.best['val_accuracy'])}" if item.run.best else ""
            print(f"{_progress_text(runs)}: {item.run.id}  {item.run.title}  {item.run.status}{best}", flush=True)


def _progress_text(runs: Sequence[Run]) -> str:
    ended = sum(run.status.ended for run in runs)
    epochs = sum(len(run.epochs) for run in runs)
    return f"{ended} of {len(runs)} runs ended, {epochs} of {sum(run.experiment.epochs for run in runs)} epochs"
