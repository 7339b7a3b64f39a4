"""Recovery of runs whose program died: they are interrupted at the last epoch that they finished."""

import time

from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Status
from rnn_compare.runs.store import RunStore

REASON = "The program ended during the training. Finished epochs are kept; continue the run."


def interrupt_orphans(store: RunStore) -> list[str]:
    """Marks unfinished runs whose program is gone as interrupted, and returns their ids.

    An epoch that was finished but not recorded any more is taken from the run's checkpoint.

    Raises:
        UserError: If the record cannot be used.
    """
    orphans = store.orphans()
    events: list[Event] = []
    for run in orphans:
        events += unrecorded_epochs(run, store)
        events.append(Ended(run, Status.INTERRUPTED, REASON, time.time()))
    if events:
        store.record(events)
    return orphans


def unrecorded_epochs(run: str, store: RunStore) -> list[EpochEnd]:
    """Returns the epochs that a run's checkpoint knows and the record does not; none of a run that it does not hold."""
    saved, recorded = checkpoint.load(run), store.runs([run])
    return list(saved.epochs[len(recorded[0].epochs) :]) if saved and recorded else []
