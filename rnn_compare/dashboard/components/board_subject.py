"""What the board shows, in one line: all that its networks have in common."""

import time
from collections.abc import Sequence

from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry


def subject(shown: Sequence[Run]) -> str:
    """Returns the reviews, settings and time that all runs on the board share; what differs is in their names.

    Args:
        shown: The runs on the board.
    """
    if not shown:
        return ""
    experiments = [run.experiment for run in shown]
    facts = (
        [_title(each) for each in experiments],
        [counted(each.reviews, "review") for each in experiments],
        [f"maxlen {each.maxlen:,}" for each in experiments],
        [counted(each.epochs, "epoch") for each in experiments],
    )
    common = [values[0] for values in facts if len(set(values)) == 1]
    seeds = sorted({each.seed for each in experiments})
    seeds_said = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
    begun = time.localtime(min(run.created for run in shown))
    return " · ".join([*common, seeds_said, f"started {begun.tm_mday} {time.strftime('%B, %H:%M', begun)}"])


def _title(experiment: Experiment) -> str:
    known = registry.is_known(experiment.source)
    return registry.source(experiment.dataset).title if known else experiment.source
