"""Fair scheduling of queued runs (visitors take turns), and the limits on queueing."""

from collections import Counter
from collections.abc import Collection, Sequence

from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run

MAX_WAITING = 240
"""Maximum number of waiting runs of all visitors: three of the largest comparisons, or thirty usual ones."""
MAX_WAITING_PER_VISITOR = MAX_COMPARED * MAX_SEEDS
"""The same of one visitor: the largest comparison. It delays nobody, since visitors take turns."""
AFTER_ALL_OTHERS = -1
"""Priority of a sweep's runs: everybody else's go first."""


def in_order(runs: Sequence[Run], at_work: Collection[str] = ()) -> list[Run]:
    """Returns the waiting runs of a process, the next one first.

    Higher priority goes first. Then visitors take turns: a visitor's second run waits until everybody's first has
    started, running ones included. Among equals, the order is that of submission. ``at_work`` holds the ids of runs
    that already have a worker, which the record may not show yet.
    """
    waiting = [run for run in runs if run.status is Status.QUEUED and run.id not in at_work]
    turns = Counter(run.visitor for run in runs if run.status is Status.RUNNING or run.id in at_work)
    keys = {}
    for run in sorted(waiting, key=lambda run: run.turn):
        keys[run.id] = (-run.priority, turns[run.visitor], run.turn)
        turns[run.visitor] += 1
    return sorted(waiting, key=lambda run: keys[run.id])


def check_limits(runs: Sequence[Run], more: int, visitor: str) -> None:
    """Raises ``UserError`` if a visitor may not add so many runs to the unfinished ones.

    An empty visitor is the command line or the presenter, who have no limit.
    """
    if not visitor:
        return
    waiting = [run for run in runs if run.status is Status.QUEUED]
    own = sum(run.visitor == visitor for run in waiting)
    if own + more > MAX_WAITING_PER_VISITOR:
        raise UserError(
            f"{own} of your networks are waiting; {more} more would exceed the limit of {MAX_WAITING_PER_VISITOR} per "
            "visitor. Wait for some to start, or stop some."
        )
    if len(waiting) + more > MAX_WAITING:
        raise UserError(
            f"{len(waiting)} networks are waiting; the limit is {MAX_WAITING}. Try again when some have started."
        )
