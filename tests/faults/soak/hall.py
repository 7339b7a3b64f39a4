"""The server of a lecture hall, which may be killed and started again at the same address."""

import contextlib
import os
import threading
import time
from pathlib import Path

import psutil

from benchmarks.worker_processes import workers_of
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.services.services import FIRST_PAGE_SECONDS, FIRST_PAGE_VARIABLE, FIRST_START_VARIABLE
from tests.kit.servers import free_port, page_of, started

END_SECONDS = 5.0
"""By when nothing of a killed server may be left: docs/reliability.md."""


class Hall:
    """A server on one port and one cache folder; ``benchmarks/presented.py`` begins its lectures."""

    def __init__(self, cache: Path, logs: Path) -> None:
        self.cache, self.port = cache, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.starts = 0
        self._logs = logs
        self._running = contextlib.ExitStack()
        self._starting = threading.Lock()
        self.process = self._started()

    def _started(self) -> psutil.Process:
        self.starts += 1
        its_own = {
            CACHE_VARIABLE: str(self.cache),
            "RNN_COMPARE_WORKERS": "2",
            FIRST_START_VARIABLE: "0",
            FIRST_PAGE_VARIABLE: str(FIRST_PAGE_SECONDS),
        }
        command = [*page_of("benchmarks/presented.py"), f"--server.port={self.port}"]
        log = self._logs / f"server-{self.starts}.log"
        running = started(command, log, f"{self.url}/_stcore/health", {**os.environ, **its_own})
        return psutil.Process(self._running.enter_context(running).pid)

    def kill(self, pause: float) -> list[psutil.Process]:
        """Kills it, returns what it leaves, and starts it again after a pause."""
        with self._starting:
            processes = [self.process, *self.process.children(recursive=True)]
            for process in processes:  # one that is stopped cannot notice that its server is gone
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()
            self.process.kill()
            _, left = psutil.wait_procs(processes, END_SECONDS)
            self._running.close()
            time.sleep(pause)
            self.process = self._started()
        return left

    def workers(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return workers_of(self.process)
        return []

    def memory(self) -> float:
        return float(self.process.memory_info().rss) / 1e6

    def close(self) -> None:
        with self._starting:
            self._running.close()
