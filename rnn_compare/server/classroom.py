"""The class that listens, one for the whole server."""

import threading

from rnn_compare.lecture.classroom import Classroom
from rnn_compare.paths import cache_folder

REPLACED = "The record of lectures was removed or replaced while the program ran, and its lecture with it."

_lock = threading.Lock()
_classroom: Classroom | None = None


def get_classroom() -> Classroom:
    """Returns the server's class, as the disk knows it at the first call.

    Raises:
        UserError: If the cache folder or the record of the class cannot be used; the next call tries again.
    """
    global _classroom
    with _lock:
        if _classroom is None:
            _classroom = Classroom(cache_folder() / "lecture.db")
        elif _classroom.is_replaced:
            before, _classroom = _classroom, Classroom(cache_folder() / "lecture.db")
            before.close()
            _classroom.warnings.append(REPLACED)
        return _classroom


def close_classroom() -> None:
    """Closes the record of the class."""
    global _classroom
    with _lock:
        if _classroom is not None:
            _classroom.close()
        _classroom = None
