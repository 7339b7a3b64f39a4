"""This machine's step time relative to the machine that the cells' paces were measured on, in the cache folder."""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from rnn_compare.atomic import whole_file
from rnn_compare.paths import cache_place

USUAL_TOGETHER = 1.2
"""How much longer a step takes with a network on every core: caches, memory and the second thread are shared."""
MOST_TOGETHER = 2.0
"""Not even two threads of one core slow each other down more: what was measured beyond was something else's doing."""


@dataclass(frozen=True)
class Speed:
    """What a step of training takes here, in multiples of what it takes there.

    Attributes:
        alone: Where one network trains.
        together: Where as many train as the machine carries.
        workers: How many these are.
    """

    alone: float = 1.0
    together: float = USUAL_TOGETHER
    workers: int = 2

    def slower(self, at_work: float) -> float:
        """Returns how many times as long a step takes as alone, where so many networks train at once.

        Example:
            >>> [Speed(0.5, 0.75, workers=3).slower(at_work) for at_work in (1, 2, 3, 4)]
            [1.0, 1.25, 1.5, 1.5]
        """
        if self.workers < 2:
            return 1.0
        crowded = min(max(at_work - 1, 0), self.workers - 1) / (self.workers - 1)
        return 1.0 + crowded * (min(max(self.together / self.alone, 1.0), MOST_TOGETHER) - 1.0)


UNMEASURED = Speed()
"""Taken until it is known."""


def known(workers: int) -> Speed | None:
    """Returns what was measured on this machine with so many workers; None if nothing was, or it cannot be read."""
    try:
        told = json.loads(_file().read_text(encoding="utf-8"))[_machine(workers)]
        found = Speed(float(told["alone"]), float(told["together"]), workers)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if 0 < found.alone < 1000 and 0 < found.together < 1000 else None


def keep(speed: Speed) -> None:
    """Notes what was measured on this machine, beside what was on others that share the cache folder.

    Raises:
        OSError: If it cannot be written.
    """
    try:
        there = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        there = {}
    told = {**(there if isinstance(there, dict) else {}), _machine(speed.workers): asdict(speed)}
    with whole_file(_file()) as partial:
        partial.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _file() -> Path:
    return cache_place() / "speed.json"


def _machine(workers: int) -> str:
    return f"{socket.gethostname()}, {os.cpu_count()} processors, {workers} at once"
