"""The process that a run belongs to, and a test of whether it still lives."""

import socket
from typing import NamedTuple

import psutil

HEARTBEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""How long an owner on another machine may be silent before it counts as gone."""


class Owner(NamedTuple):
    """A process, told from a later one with the same number by when it started.

    Attributes:
        started: When it started, in seconds since the machine's boot: a clock that is set does not change that.
    """

    pid: int
    started: float
    host: str

    @classmethod
    def current(cls) -> "Owner":
        """Returns this very process."""
        return cls.of_process(psutil.Process())

    @classmethod
    def of_process(cls, process: psutil.Process) -> "Owner":
        """Returns a process of this machine."""
        return cls(process.pid, process.create_time() - psutil.boot_time(), socket.gethostname())

    def alive(self, silent_seconds: float) -> bool:
        """Tells whether the process still runs."""
        if self.host != socket.gethostname():
            return silent_seconds < SILENT_SECONDS
        try:
            process = psutil.Process(self.pid)
            # The boot time is told in whole seconds: allow for their rounding.
            same = abs(Owner.of_process(process).started - self.started) < 1.5
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
