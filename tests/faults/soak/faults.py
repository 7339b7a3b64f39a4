"""What breaks while lectures are given: a hundred things in half an hour, drawn by lot."""

import contextlib
import itertools
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import psutil

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import LOST
from tests.faults.soak.hall import Hall
from tests.faults.soak.ledger import Ledger
from tests.faults.soak.phones import HallPhone
from tests.kit.lines import CutLine
from tests.kit.waiting import PATIENCE

PAGE = 4096
TRAIN = "train --cell SimpleRNN --epochs 100 --reviews 2000 --maxlen 20 --units 4 --batch-size 16 --dropout 0.2"
LOCK_SECONDS = 30.0
"""Seconds that a fault waits for a record that the program itself holds."""


class Faults:
    """Strikes a hall."""

    def __init__(
        self,
        hall: Hall,
        line: CutLine,
        phones: Sequence[HallPhone],
        close_browser: Callable[[], None],
        ledger: Ledger,
        say: Callable[[str], None],
    ) -> None:
        self._hall, self._line, self._phones, self._close_browser = hall, line, phones, close_browser
        self._ledger, self._say = ledger, say
        self._threads: list[threading.Thread] = []
        self._one_line, self._one_disk = threading.Lock(), threading.Lock()
        self.struck: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()

    def strike(self, kind: str, chance: Random) -> None:
        thread = threading.Thread(target=self._struck, args=(kind, chance), daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def _struck(self, kind: str, chance: Random) -> None:
        self._say(f"fault: {kind}")
        try:
            KINDS[kind](self, chance)
        except (psutil.NoSuchProcess, sqlite3.Error, OSError) as error:  # another fault came first
            self.missed[kind] += 1
            self._say(f"{kind} struck nothing: {error}")
        else:
            self.struck[kind] += 1

    def _worker(self, chance: Random) -> psutil.Process:
        until = time.monotonic() + PATIENCE
        while not (workers := self._hall.workers()):
            if time.monotonic() > until:
                raise ProcessLookupError("no worker was there")
            time.sleep(0.2)
        return chance.choice(workers)

    def kill_worker(self, chance: Random) -> None:
        """SIGKILL."""
        self._worker(chance).kill()

    def hang_worker(self, chance: Random) -> None:
        """SIGSTOP: for some seconds, or until the program does something about it."""
        worker = self._worker(chance)
        worker.suspend()
        if chance.random() < 0.5:
            time.sleep(chance.uniform(1, 8))
            worker.resume()

    def take_memory(self, chance: Random) -> None:
        """A worker gets no more memory for a while."""
        worker = self._worker(chance)
        _, hard = worker.rlimit(psutil.RLIMIT_AS)
        worker.rlimit(psutil.RLIMIT_AS, (worker.memory_info().vms, hard))
        time.sleep(chance.uniform(4, 12))
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.rlimit(psutil.RLIMIT_AS, (hard, hard))

    def kill_server(self, chance: Random) -> None:
        if left := self._hall.kill(chance.uniform(0, 2)):
            self._ledger.problem(f"A killed server left {[process.pid for process in left]}.")

    def damage_record(self, chance: Random) -> None:
        """A page of the record is lost while the server is away, and somebody repairs it."""

        def damage() -> None:
            content = bytearray((record := self._hall.cache / "runs.db").read_bytes())
            start = PAGE * chance.randrange(len(content) // PAGE)
            content[start : start + PAGE] = bytes(PAGE)
            record.write_bytes(content)
            until = time.monotonic() + PATIENCE
            while _run(self._hall.cache, "repair").returncode:
                if time.monotonic() > until:
                    self._ledger.problem("The record could not be repaired.")
                    return
                time.sleep(1)

        with self._one_disk:  # whoever reads the record meanwhile would set it aside
            left = self._hall.kill(0, damage)
        if left:
            self._ledger.problem(f"A killed server left {[process.pid for process in left]}.")

    def fill_disk(self, chance: Random) -> None:
        """Not a byte is free; runs are listed and compared all the same."""
        with self._one_disk:
            filler = self._hall.cache / "filler"
            try:
                with filler.open("wb") as file, contextlib.suppress(OSError):
                    while True:  # to the last page: what is freed meanwhile too
                        free = os.statvfs(filler).f_bavail * os.statvfs(filler).f_frsize
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(free, 4096))
                        file.seek(0, os.SEEK_END)
                self._read_runs()
                time.sleep(chance.uniform(2, 8))
            finally:
                filler.unlink()

    def _read_runs(self) -> None:
        listed = self._read("runs", "--json")
        finished = {run["network"]: run["run"] for run in listed if run["status"] == "finished"}
        if len(finished) > 1:
            self._read("compare", *list(finished.values())[:2], "--json")

    def _read(self, *arguments: str) -> list[dict[str, str]]:
        done = _run(self._hall.cache, *arguments)
        if done.returncode:
            self._ledger.problem(f"On a full disk {arguments} ended with {done.returncode}: {done.stderr}")
        return list(map(json.loads, done.stdout.splitlines()))

    def lose_record(self, chance: Random) -> None:
        """The record of a command that trains is removed, or its whole cache."""
        with self._one_disk, tempfile.TemporaryDirectory(dir=self._hall.cache, ignore_cleanup_errors=True) as folder:
            cache = Path(folder) / "cache"
            cache.mkdir()
            (cache / "reviews").symlink_to(self._hall.cache / "reviews")
            process = _start(cache, *TRAIN.split())
            assert process.stdout is not None
            if not process.stdout.readline():
                raise ProcessLookupError(process.communicate()[1])
            if chance.random() < 0.5:
                shutil.rmtree(cache, ignore_errors=True)  # a worker may be writing
            for file in cache.glob("runs.db*"):
                file.unlink()
            _, errors = process.communicate()
            if process.returncode != 1 or LOST not in errors:
                self._ledger.problem(f"A training without a record ended with {process.returncode}: {errors}")

    def lock_record(self, chance: Random) -> None:
        """Another program holds one of the two records."""
        record = self._hall.cache / chance.choice(("runs.db", "lecture.db"))
        connection = sqlite3.connect(record, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            time.sleep(chance.uniform(2, 12))
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def cut_line(self, chance: Random) -> None:
        """The phones' network is away, or lets no answer through."""
        with self._one_line:
            if chance.random() < 0.5:
                self._line.cut()
            else:
                self._line.drop_answers()
            time.sleep(chance.uniform(1, 6))
            self._line.mend()

    def send_half(self, chance: Random) -> None:
        """Phones begin requests and go: some in their heads, some in their bodies."""
        head = b"POST /join/review HTTP/1.1\r\nHost: hall\r\n"
        whole = head + b"Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"
        self._connect([chance.choice((b"", head, whole)) for _ in range(60)], chance.uniform(1, 12))

    def crowd(self, chance: Random) -> None:
        """Three hundred connections come at once, of nobody who was let in."""
        self._connect([b"GET /join/events HTTP/1.1\r\nHost: hall\r\n\r\n"] * 300, chance.uniform(2, 8))

    def _connect(self, messages: Sequence[bytes], seconds: float) -> None:
        with contextlib.ExitStack() as connections:
            for message in messages:
                with contextlib.suppress(OSError):  # refused, or full
                    connection = socket.create_connection(("127.0.0.1", self._hall.port), 2)
                    connections.enter_context(connection).sendall(message)
            time.sleep(seconds)

    def close_page(self, chance: Random) -> None:
        """The presenter's browser is closed and opened again, or a phone's."""
        if chance.random() < 0.5:
            self._close_browser()
        else:
            chance.choice(self._phones).close_page(chance.uniform(0.5, 4))


def _run(cache: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    process = _start(cache, *arguments)
    output, errors = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def _start(cache: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "rnn_compare", *arguments],
        env={**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


KINDS: dict[str, Callable[[Faults, Random], None]] = {
    "worker killed": Faults.kill_worker,
    "worker hung": Faults.hang_worker,
    "worker out of memory": Faults.take_memory,
    "server killed": Faults.kill_server,
    "record damaged": Faults.damage_record,
    "disk full": Faults.fill_disk,
    "record of a command lost": Faults.lose_record,
    "record locked": Faults.lock_record,
    "phones' network cut": Faults.cut_line,
    "browser closed": Faults.close_page,
    "requests half sent": Faults.send_half,
    "a crowd": Faults.crowd,
}


def schedule(chance: Random, kinds: Sequence[str], count: int, seconds: float) -> list[tuple[float, str, Random]]:
    """Returns when what breaks, each kind as often as the others, and what chance each has of its own.

    No server is killed in the last third: its memory is to be seen over more than a few minutes.
    """
    sequence = itertools.islice(itertools.cycle(kinds), count)
    events = [(chance.uniform(0.02, 0.98) * seconds, kind, Random(chance.random())) for kind in sequence]
    moved = [(at * 2 / 3 if kind in ("server killed", "record damaged") else at, kind, own) for at, kind, own in events]
    return sorted(moved, key=lambda fault: fault[0])
