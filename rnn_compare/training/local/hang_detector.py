"""Detection of workers that hang: their processes are there, but say nothing any more."""

from collections.abc import Mapping

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
