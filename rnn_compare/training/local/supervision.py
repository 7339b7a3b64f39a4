"""Detection of workers that hang, and back-off for workers that fail to start."""

from collections.abc import Mapping

from rnn_compare.paths import worker_log

LONGEST_STEP = 5.0
"""Seconds that one look may add. After more this process was asleep itself, or stopped, and its workers with it."""


class Silence:
    """Counts how long each worker has said nothing while this process was there to hear it.

    When a worker was last heard is told by its scheduler's clock, which may be set: all that counts is whether it has
    changed.
    """

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._looked: float | None = None

    def longer_than(self, seconds: float, heard: Mapping[str, float], now: float) -> list[str]:
        """Returns the workers that have been silent for longer; their silence then begins anew.

        Args:
            seconds: What is still no reason to worry.
            heard: When each worker was last heard, by whatever clock.
            now: Seconds by a clock that nobody sets.

        Example:
            >>> silence = Silence()
            >>> [silence.longer_than(8, {"one": 1.0, "other": at}, at) for at in (0.0, 5.0, 10.0, 15.0)]
            [[], [], ['one'], []]
        """
        step = 0.0 if self._looked is None else min(now - self._looked, LONGEST_STEP)
        self._looked = now
        self._silent = {
            worker: self._silent.get(worker, 0.0) + step if self._heard.get(worker) == at else 0.0
            for worker, at in heard.items()
        }
        self._heard = dict(heard)
        hung = [worker for worker, silent in self._silent.items() if silent > seconds]
        self._silent |= dict.fromkeys(hung, 0.0)
        return hung


FIRST_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""Wait before the second start, and the longest before any: the waits grow, for something may be wrong."""
TOLD_AFTER = 3
"""Starts in vain after which it is said: one or two may be bad luck."""


class Starts:
    """Counts how often workers were started in vain.

    Args:
        now: Seconds by a clock that nobody sets, as in ``is_due``.

    Example:
        >>> starts = Starts(now=0.0)
        >>> [starts.is_due(some_failed=True, some_there=False, now=at) for at in (1.0, 2.0, 3.0, 6.0)]
        [False, True, False, True]
        >>> starts.problem is None, starts.is_due(True, False, now=12.0), starts.problem is None
        (True, True, False)
    """

    def __init__(self, now: float) -> None:
        self._last = now
        self._count = 1

    def is_due(self, some_failed: bool, some_there: bool, now: float) -> bool:
        """Tells whether to start those again that failed; called again and again."""
        if some_there:
            self._count = 1
        if not some_failed or now - self._last < min(FIRST_SECONDS * self._count, LONGEST_SECONDS):
            return False
        self._last = now
        self._count += 1
        return True

    @property
    def problem(self) -> str | None:
        """The problem in a sentence, once none has come up a few times."""
        if self._count <= TOLD_AFTER:
            return None
        return (
            "The workers crash at start; restarting them. Often TensorFlow does not support this processor: try "
            f"`python -c 'import tensorflow'`. The workers' log: {worker_log()}."
        )
