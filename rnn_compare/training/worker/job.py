"""One run in a worker process: its events, its stop on request, its errors as sentences.

The server imports this module too, so Keras is imported only inside the functions.
"""

import errno
import logging
import time
from collections.abc import Callable

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, Event, Status
from rnn_compare.training.protocol import first_line

_EXHAUSTED = "ResourceExhaustedError"
"""TensorFlow's error for a lack of memory."""
_NO_PRIMITIVE = "could not create a primitive"
"""The same of oneDNN, TensorFlow's arithmetic on a CPU."""

_stopping: set[str] = set()
"""Attempts that this process is to stop. A stop that arrives late does not affect the next attempt."""


def attempt_training(
    attempt: str,
    run: str,
    experiment: Experiment,
    send: Callable[[Event], None],
    abandoned: Callable[[], bool] = lambda: False,
) -> None:
    """Trains one run and sends its events; the last one is ``Ended``, unless the attempt was abandoned.

    Args:
        attempt: Unique name of this attempt at the run.
        abandoned: Whether nobody waits for the attempt any more.
    """

    def send_wanted(event: Event) -> None:
        if isinstance(event, Ended) and abandoned() and attempt not in _stopping:
            return  # the run has not ended: another worker continues it
        send(event)

    try:
        train(run, experiment, send_wanted, lambda: attempt in _stopping or abandoned())
    finally:
        _stopping.discard(attempt)


def ask_to_stop(attempt: str) -> None:
    """Stops an attempt after its current batch."""
    _stopping.add(attempt)


def train(run: str, experiment: Experiment, send: Callable[[Event], None], stop_requested: Callable[[], bool]) -> None:
    """Trains the network of one experiment (see ``fitting.train``); the last event sent is always ``Ended``.

    Errors become sentences, since the server must not unpickle an exception of Keras; their tracebacks go to the log.
    """
    try:
        from rnn_compare.training.worker import callbacks, fitting

        fitting.train(callbacks.TrainingJob(run, experiment, send, stop_requested))
    except Exception as error:  # a run must end with a sentence, whatever happens
        if not isinstance(error, UserError):
            logging.getLogger(__name__).exception("Run %s failed.", run)
        send(Ended(run, Status.FAILED, sentence(error, experiment), time.time()))


def sentence(error: Exception, experiment: Experiment) -> str:
    """Returns why a training failed and how to fix it, in a sentence."""
    if isinstance(error, UserError):
        return str(error)
    if _is_out_of_memory(error):
        return (
            f"Out of memory for {experiment.label} with batches of {experiment.batch_size}. Finished epochs are kept. "
            "Train with fewer units, a smaller maxlen or a smaller batch size."
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return (
            f"The cache folder is full or read-only ({error.strerror}). Finished epochs are kept. Free some space or "
            "make it writable, then continue the run."
        )
    return (
        f"An unexpected error ended the training ({type(error).__name__}: {first_line(error)}). Finished epochs are "
        "kept; details are in workers.log in the cache folder. Continue the run, or change its settings."
    )


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Returns whether an error or one of its causes is a lack of memory."""
    if error is None:
        return False
    named = isinstance(error, MemoryError) or type(error).__name__ == _EXHAUSTED or _NO_PRIMITIVE in str(error)
    return named or _is_out_of_memory(error.__cause__ or error.__context__)
