"""Back-off for workers that fail to start, and the sentence about it."""

from rnn_compare.paths import worker_log

FIRST_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""How long to wait before the second start, and at most before any: the waits grow, for something may be wrong."""
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
        """Tells whether to start those again that failed; called again and again.

        Args:
            some_failed: Whether any did not come up.
            some_there: Whether any did.
            now: The time.
        """
        if some_there:
            self._count = 1
        if not some_failed or now - self._last < min(FIRST_SECONDS * self._count, LONGEST_SECONDS):
            return False
        self._last = now
        self._count += 1
        return True

    @property
    def problem(self) -> str | None:
        """What to say of it, in a sentence, once none has come up a few times."""
        if self._count <= TOLD_AFTER:
            return None
        return (
            "The workers end as soon as they start, so nothing can be trained; they are started again and again. "
            'Most often TensorFlow was not made for this processor: `python -c "import tensorflow"` shows whether it '
            f"starts. The workers' log: {worker_log()}."
        )
