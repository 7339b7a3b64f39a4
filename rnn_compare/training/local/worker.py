"""A worker process of this machine: one thread trains, one answers questions, the main thread takes messages.

The server imports this module too, so Keras is imported only inside the functions.
"""

import contextlib
import ctypes
import functools
import gc
import logging
import os
import pickle
import signal
import sys
import threading
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import worker_log
from rnn_compare.training.protocol import first_line
from rnn_compare.training.worker import job
from rnn_compare.training.worker.cores import lower_priority
from rnn_compare.training.worker.worker_process import answer, prepare

LOG_BYTES = 1_000_000
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class _Engine:
    """The connection to the engine. Any thread may send; without an engine the process ends."""

    def __init__(self, writes: BinaryIO) -> None:
        self._writes, self._lock = writes, threading.Lock()

    def send(self, *message: object) -> None:
        """Sends a message: its kind, then what belongs to it."""
        content = pickle.dumps(message)
        try:
            with self._lock:
                self._writes.write(content)
                self._writes.flush()
        except OSError:
            os._exit(1)


def serve(reads: BinaryIO, writes: BinaryIO) -> NoReturn:
    """Makes this process ready and does what the engine's messages say, until the engine's process ends."""
    engine = _Engine(writes)
    try:
        make_ready()
    except Exception as error:
        logging.getLogger(__name__).exception("A worker could not start.")
        engine.send("failed", f"{type(error).__name__}: {first_line(error)}")
        os._exit(1)
    trainings: SimpleQueue[tuple[str, str, Experiment]] = SimpleQueue()
    questions: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
    threading.Thread(target=_train, args=(trainings, engine), daemon=True).start()
    threading.Thread(target=_answer, args=(questions, engine), daemon=True).start()
    engine.send("ready", os.getpid())
    with contextlib.suppress(EOFError, OSError):
        while True:
            _take(pickle.load(reads), engine, trainings, questions)
    os._exit(0)


def _take(
    message: tuple[Any, ...],
    engine: _Engine,
    trainings: "SimpleQueue[tuple[str, str, Experiment]]",
    questions: "SimpleQueue[tuple[int, bytes]]",
) -> None:
    match message:
        case "train", attempt, run, experiment:
            trainings.put((attempt, run, experiment))
        case "ask", number, question:
            questions.put((number, question))
        case "call", function, *arguments:  # a quick one
            function(*arguments)
        case ("ping",):
            engine.send("pong")


def _train(trainings: "SimpleQueue[tuple[str, str, Experiment]]", engine: _Engine) -> None:
    while True:
        attempt, run, experiment = trainings.get()
        try:
            job.attempt_training(attempt, run, experiment, functools.partial(engine.send, "event", attempt))
        except Exception:
            logging.getLogger(__name__).exception("Run %s ended without its last event.", run)
        engine.send("trained", attempt)


def _answer(questions: "SimpleQueue[tuple[int, bytes]]", engine: _Engine) -> None:
    while True:
        number, content = questions.get()
        try:
            question = pickle.loads(content)
            engine.send("answer", number, answer(question, functools.partial(engine.send, "progress")))
        except UserError as error:
            engine.send("answer", number, UserError(str(error)))
        except Exception as error:  # a function or a result that cannot be pickled
            logging.getLogger(__name__).exception("A worker could not answer.")
            engine.send("answer", number, UserError(f"The worker failed ({first_line(error)})."))


@functools.cache
def make_ready() -> None:
    """Prepares this process for trainings, once; workers forked from it inherit that."""
    # Ctrl-C and `timeout` reach all processes of a command line; the engine decides what ends.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _write_to_log()
    lower_priority()
    # TensorFlow creates a million permanent objects; collecting garbage among them would take a second.
    gc.disable()
    prepare()
    gc.freeze()
    gc.enable()


def end_with(parent: int) -> None:
    """Makes Linux kill this process as soon as its parent ends, whatever either does at that moment.

    To Linux, the parent is the thread that started this process.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has already ended
        os._exit(1)


def trim_log() -> None:
    """Starts a new log if the current one is long; one old log is kept."""
    log = worker_log()
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def _write_to_log() -> None:
    # TensorFlow writes to the file descriptors themselves; `train --json` promises a clean stdout.
    worker_log().parent.mkdir(parents=True, exist_ok=True)
    log = os.open(worker_log(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)


if __name__ == "__main__":  # without a fork server; standard output is for the engine until the log takes it
    serve(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
