"""Division of this machine's cores among trainings, numbers in environment variables, priority."""

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
