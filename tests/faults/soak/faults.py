"""What breaks while lectures are given: a hundred things in half an hour, drawn by lot."""

import contextlib
import itertools
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import psutil

from tests.faults.soak.hall import Hall
from tests.faults.soak.ledger import Ledger
from tests.kit.lines import CutLine
from tests.kit.phones import Follower
from tests.kit.waiting import until

PAGE = 4096
LOCK_SECONDS = 30.0
"""Seconds that a fault waits for a record that the program itself holds."""


NOTHING_STRUCK = (psutil.NoSuchProcess, sqlite3.Error, OSError, AssertionError, IndexError)
"""Another fault came first."""


@dataclass
class Faults:
    """Strikes a hall, its line to the phones, or the pages there.

    Attributes:
        say: Takes a line about what happens.
        struck, missed: How often what broke, and how often something else had come first.
    """

    hall: Hall
    line: CutLine
    pages: Sequence[Follower]
    ledger: Ledger
    say: Callable[[str], None]
    struck: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    _threads: list[threading.Thread] = field(default_factory=list)
    _one_line: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, kind: str, chance: Random) -> None:
        thread = threading.Thread(target=self._struck, args=(kind, chance), daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def _struck(self, kind: str, chance: Random) -> None:
        self.say(f"fault: {kind}")
        try:
            KINDS[kind](self, chance)
        except NOTHING_STRUCK as error:
            self.missed[kind] += 1
            self.say(f"{kind} struck nothing: {error}")
        else:
            self.struck[kind] += 1

    def _worker(self, chance: Random) -> psutil.Process:
        until(self.hall.workers)
        return chance.choice(self.hall.workers())

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
        """SIGKILL."""
        if left := self.hall.kill(chance.uniform(0, 2)):
            self.ledger.problem(f"A killed server left {[process.pid for process in left]}.")

    def fill_disk(self, chance: Random) -> None:
        """Not a byte is free."""
        filler = self.hall.cache / "filler"
        try:
            with filler.open("wb") as file, contextlib.suppress(OSError):
                while True:  # to the last page: what is freed meanwhile too
                    free = os.statvfs(filler).f_bavail * os.statvfs(filler).f_frsize
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(free, PAGE))
                    file.seek(0, os.SEEK_END)
            time.sleep(chance.uniform(2, 8))
        finally:
            filler.unlink(missing_ok=True)

    def lock_record(self, chance: Random) -> None:
        """Another program holds one of the two records."""
        record = self.hall.cache / chance.choice(("runs.db", "lecture.db"))
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
                self.line.cut()
            else:
                self.line.drop_answers()
            time.sleep(chance.uniform(1, 6))
            self.line.mend()

    def close_page(self, chance: Random) -> None:
        """The presenter's page or a phone's is closed and opened again."""
        chance.choice(self.pages).close_for(chance.uniform(0.5, 4))


KINDS: dict[str, Callable[[Faults, Random], None]] = {
    "worker killed": Faults.kill_worker,
    "worker hung": Faults.hang_worker,
    "worker out of memory": Faults.take_memory,
    "server killed": Faults.kill_server,
    "disk full": Faults.fill_disk,
    "record locked": Faults.lock_record,
    "phones' network cut": Faults.cut_line,
    "page closed": Faults.close_page,
}


def schedule(chance: Random, kinds: Sequence[str], count: int, seconds: float) -> list[tuple[float, str, Random]]:
    """Returns when what breaks, each kind as often as the others, and what chance each has of its own.

    No server is killed in the last third: its memory is to be seen over more than a few minutes.
    """
    sequence = itertools.islice(itertools.cycle(kinds), count)
    events = [(chance.uniform(0.02, 0.98) * seconds, kind, Random(chance.random())) for kind in sequence]
    moved = [(at * 2 / 3 if kind == "server killed" else at, kind, own) for at, kind, own in events]
    return sorted(moved, key=lambda fault: fault[0])
