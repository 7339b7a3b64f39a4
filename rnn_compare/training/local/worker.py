"""What the engine has done in a worker process. The server imports this too, so Keras comes in only when called."""

import contextlib
import gc
import importlib.util
import logging
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from distributed import Nanny, Worker, get_worker

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import cache_folder
from rnn_compare.runs.events import Ended, Event, Status, to_message
from rnn_compare.runs.files import Which

TOPIC = "rnn-compare"
"""The Dask topic that carries events from workers to the engine."""

TELL_SECONDS = 0.25
"""The least time between two words on the progress of an analysis."""

LOG_BYTES = 1_000_000

_stopping: set[str] = set()
"""Runs in this process that are to stop."""


def dask_setup(_worker: Worker) -> None:
    """Readies a fresh worker, before it takes its first job: Dask calls it when this module is preloaded."""
    # Ctrl-C at the command line reaches the whole group of processes; the engine decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _write_to_log()
    _give_way()
    keep_byte_code()
    # TensorFlow makes a million objects that stay: looking through them for garbage again and again takes a second.
    gc.disable()
    from rnn_compare.training import job

    job.warm_up()
    gc.freeze()
    gc.enable()


def train(run: str, experiment: Experiment) -> None:
    """Trains one run. All that comes of it goes out as events; the last one is always ``Ended``."""
    worker = get_worker()

    def send(event: Event) -> None:
        worker.log_event(TOPIC, {"event": to_message(event)})

    try:
        from rnn_compare.training import job

        job.train(run, experiment, send, lambda: run in _stopping)
    except Exception:  # an unforeseen error of Keras must not be unpickled in the server
        logging.getLogger(__name__).exception("Run %s failed.", run)
        send(Ended(run, Status.FAILED, "The worker could not train at all; the log says why.", time.time()))
    finally:
        _stopping.discard(run)


def ask_to_stop(run: str) -> None:
    """Has a run of this process stop after its present batch."""
    _stopping.add(run)


def kill(dask_worker: Nanny) -> None:
    """Kills the worker process at once; called on its nanny, which then starts a new one."""
    if dask_worker.pid is not None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it may just have died of its own
            psutil.Process(dask_worker.pid).kill()  # SIGKILL, and what Windows has in its place


def summary(experiment: Experiment) -> dict[str, Any]:
    """Returns Keras' ``model.summary()`` under ``"value"``, or a sentence under ``"error"``."""
    from rnn_compare.training import job

    return _answer(lambda: job.summary(experiment))


def write_model(run: str, experiment: Experiment, which: Which) -> dict[str, Any]:
    """Writes a run's ``.keras`` file from its weights; returns ``"value"`` or ``"error"`` as ``summary`` does."""
    from rnn_compare.training import job

    return _answer(lambda: str(job.write_model(run, experiment, which)))


def analyse(name: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Calls ``function(*arguments, tell=tell)``, whose progress goes out under a name, a few times a second."""
    worker = get_worker()
    last = -math.inf

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_SECONDS:
            last = time.monotonic()
            worker.log_event(TOPIC, {"event": {"analysis": name, "done": done, "total": total}})

    return _answer(lambda: function(*arguments, tell=tell))


def _answer(work: Callable[[], Any]) -> dict[str, Any]:
    # Exceptions of Keras and TensorFlow would drag both into the process that unpickles them.
    try:
        return {"value": work()}
    except UserError as error:
        return {"error": str(error)}
    except Exception as error:  # see above
        logging.getLogger(__name__).exception("A worker could not answer.")
        return {"error": f"A worker could not do it ({type(error).__name__}). Its log is {log_file()}."}


def log_file() -> Path:
    """Returns where workers write what is not meant for people: tracebacks, TensorFlow's chatter."""
    return cache_folder() / "workers.log"


def trim_log() -> None:
    """Begins a new log where the old one has grown long; one old one is kept."""
    log = log_file()
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def keep_byte_code() -> None:
    """Has Python keep byte code in the cache folder where it can or must not keep it beside the sources.

    Without any, it compiles TensorFlow's thousand modules at every start, which takes twice as long as the rest of it.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.cached is None or sys.pycache_prefix is not None:
        return
    kept = Path(spec.cached)
    if not kept.exists() and (sys.dont_write_bytecode or not os.access(kept.parent.parent, os.W_OK)):
        sys.pycache_prefix = str(cache_folder() / "bytecode")
        sys.dont_write_bytecode = False


def _give_way() -> None:
    # Who looks at the pages goes first; on a machine with nothing else to do this costs a training nothing.
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


def _write_to_log() -> None:
    # TensorFlow writes to the file descriptors themselves; `train --json` promises a clean stdout.
    log = os.open(log_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
