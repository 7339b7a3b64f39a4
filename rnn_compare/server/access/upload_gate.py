"""Gate for uploads: open only while a presenter's page shows the upload box (``bring_texts``).

Streamlit keeps an upload in memory under the session that it was sent to, and holds it to ``server.maxUploadSize`` and
to its token against forged requests. Which session may send at all is decided here.
"""

import re
import threading

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

AT_ONCE = 3
"""Files that a page may send each time it is drawn: one, and two that did not arrive."""

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")


class UploadGate:
    """The sessions that may send a file, and how many each. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, int] = {}

    def open_for_this_session(self) -> None:
        """Lets the page that is being drawn send a file; sessions that left with their box open are forgotten."""
        if session := _session():
            with self._lock:
                there = {other: turns for other, turns in self._turns.items() if _is_connected(other)}
                self._turns = there | {session: AT_ONCE}

    def close_for_this_session(self) -> None:
        """Lets nothing more in, until the box is drawn anew."""
        with self._lock:
            self._turns.pop(_session(), None)

    def admits(self, method: str, path: str) -> bool:
        """Tells whether a request is an upload that may come in, and counts it."""
        match = _PATH.search(path)
        if match is None or method not in ("PUT", "DELETE") or not path.endswith(match[0]):
            return False
        with self._lock:
            turns = self._turns.get(match[1], 0)
            if turns and method == "PUT":
                self._turns[match[1]] = turns - 1
        return turns > 0


def discard() -> None:
    """Has Streamlit forget what this session has sent; it is on the disk by now."""
    if runtime.exists():
        runtime.get_instance().uploaded_file_mgr.remove_session_files(_session())


def _is_connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""
