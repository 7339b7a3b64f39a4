"""The command `sweep`: trains a grid over any settings with several seeds, and prints the results."""

import statistics
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.comparison.evidence import Evidence, results_table
from rnn_compare.comparison.groups import JUDGED_BY, Group, groups
from rnn_compare.comparison.sweeps import Sweep, survey, varied
from rnn_compare.comparison.verdicts import usual_basis
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted
from rnn_compare.runs.record import Run
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine


def begin(experiments: Sequence[Experiment], as_json: bool, again: bool = False, quiet: bool = False) -> int:
    """Trains a grid, prints the results of its settings, and returns the exit code.

    Finished runs count, interrupted ones continue, another process's are awaited; ``again`` ignores all of them.
    """
    earlier = [] if again else foreground.recorded()
    sweep = survey(experiments, earlier)
    if sweep.trained:
        print(f"{counted(len(sweep.trained), 'run')} of the sweep already trained and reused", file=sys.stderr)
    counting = {run.id for run in earlier}

    def submit(engine: "Engine") -> Sequence[str]:
        ids = start(sweep, engine)
        counting.update(ids)
        print(f"{counted(len(ids), 'run')} of the sweep to train", file=sys.stderr)
        return ids

    code = 0 if sweep.is_complete else foreground.train(submit, as_json, judge=False, quiet=quiet)
    now = survey(experiments, [run for run in foreground.recorded() if run.id in counting])
    _print_results([now.runs[experiment] for experiment in now.experiments if experiment in now.runs], as_json)
    if not now.is_complete:
        print(
            "Continue it with the same command: finished runs are reused, interrupted ones continue.", file=sys.stderr
        )
    return code


def start(sweep: Sweep, engine: "Engine") -> Sequence[str]:
    """Begins what is not trained and returns the ids of the runs to wait for."""
    for run in sweep.broken_off:
        engine.continue_run(run.id)
    new = engine.submit(sweep.missing, priority=AFTER_ALL_OTHERS) if sweep.missing else []
    return [*(run.id for run in (*sweep.at_work, *sweep.broken_off)), *new]


def facts(compared: Sequence[Group], evidence: Evidence) -> list[dict[str, Any]]:
    """Returns for each setting the values that differ and its result, as `sweep --json` prints them."""
    measure, names = usual_basis(compared, evidence), _settings(compared)
    return [
        {name: getattr(group.experiment, name) for name in names} | result(group, evidence.accuracies(group, measure))
        for group in compared
    ]


def result(group: Group, shares: Sequence[float]) -> dict[str, Any]:
    """Returns a setting's result as `sweep --json` prints it; interrupted runs do not count.

    ``accuracy`` is the mean over seeds, on test reviews where all runs have read them, else on held-out reviews;
    ``spread`` the standard deviation of single runs; None where there are too few runs.

    Args:
        shares: The accuracies of its runs.
    """
    return {
        "runs": len(group.runs),
        "complete": len(group.counted),
        "left_out": [run.id for run in group.left_out],
        "accuracy": statistics.fmean(shares) if shares else None,
        "spread": statistics.stdev(shares) if len(shares) > 1 else None,
        "lowest": min(shares, default=None),
        "highest": max(shares, default=None),
    }


def _settings(compared: Sequence[Group]) -> list[str]:
    names = varied([group.experiment for group in compared])
    return list(dict.fromkeys(["cell", "units", "maxlen", *names]))


def _print_results(runs: Sequence[Run], as_json: bool) -> None:
    with foreground.open_store() as store:
        compared = groups(runs)
        evidence = Evidence(store)
        if as_json:
            for row in facts(compared, evidence):
                output.json_line({"kind": "result"} | row)
            return
        print(results_table(compared, evidence, usual_basis(compared, evidence)))
    if differing := [name.replace("_", " ") for name in _settings(compared) if name in JUDGED_BY]:
        print(f"Settings with another {' or '.join(differing)} have different validation reviews: do not compare them.")
