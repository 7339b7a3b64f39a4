"""Preparation of a new machine: compiles kernels and prepares reviews before its first training.

Two processes do this when the server starts, without TensorFlow: first what the book's experiment needs, then the first
of them compiles the rest, a cell at a time, while no training waits for its first epoch. Their priority is a worker's,
lower than that of pages but no lower: a training that starts meanwhile waits for them.
"""

import contextlib
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from filelock import Timeout

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused.code_folder import SHARED, VARIANTS, sign_of
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.training.local import fork_server
from rnn_compare.training.worker.cores import lower_priority

CODE, REVIEWS = "code", "reviews"
"""The first task of each of the two."""
FIRST = (SHARED, *BOOK.cells)
"""The parts of the kernels that the book's experiment needs. The two begin at either end."""
GO_ON, HOLD = b"g", b"h"
"""What the server says on their standard input."""
SAY_SECONDS = 0.5


class FirstUse:
    """The processes that prepare a machine for its first training. Any thread may call it."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, is_awaited: Callable[[], bool] = lambda: False) -> None:
        """Starts them unless everything is prepared; returns at once. They rest while a first epoch ``is_awaited``."""
        with contextlib.suppress(UserError):  # if reviews cannot be prepared, a training reports it
            if prepared.is_prepared(Experiment().dataset) and all(
                sign_of(part).exists() for part in (*FIRST, VARIANTS)
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
        threading.Thread(target=self._say, args=(is_awaited,), name="first use", daemon=True).start()

    def _say(self, is_awaited: Callable[[], bool]) -> None:
        # ValueError: the pipe is closed, with the server; OSError: the process has ended.
        with contextlib.suppress(OSError, ValueError, UserError):
            while (process := self._processes[0]).poll() is None and process.stdin:
                process.stdin.write(HOLD if is_awaited() else GO_ON)
                process.stdin.flush()
                time.sleep(SAY_SECONDS)

    def wait(self) -> None:
        """Waits until they have ended."""
        for process in self._processes:
            process.wait()

    def close(self) -> None:
        """Ends them; completed work is kept."""
        for process in self._processes:
            process.kill()
            process.communicate()


def prepare(begin: str, wait: Callable[[], object] = lambda: None) -> None:
    """Prepares the reviews if they come first, then compiles the parts that no other process is compiling.

    The process that begins with code compiles those beyond the book's too, and calls ``wait`` before each.
    """
    if begin == REVIEWS:
        prepared.prepare(Experiment().dataset)
    from rnn_compare.training.worker import compilation  # imports Numba, which the server must not

    gc.disable()  # the compiler creates a million objects; collecting garbage among them takes a tenth of its time
    for part in reversed(FIRST) if begin == REVIEWS else dict.fromkeys((*FIRST, *compilation.PARTS)):
        if part not in FIRST:
            wait()
        if not sign_of(part).exists():
            with contextlib.suppress(Timeout):
                compilation.compile_kernels(part, wait=False)
            gc.collect()


def _listen(may_go_on: threading.Event) -> None:
    while heard := os.read(sys.stdin.fileno(), 1):
        (may_go_on.set if heard == GO_ON else may_go_on.clear)()
    os._exit(1)


if __name__ == "__main__":
    lower_priority()
    go_on = threading.Event()
    threading.Thread(target=_listen, args=(go_on,), daemon=True).start()
    prepare(sys.argv[1], go_on.wait)
