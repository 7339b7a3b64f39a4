"""Even division of this machine's cores among trainings, updated when one starts or ends."""

import os
import sys
from collections.abc import Collection

import psutil
from dask.system import CPU_COUNT

from rnn_compare.errors import UserError

THREADS_VARIABLE = "RNN_COMPARE_THREADS"
MOST = 512
"""Largest number that an environment variable may contain."""


def number_from(variable: str) -> int | None:
    """Returns the number in an environment variable, None if it is not set.

    Raises ``UserError`` if it is not a whole number from 1 to ``MOST``.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise UserError(f"{variable} is {text!r}; it must be a whole number between 1 and {MOST}.")
    return int(text)


def give_way() -> None:
    """Lowers this process's priority, so that pages go first; on an idle machine this costs a training nothing."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


class Cores:
    """The number of threads of each worker in training, as last sent to it.

    Args:
        most: Maximum number of threads of one training; ``cores`` if None.
        cores: Number of this machine's cores.

    Example:
        >>> cores = Cores(most=None, cores=8)
        >>> cores.changes({"a", "b"}) == {"a": 4, "b": 4}
        True
        >>> cores.changes({"a", "b"}), cores.changes({"a"})
        ({}, {'a': 8})
    """

    def __init__(self, most: int | None, cores: int = CPU_COUNT) -> None:
        self._most = most or cores
        self._cores = cores
        self._shares: dict[str, int] = {}

    def changes(self, training: Collection[str]) -> dict[str, int]:
        """Returns the new number of threads for each worker in training whose number changes."""
        share = max(1, min(self._most, self._cores // max(1, len(training))))
        shares = dict.fromkeys(training, share)
        changes = {worker: threads for worker, threads in shares.items() if self._shares.get(worker) != threads}
        self._shares = shares
        return changes
