"""Functions of every worker process, on this machine or on a cluster.

The server imports this too, so Keras comes in only when a function is called.
"""

import contextlib
import importlib.util
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from distributed import get_worker

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.paths import cache_place, worker_log
from rnn_compare.runs.events import Ended, Event, Status
from rnn_compare.training.protocol.messages import (
    TOPIC,
    Answer,
    QuestionProgress,
    TrainingEvent,
    WorkerQuestion,
    first_line,
    to_plain,
)

OPTIONAL = ("IPython", "pandas", "sklearn")
"""Packages that Keras imports where it finds them, for wrappers and notebooks that no training needs. They make up a
third of a worker's start."""


@contextlib.contextmanager
def without(*packages: str) -> Iterator[None]:
    """Has packages count as not installed meanwhile, unless they are imported already.

    Who imports one afterwards, as the baselines import scikit-learn, gets it.

    Args:
        packages: Their names; what imports them meanwhile must be able to do without.

    Example:
        >>> with without("ensurepip"):
        ...     import ensurepip
        Traceback (most recent call last):
        ModuleNotFoundError: import of ensurepip halted; None in sys.modules
        >>> import ensurepip
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None stands there for what is not installed
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]


T = TypeVar("T")

TELL_SECONDS = 0.25
"""The least time between two messages on the progress of a question."""

_stopping: set[str] = set()
"""Attempts that this process is to stop. A stop that comes after the training has ended concerns no later attempt."""


def prepare() -> None:
    """Imports all that a training needs and loads the kernels, before anybody waits for it."""
    keep_byte_code()
    with without(*OPTIONAL):
        from rnn_compare.training.worker import job

    job.warm_up()


def train(
    attempt: str, run: str, experiment: Experiment, topic: str = TOPIC, given_up: Callable[[], bool] = lambda: False
) -> None:
    """Trains one run. All that comes of it goes out as events; the last one is ``Ended``, unless it was given up.

    Args:
        attempt: Names this attempt at the run; no other will be called so.
        topic: The Dask topic that the engine listens to.
        given_up: Tells whether nobody waits for it any more.
    """
    worker = get_worker()

    def send(event: Event) -> None:
        if isinstance(event, Ended) and given_up() and attempt not in _stopping:
            return  # the run has not ended: it goes on elsewhere
        worker.log_event(topic, to_plain(TrainingEvent(attempt, event)))

    try:
        from rnn_compare.training.worker import job

        job.train(run, experiment, send, lambda: attempt in _stopping or given_up())
    except Exception as error:  # an unforeseen error of Keras must not be unpickled in the server
        logging.getLogger(__name__).exception("Run %s failed.", run)
        reason = f"The worker could not train ({type(error).__name__}); see its log."
        send(Ended(run, Status.FAILED, reason, time.time()))
    finally:
        _stopping.discard(attempt)


def ask_to_stop(attempt: str) -> None:
    """Has an attempt stop after its present batch."""
    _stopping.add(attempt)


def ping() -> None:
    """Does nothing; returning proves that the process responds."""


def use_threads(count: int) -> None:
    """Has this process' training deal its rows out to so many threads from the next batch on."""
    threads.allow(count)


def answer(question: WorkerQuestion[T]) -> Answer[T]:
    """Does what a question asks for; whatever goes wrong comes back as a sentence."""
    tell = {"tell": _teller(question.name)} if question.name else {}
    try:
        return Answer(question.function(*question.arguments, **tell))
    except UserError as error:
        return Answer(error=str(error))
    except OSError as error:
        return Answer(
            error=f"The worker's cache folder cannot be used ({error.strerror or error}). "
            "Free some space there or make it writable."
        )
    except Exception as error:  # see Answer
        logging.getLogger(__name__).exception("A worker could not answer.")
        reason = f"{type(error).__name__}: {first_line(error)}"
        return Answer(error=f"The worker failed ({reason}). See its log: {worker_log()}.")


def keep_byte_code() -> None:
    """Has Python keep byte code in the cache folder where it can or must not keep it beside the sources.

    Without any, it compiles TensorFlow's thousand modules at every start, which takes twice as long as the rest of it.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.cached is None or sys.pycache_prefix is not None:
        return
    cached = Path(spec.cached)
    if not cached.exists() and (sys.dont_write_bytecode or not os.access(cached.parent.parent, os.W_OK)):
        sys.pycache_prefix = str(cache_place() / "bytecode")
        sys.dont_write_bytecode = False


def _teller(question: str) -> Callable[[int, int], None]:
    worker, last = get_worker(), -math.inf

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_SECONDS:
            last = time.monotonic()
            worker.log_event(TOPIC, to_plain(QuestionProgress(question, done, total)))

    return tell
