"""Even division of this machine's cores among trainings, renewed whenever one begins or ends."""

import os
import sys
from collections.abc import Collection

import psutil
from dask.system import CPU_COUNT

from rnn_compare.errors import UserError

THREADS_VARIABLE = "RNN_COMPARE_THREADS"
MOST = 512
"""Largest number that a variable may hold."""


def number_from(variable: str) -> int | None:
    """Returns the number that a variable of the environment holds, None if it is not set.

    Raises ``UserError`` if it is no whole number from 1 to ``MOST``.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise UserError(f"{variable} is {text!r}; it must be a whole number between 1 and {MOST}.")
    return int(text)


def give_way() -> None:
    """Has who looks at the pages go first; on a machine with nothing else to do this costs a training nothing."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


class Cores:
    """The threads of each worker that trains, as last sent to it.

    Args:
        most: Threads of one training at most; as many as there are cores if None.
        cores: Those of the machine.

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

    def changes(self, at_work: Collection[str]) -> dict[str, int]:
        """Returns for each worker that trains, and does not know it yet, how many threads it is to use from now on."""
        share = max(1, min(self._most, self._cores // max(1, len(at_work))))
        shares = dict.fromkeys(at_work, share)
        changes = {worker: threads for worker, threads in shares.items() if self._shares.get(worker) != threads}
        self._shares = shares
        return changes
