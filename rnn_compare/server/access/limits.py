"""Limits per visitor: how often something may be done, and which sessions may upload a file.

Streamlit keeps uploads in memory by session, and checks their size (``server.maxUploadSize``) and a token.
"""

import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

MOST_VISITORS = 10_000
"""Buckets in memory; the least recently used one is dropped first, so its visitor starts with a full one."""
UPLOADS_AT_ONCE = 3
"""Uploads and deletions of uploads allowed per upload box on a page: one, and two that failed."""

_UPLOAD_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")


class RateLimit:
    """A limit on how often each visitor may do something. Thread-safe.

    Args:
        at_once: Tokens in a full bucket.
        per_second: Tokens added per second.
    """

    def __init__(self, at_once: int, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self._per_second = per_second
        self._now = now
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, visitor: str) -> float:
        """Takes one of a visitor's tokens and returns 0.0, or returns the seconds until there is one."""
        with self._lock:
            now = self._now()
            tokens, since = self._buckets.get(visitor, (float(self.at_once), now))
            tokens = min(self.at_once, tokens + (now - since) * self._per_second)
            missing = max(0.0, 1.0 - tokens)
            self._buckets[visitor] = (tokens if missing else tokens - 1.0, now)
            self._buckets.move_to_end(visitor)
            if len(self._buckets) > MOST_VISITORS:
                self._buckets.popitem(last=False)
            return missing / self._per_second


def whole_seconds(seconds: float) -> str:
    """Returns a waiting time as text, in whole seconds.

    Example:
        >>> whole_seconds(0.2), whole_seconds(11.3)
        ('1 s', '12 s')
    """
    return f"{max(1, math.ceil(seconds))} s"


class UploadGate:
    """The remaining uploads of the sessions whose page shows the presenter's upload box. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: dict[str, int] = {}

    def open_for_this_session(self) -> None:
        """Lets the session of the current page upload a file; sessions that have left are dropped."""
        if (session := _session()) and runtime.exists():
            with self._lock:
                server = runtime.get_instance()
                connected = {other: left for other, left in self._uploads.items() if server.is_active_session(other)}
                self._uploads = connected | {session: UPLOADS_AT_ONCE}

    def close_for_this_session(self) -> None:
        """Refuses further uploads of this session until its box is drawn again."""
        with self._lock:
            self._uploads.pop(_session(), None)

    def admits(self, method: str, path: str) -> bool:
        """Returns whether a request is an allowed upload, and counts it."""
        match = _UPLOAD_PATH.search(path)
        if match is None or method not in ("PUT", "DELETE") or not path.endswith(match[0]):
            return False
        with self._lock:
            uploads = self._uploads.get(match[1], 0)
            if uploads:
                self._uploads[match[1]] = uploads - 1
        return uploads > 0


def discard_uploads() -> None:
    """Deletes this session's uploads from Streamlit's memory; they are on the disk by now."""
    if runtime.exists():
        runtime.get_instance().uploaded_file_mgr.remove_session_files(_session())


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""
