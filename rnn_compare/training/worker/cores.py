"""This machine's cores and memory, the cores' division among trainings, numbers in environment variables, priority."""

import contextlib
import os
import sys
from collections.abc import Collection
from pathlib import Path

import psutil

from rnn_compare.errors import UserError

_CONTROL_GROUP = Path("/sys/fs/cgroup")
"""Limits of a container, in files of version 2 and 1 of Linux' control groups."""


def _limits(*files: str) -> list[int]:
    """Returns the numbers in the first of these files that holds numbers only; empty if none does."""
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            return [int(number) for name in file.split() for number in (_CONTROL_GROUP / name).read_text().split()]
    return []


def core_count() -> int:
    """Returns the number of cores that this process may use."""
    affinity = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    match _limits("cpu.max", "cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us"):
        case [quota, period] if quota > 0 and period > 0:
            return max(1, min(affinity, -(-quota // period)))  # rounded up
    return affinity


def memory_limit() -> int:
    """Returns the bytes of memory that this machine, or its container, has."""
    return min([psutil.virtual_memory().total, *_limits("memory.max", "memory/memory.limit_in_bytes")])


CPU_COUNT = core_count()
MEMORY_LIMIT = memory_limit()

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


def lower_priority() -> None:
    """Lowers this process's priority, so that pages go first; on an idle machine this costs a training nothing."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


def shares(workers: Collection[str], most: int | None, cores: int = CPU_COUNT) -> dict[str, int]:
    """Returns the number of threads for each worker in training, at most ``most`` if it is not None.

    Example:
        >>> shares(["a", "b"], None, cores=8)
        {'a': 4, 'b': 4}
    """
    return dict.fromkeys(workers, max(1, min(most or cores, cores // max(1, len(workers)))))
