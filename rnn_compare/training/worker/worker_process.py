"""Functions of every worker process, on this machine or on a cluster.

The server imports this too, so Keras comes in only when a function is called.
"""

import contextlib
import importlib.util
import logging
import math
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from dask.system import CPU_COUNT
from distributed import get_worker

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import Which, cache_place, worker_log
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Ended, Event, Status
from rnn_compare.training import protocol
from rnn_compare.training.worker.cores import THREADS_VARIABLE, number_from

OPTIONAL = ("IPython", "pandas", "sklearn")
"""Packages that Keras imports where it finds them, for wrappers and notebooks that no training needs. They make up a
third of a worker's start."""


@contextlib.contextmanager
def without(*packages: str) -> Iterator[None]:
    """Has packages count as not installed meanwhile, unless they are imported already.

    What imports them meanwhile must be able to do without. Who imports one afterwards, as the baselines import
    scikit-learn, gets it.

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
        from rnn_compare.training.worker import compilation, job  # noqa: F401  # which imports Keras

    compilation.load_compiled()


def train(
    attempt: str,
    run: str,
    experiment: Experiment,
    topic: str = protocol.TOPIC,
    given_up: Callable[[], bool] = lambda: False,
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
        worker.log_event(topic, pickle.dumps(protocol.TrainingEvent(attempt, event)))

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


def answer(question: protocol.WorkerQuestion[T]) -> protocol.Answer[T]:
    """Does what a question asks for; whatever goes wrong comes back as a sentence."""
    tell = {"tell": _teller(question.name)} if question.name else {}
    try:
        return protocol.Answer(question.function(*question.arguments, **tell))
    except UserError as error:
        return protocol.Answer(error=str(error))
    except OSError as error:
        return protocol.Answer(
            error=f"The worker's cache folder cannot be used ({error.strerror or error}). "
            "Free some space there or make it writable."
        )
    except Exception as error:  # see protocol.Answer
        logging.getLogger(__name__).exception("A worker could not answer.")
        reason = f"{type(error).__name__}: {protocol.first_line(error)}"
        return protocol.Answer(error=f"The worker failed ({reason}). See its log: {worker_log()}.")


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
            worker.log_event(protocol.TOPIC, pickle.dumps(protocol.QuestionProgress(question, done, total)))

    return tell


REFERENCE_SECONDS = 0.0092
"""Seconds of a step on the machine that the cells' paces were measured on (docs/performance.md)."""
REVIEWS, WORDS, VOCABULARY = 128, 100, 1_000


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    from rnn_compare.training.worker import model_files

    return model_files.summary(experiment)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's ``.keras`` file from its weights and returns where it lies.

    Raises ``UserError`` if there are no weights or they are unsound.
    """
    from rnn_compare.training.worker import model_files

    return model_files.write_model(run, experiment, which)


def step(seconds: float, at_once: int = 1) -> float:
    """Returns the time of a batch, forward and back through the book's layers, in multiples of ``REFERENCE_SECONDS``.

    It is the lower quartile of the repetitions, so that other work of the machine, such as opening the first page,
    hardly counts.

    Args:
        seconds: Least duration of the measurement.
        at_once: Workers that measure at once: they share the cores, as trainings would. (The threads stay so; the
            engine sets them anew for each training.)
    """
    from rnn_compare.fused import word_inputs
    from rnn_compare.fused.kernels.registry import KERNELS
    from rnn_compare.fused.sequences import LayerOptions

    threads.allow(min(number_from(THREADS_VARIABLE) or CPU_COUNT, CPU_COUNT // at_once))
    random = np.random.default_rng(0)
    ids = random.integers(1, VOCABULARY, (REVIEWS, WORDS))
    table = random.normal(size=(VOCABULARY, Experiment().embedding_size)).astype(np.float32)
    layers = []
    for name in BOOK.cells:
        tensors = parameters(Experiment(cell=name)).recurrent_layers[0].tensors
        weights = [random.normal(scale=0.1, size=tensor.shape).astype(np.float32) for tensor in tensors]
        layers.append((LayerOptions(KERNELS[name]), weights))

    def once() -> float:
        began = time.perf_counter()
        for options, weights in layers:
            output, forward_pass = word_inputs.forward(options, None, ids, table, *weights)
            word_inputs.backward(options, forward_pass, output)
        return time.perf_counter() - began

    once()  # the first call in a process loads the compiled kernels
    durations = [once()]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        durations.append(once())
    return float(np.quantile(durations, 0.25)) / REFERENCE_SECONDS
