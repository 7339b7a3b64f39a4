"""The server's log: text from outside is cut and stays on its line, and what repeats is counted instead of repeated.

Libraries log what browsers send them. So this changes how records are made, in every logger of the process.
"""

import contextlib
import logging
import numbers
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from rnn_compare.server.access.limits import RateLimit

LONGEST = 200
"""Characters of a message's own text, and of each of its values."""
AT_ONCE, PER_SECOND = 3, 1 / 60
"""Messages of one line of code that are logged in a short time, and later on."""
_UNLOGGED = -1
"""A level below that of every handler."""


def on_one_line(text: str, longest: int = LONGEST) -> str:
    r"""Returns a text without control characters and line breaks, and cut.

    Example:
        >>> on_one_line("\x1b[2JA\nB"), on_one_line("abc", longest=2)
        ('\\x1b[2JA\\nB', 'ab… (3 characters)')
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:longest])
    return shown if len(text) <= longest else f"{shown[:longest]}… ({len(text):,} characters)"


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Logs as this module says within a ``with`` block."""
    before, repetitions = logging.getLogRecordFactory(), _Repetitions()
    logging.setLogRecordFactory(lambda *arguments, **more: repetitions.counted(_Record(*arguments, **more)))
    try:
        yield
    finally:
        logging.setLogRecordFactory(before)


class _Record(logging.LogRecord):
    """A record whose message and whose exceptions' messages are on one line each."""

    repetitions = 0

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.exc_info and self.exc_info[1]:
            self.exc_text = "\n".join(_lines(traceback.TracebackException.from_exception(self.exc_info[1])))

    def getMessage(self) -> str:  # noqa: N802  # logging's name
        """Returns the message with its values, and the number of repetitions that were not logged."""
        values: Any = self.args or ()
        if isinstance(values, Mapping):
            values = {name: _on_one_line(value) for name, value in values.items()}
        else:
            values = tuple(_on_one_line(value) for value in values)
        message = str(self.msg) % values if values else str(self.msg)
        message = on_one_line(message.strip(), LONGEST * (1 + len(values)))
        return f"{message} ({self.repetitions:,} more like it were not logged.)" if self.repetitions else message


def _on_one_line(value: object) -> object:
    return value if isinstance(value, numbers.Number) else on_one_line(str(value))


def _lines(error: traceback.TracebackException) -> Iterator[str]:
    """Yields the lines of a traceback, earlier exceptions first; those of its frames are the code's own."""
    errors = [error]
    while earlier := errors[-1].__cause__ or (None if errors[-1].__suppress_context__ else errors[-1].__context__):
        errors.append(earlier)
    for number, raised in enumerate(reversed(errors)):
        yield "Then:" if number else "Traceback (most recent call last):"
        yield from (frame.rstrip("\n") for frame in raised.stack.format())
        yield on_one_line("".join(raised.format_exception_only()).strip())
        for part in raised.exceptions or ():
            yield from _lines(part)


class _Repetitions:
    """The records of each line of code that were not logged. Thread-safe."""

    def __init__(self) -> None:
        self._limit = RateLimit(AT_ONCE, PER_SECOND)
        self._unlogged: Counter[str] = Counter()

    def counted(self, record: _Record) -> _Record:
        """Returns a record, which no handler logs if the same line of code has logged enough.

        What an exception came from counts as well, since asyncio logs all of them in one line. The message doesn't: it
        may hold a value from outside that is another one each time.
        """
        kind, _, at = record.exc_info or (None, None, None)
        key = f"{record.name} {record.pathname} {record.lineno} {kind} {_origin(at)}"
        if self._limit.take(key):
            self._unlogged[key] += 1
            record.levelno = _UNLOGGED
        else:
            record.repetitions = self._unlogged.pop(key, 0)
        return record


def _origin(at: TracebackType | None) -> str:
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename} {at.tb_lineno}" if at else ""
