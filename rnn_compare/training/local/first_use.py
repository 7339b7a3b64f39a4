"""Preparation of a new machine: compiles kernels and prepares reviews before its first training.

Two processes do this when the server starts, without TensorFlow. Their priority is a worker's, lower than that of pages
but no lower: a training that starts meanwhile waits for them.
"""

import contextlib
import gc
import os
import subprocess
import sys
import threading

from filelock import Timeout

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused.code_folder import VARIANTS, sign_of
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.training.local import fork_server
from rnn_compare.training.worker.cores import lower_priority

CODE, REVIEWS = "code", "reviews"
"""The first task of each of the two."""


class FirstUse:
    """The processes that prepare a machine for its first training. Any thread may call it."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Starts them unless everything is prepared; returns at once."""
        with contextlib.suppress(UserError):  # if reviews cannot be prepared, a training reports it
            if prepared.is_prepared(Experiment().dataset) and all(
                sign_of(name).exists() for name in (*BOOK.cells, VARIANTS)
            ):
                return
        environment = {**os.environ, **fork_server.ENVIRONMENT, "PYTHONPATH": fork_server.search_path()}
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", __name__, begin],
                env=environment,
                stdin=subprocess.PIPE,  # closed when this process ends, which ends them
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for begin in (CODE, REVIEWS)
        ]

    def wait(self) -> None:
        """Waits until they have ended."""
        for process in self._processes:
            process.wait()

    def close(self) -> None:
        """Ends them; completed work is kept."""
        for process in self._processes:
            process.kill()
            process.communicate()


def prepare(begin: str) -> None:
    """Prepares the reviews if they come first, then compiles the cells that no other process is compiling."""
    if begin == REVIEWS:
        prepared.prepare(Experiment().dataset)
    from rnn_compare.fused.kernels import KERNELS  # imports Numba, which the server must not
    from rnn_compare.training.worker import compilation

    gc.disable()  # the compiler creates a million objects; collecting garbage among them takes a tenth of its time
    for name in dict.fromkeys((*BOOK.cells, *KERNELS, VARIANTS)):
        if not sign_of(name).exists():
            with contextlib.suppress(Timeout):
                compilation.compile_kernels(name, wait=False)
            gc.collect()


def _end_with_server() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    lower_priority()
    threading.Thread(target=_end_with_server, daemon=True).start()
    prepare(*sys.argv[1:])
