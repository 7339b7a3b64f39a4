from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.local import worker


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return tmp_path / "workers.log"


def test_a_long_log_is_put_aside(log: Path) -> None:
    log.write_bytes(b"x" * (worker.LOG_BYTES + 1))
    worker.trim_log()
    assert not log.exists()
    assert (log.parent / "workers.old.log").exists()


def test_a_short_or_missing_log_stays(log: Path) -> None:
    worker.trim_log()
    log.write_text("a line")
    worker.trim_log()
    assert log.read_text() == "a line"
