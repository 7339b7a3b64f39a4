"""What repeats is logged once a minute: a storm of errors must not fill the disk, nor keep the server busy."""

import logging
import time

SECONDS = 60.0
MOST = 1000
"""Different warnings that are remembered."""


class Seldom(logging.Filter):
    """Lets a warning through at most once a minute, the next time with how often it came meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._logged: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether a record is logged; called by `logging`."""
        message, now = record.getMessage(), time.monotonic()
        key = message.partition("\n")[0], repr(record.exc_info and record.exc_info[1])
        at, more = self._logged.get(key, (-SECONDS, 0))
        is_new = now - at >= SECONDS or record.levelno < logging.WARNING
        if is_new and more:
            record.msg, record.args = f"{message}\n({more:,} more like it since the last.)", None
        if len(self._logged) >= MOST:
            self._logged.clear()
        self._logged[key] = (now, 0) if is_new else (at, more + 1)
        return is_new
