"""Fair scheduling of queued runs (visitors take turns), and the limits on queueing."""

from collections import Counter
from collections.abc import Collection, Sequence

from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run

MAX_WAITING = 240
"""How many runs of all visitors may wait: three of the largest comparisons, or thirty usual ones."""
MAX_WAITING_OF_ONE = MAX_COMPARED * MAX_SEEDS
"""How many of one visitor may: the largest comparison. They keep nobody waiting, since visitors take turns."""
AFTER_ALL_OTHERS = -1
"""The priority of a sweep's runs: whoever trains a few networks meanwhile is served first."""


def line(runs: Sequence[Run], at_work: Collection[str] = ()) -> list[Run]:
    """Returns those of a process's runs that wait, the next one first.

    Higher priority goes first. Then visitors take turns: a visitor's second run waits until everybody's first has
    begun, one that is at work counted. Among equals, who came first goes first. ``at_work`` holds the ids of runs that
    a worker has, though the record may not say so yet.
    """
    waiting = [run for run in runs if run.status is Status.QUEUED and run.id not in at_work]
    turns = Counter(run.visitor for run in runs if run.status is Status.RUNNING or run.id in at_work)
    keys = {}
    for run in sorted(waiting, key=lambda run: run.turn):
        keys[run.id] = (-run.priority, turns[run.visitor], run.turn)
        turns[run.visitor] += 1
    return sorted(waiting, key=lambda run: keys[run.id])


def check_room(runs: Sequence[Run], more: int, visitor: str) -> None:
    """Checks that a visitor may have more runs wait; raises ``UserError`` if too many unfinished runs wait already.

    One without an id is the command line or the presenter, whose line has no limit.
    """
    if not visitor:
        return
    waiting = [run for run in runs if run.status is Status.QUEUED]
    own = sum(run.visitor == visitor for run in waiting)
    if own + more > MAX_WAITING_OF_ONE:
        raise UserError(
            f"{own} of your networks are waiting; {more} more would exceed the limit of {MAX_WAITING_OF_ONE} per "
            "visitor. Wait for some to start, or stop some."
        )
    if len(waiting) + more > MAX_WAITING:
        raise UserError(
            f"{len(waiting)} networks are waiting; the limit is {MAX_WAITING}. Try again when some have started."
        )
