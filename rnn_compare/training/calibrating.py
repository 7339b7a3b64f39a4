"""Measures how fast this machine is, once, with its own workers while they have nothing else to do."""

import statistics
from concurrent.futures import ThreadPoolExecutor

from rnn_compare.runs.estimate import Speed
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.worker import worker_functions

STEP_SECONDS = 1.5
ANSWER_SECONDS = 60.0


def measured(engine: Engine, store: RunStore, workers: int) -> Speed | None:
    """Returns how fast this machine is with one worker at work and with all of them; None where they are not idle.

    Args:
        engine: It trains on this machine, not on a cluster.
        store: The record.
        workers: How many train at once.

    Raises:
        UserError: If a worker does not answer.
    """

    def step(at_once: int) -> float:
        return engine.ask(worker_functions.step, STEP_SECONDS, at_once, timeout=ANSWER_SECONDS)

    if store.unfinished(engine.owner) or len(engine.workers()) < workers:
        return None
    alone = step(1)
    with ThreadPoolExecutor(workers) as side_by_side:
        together = statistics.fmean(side_by_side.map(step, [workers] * workers))
    if store.unfinished(engine.owner):  # a run came between
        return None
    return Speed(alone, max(alone, together), workers)
