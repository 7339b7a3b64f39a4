"""The pages that a class's phones have open."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator


class OpenPages:
    """How many pages each device has open. Thread-safe; ``changed`` is called after each change."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed, self._lock = changed, threading.Lock()
        self._pages: Counter[str] = Counter()

    def devices(self) -> tuple[str, ...]:
        """Returns the devices with an open page."""
        return tuple(self._pages)

    def count(self, device: str) -> int:
        """Returns how many pages a device has open."""
        return self._pages[device]

    @contextlib.contextmanager
    def opened(self, device: str) -> Iterator[None]:
        """Counts a device's page as open meanwhile."""
        self._count(device, 1)
        try:
            yield
        finally:
            self._count(device, -1)

    def _count(self, device: str, change: int) -> None:
        with self._lock:  # never held while the disk is written
            self._pages[device] += change
            if not self._pages[device]:
                del self._pages[device]
        self._changed()
