"""What the log holds of what visitors send: little, on one line, and not again and again."""

import logging
import re
import time
from collections import deque
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosedError

from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.process import log
from tests.kit.caches import lend
from tests.kit.forger import Forger
from tests.kit.servers import serving

FORGED = "\x1b[2J\r\n2026-11-29 13:00:00 A presenter signed in.\u2028\u202e"
_logger = logging.getLogger("tests.log")


@pytest.mark.slow
def test_forged_messages_add_little_to_the_log_and_no_line_of_their_own(tmp_path: Path, prepared_cache: Path) -> None:
    with serving(lend(prepared_cache, tmp_path / "cache")) as server:
        with Forger(server) as visitor:
            visitor.rerun()
            [session] = [m.new_session.initialize.session_id for m in visitor.messages if m.HasField("new_session")]
            before = server.log.stat().st_size
            for number in range(10):
                message = BackMsg()
                message.backend_operation_request.request_id = str(number)
                message.backend_operation_request.session_id = session
                message.backend_operation_request.deferred_file.file_id = f"{number} {FORGED}" + 100_000 * "A"
                visitor.connection.send(message.SerializeToString())
            for _ in range(2):  # by then the messages are answered
                visitor.rerun()
        for sent in ("a text", b"\xff" * 100, b"x" * 5_000_000):
            with Forger(server) as visitor:
                visitor.connection.send(sent)
                with pytest.raises(ConnectionClosedError, match="received 1"):
                    deque(visitor.connection)
        for end in range(20):
            server.ask("GET", f"/%1b[2J%0d%0a{end}", X_Forged=f"\x1b[2J{end}")
        time.sleep(0.5)
        written = server.log.read_bytes()[before:].decode()
    assert "deferred callable" in written
    assert len(written) < 20_000
    assert not re.search(r"[^\n -~\u2026]", written)
    assert "\n2026-11-29 13:00:00" not in written
    assert "KeyError: 'bytes'" not in written


def test_a_message_and_an_exceptions_text_stay_on_their_lines(caplog: pytest.LogCaptureFixture) -> None:
    with log.guarded():
        try:
            try:
                raise ValueError(FORGED)
            except ValueError as error:
                raise ExceptionGroup(FORGED, [KeyError(FORGED), OSError(2, 500 * "x")]) from error
        except ExceptionGroup:
            _logger.exception("%s of %d: " + FORGED, FORGED, 3)
        _logger.warning("%(name)s", {"name": 500 * "x"})
    first, second = (logging.Formatter().format(record) for record in caplog.records)
    assert first.startswith(r"\x1b[2J\r\n2026-11-29 13:00:00 A presenter signed in.\u2028\u202e of 3: \x1b[2J\r\n2026")
    assert not re.search(r"[^\n -~\u2026]", first)
    assert all(
        line.startswith((" ", "Traceback", "Then", r"\x", "ValueError", "FileNotFoundError", "KeyError", "ExceptionG"))
        for line in first.splitlines()
    )
    assert "raise ValueError(FORGED)" in first
    assert len(second) < 250


def test_what_repeats_is_counted_whoever_logs_it_and_whatever_it_names(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(
        log, "RateLimit", lambda at_once, per_second: RateLimit(at_once, per_second, now=lambda: clock[0])
    )

    def line_of_code(number: int) -> None:
        _logger.error(f"{number} is not known.")  # as libraries do

    with log.guarded():
        for number in range(500):
            line_of_code(number)
        assert len(caplog.records) == log.AT_ONCE
        _logger.error("Another line is logged.")
        clock[0] += 1 / log.PER_SECOND
        line_of_code(7)
    assert caplog.messages[-2] == "Another line is logged."
    assert f"7 is not known. ({500 - log.AT_ONCE} more like it" in caplog.messages[-1]
