"""The sessions that may upload a file: those whose page shows the presenter's upload box.

Streamlit keeps uploads in memory by session, and checks their size (``server.maxUploadSize``) and a token against
forged requests.
"""

import re
import threading

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

AT_ONCE = 3
"""Uploads allowed per drawn box: one, and two that failed."""

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")


class UploadGate:
    """The remaining uploads per session. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: dict[str, int] = {}

    def open_for_this_session(self) -> None:
        """Lets the session of the current page upload a file; sessions that have left are dropped."""
        if session := _session():
            with self._lock:
                connected = {other: uploads for other, uploads in self._uploads.items() if _is_connected(other)}
                self._uploads = connected | {session: AT_ONCE}

    def close_for_this_session(self) -> None:
        """Refuses further uploads of this session until its box is drawn again."""
        with self._lock:
            self._uploads.pop(_session(), None)

    def admits(self, method: str, path: str) -> bool:
        """Returns whether a request is an allowed upload, and counts it."""
        match = _PATH.search(path)
        if match is None or method not in ("PUT", "DELETE") or not path.endswith(match[0]):
            return False
        with self._lock:
            uploads = self._uploads.get(match[1], 0)
            if uploads and method == "PUT":
                self._uploads[match[1]] = uploads - 1
        return uploads > 0


def discard() -> None:
    """Deletes this session's uploads from Streamlit's memory; they are on the disk by now."""
    if runtime.exists():
        runtime.get_instance().uploaded_file_mgr.remove_session_files(_session())


def _is_connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""
