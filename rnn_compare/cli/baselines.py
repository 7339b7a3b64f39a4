"""Baselines on the command line."""

from rnn_compare.cli import output
from rnn_compare.comparison.baselines import NOTE, Baseline, baselines
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import duration, percent


def tell(experiment: Experiment, as_json: bool) -> int:
    """Prints the baselines for an experiment's split, worked out first if need be, and returns the exit code.

    Args:
        experiment: Whose split and vocabulary.
        as_json: Whether to print a JSON line for each instead of a table.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    found = baselines(experiment)
    if as_json:
        for each in found:
            output.json_line(_json(each))
    else:
        print(output.table(("baseline", "validation", "test", "features", "time"), map(_row, found)))
        print(NOTE)
    return 0


def _json(baseline: Baseline) -> dict[str, object]:
    return {
        "kind": "baseline",
        "name": baseline.name,
        "val_accuracy": baseline.val_accuracy,
        "seconds": baseline.seconds,
        "test_accuracy": baseline.test_accuracy,
        "features": baseline.features,
    }


def _row(baseline: Baseline) -> tuple[str, ...]:
    return (
        baseline.title,
        percent(baseline.val_accuracy),
        "–" if baseline.test_accuracy is None else percent(baseline.test_accuracy),
        f"{baseline.features:,}",
        duration(baseline.seconds),
    )
