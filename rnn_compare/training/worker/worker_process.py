"""Functions that run in worker processes, on this machine or on a cluster.

The server imports this module too, so Keras is imported only inside the functions.
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

import numpy as np

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import Which, cache_place, worker_log
from rnn_compare.presets import BOOK
from rnn_compare.training import protocol
from rnn_compare.training.worker.cores import CPU_COUNT, THREADS_VARIABLE, number_from

OPTIONAL = ("IPython", "pandas", "sklearn")
"""Packages that Keras imports if installed, for wrappers and notebooks. They would take a third of a worker's start."""


@contextlib.contextmanager
def without(*packages: str) -> Iterator[None]:
    """Makes packages appear as not installed for a while, unless they are already imported.

    Afterwards they can be imported as usual; the baselines need scikit-learn.

    Example:
        >>> with without("ensurepip"):
        ...     import ensurepip
        Traceback (most recent call last):
        ModuleNotFoundError: import of ensurepip halted; None in sys.modules
        >>> import ensurepip
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None marks a module as not installed
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]


T = TypeVar("T")

TELL_SECONDS = 0.25
"""Minimum time between two progress messages of a question."""


def prepare() -> None:
    """Imports everything that a training needs and loads the kernels in advance."""
    redirect_byte_code()
    with without(*OPTIONAL):
        from rnn_compare.training.worker import compilation, fitting  # noqa: F401  # which imports Keras

    compilation.load_compiled()


def answer(question: protocol.WorkerQuestion[T], on_progress: protocol.OnProgress = lambda *_: None) -> T:
    """Returns the answer to a question; ``on_progress`` takes a named one's progress.

    Raises ``UserError`` whatever the error: unpickling an exception of Keras' would import Keras in the server.
    """
    tell = {"tell": _teller(question.name, on_progress)} if question.name else {}
    try:
        return question.function(*question.arguments, **tell)
    except UserError:
        raise
    except OSError as error:
        raise UserError(
            f"The worker's cache folder cannot be used ({error.strerror or error}). Free some space there or make it "
            "writable."
        ) from error
    except Exception as error:
        logging.getLogger(__name__).exception("A worker could not answer.")
        reason = f"{type(error).__name__}: {protocol.first_line(error)}"
        raise UserError(f"The worker failed ({reason}). See its log: {worker_log()}.") from error


def redirect_byte_code() -> None:
    """Makes Python store byte code in the cache folder if it cannot or may not store it beside the sources.

    Without byte code, every start compiles TensorFlow's thousand modules and takes three times as long.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.cached is None or sys.pycache_prefix is not None:
        return
    cached = Path(spec.cached)
    if not cached.exists() and (sys.dont_write_bytecode or not os.access(cached.parent.parent, os.W_OK)):
        sys.pycache_prefix = str(cache_place() / "bytecode")
        sys.dont_write_bytecode = False


def _teller(question: str, on_progress: protocol.OnProgress) -> Callable[[int, int], None]:
    last = -math.inf

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_SECONDS:
            last = time.monotonic()
            on_progress(question, done, total)

    return tell


REFERENCE_SECONDS = 0.0092
"""Time of a step on the reference machine, where the cells' paces were measured (docs/performance.md)."""
REVIEWS, WORDS, VOCABULARY = 128, 100, 1_000


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    from rnn_compare.networks import keras_models

    return keras_models.summary(experiment)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's ``.keras`` file from its weights and returns its path.

    Raises ``UserError`` if the weights are missing or damaged.
    """
    from rnn_compare.training.worker import fitting

    return fitting.write_model(run, experiment, which)


def step(seconds: float) -> float:
    """Returns the time of a batch, forward and back through the book's layers, in multiples of ``REFERENCE_SECONDS``.

    It is the lower quartile of repetitions over so many seconds, which other work of the machine hardly affects.
    """
    from rnn_compare.fused import layer
    from rnn_compare.fused.cell_kernel import KERNELS
    from rnn_compare.fused.sequences import LayerOptions

    threads.allow(number_from(THREADS_VARIABLE) or CPU_COUNT)  # the engine sets them again for each training
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
            output, layer_pass = layer.forward_words(options, None, ids, table, weights)
            layer.backward_words(layer_pass, output)
        return time.perf_counter() - began

    once()  # the first call in a process loads the compiled kernels
    durations = [once()]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        durations.append(once())
    return float(np.quantile(durations, 0.25)) / REFERENCE_SECONDS
