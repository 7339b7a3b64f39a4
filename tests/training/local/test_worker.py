import importlib.util
import sys
from importlib.machinery import ModuleSpec
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


@pytest.fixture
def tensorflow(log: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the byte code of a TensorFlow that has none yet would lie."""
    cached = log.parent / "site-packages" / "tensorflow" / "__pycache__" / "__init__.pyc"
    cached.parent.parent.mkdir(parents=True)
    spec = ModuleSpec("tensorflow", None)
    spec.cached = str(cached)
    monkeypatch.setattr(importlib.util, "find_spec", {"tensorflow": spec}.get)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return cached


def test_byte_code_that_must_not_lie_beside_the_sources_is_kept_in_the_cache_folder(
    log: Path, tensorflow: Path
) -> None:
    assert not tensorflow.exists()
    worker.keep_byte_code()
    assert sys.pycache_prefix == str(log.parent / "bytecode")
    assert not sys.dont_write_bytecode


def test_byte_code_that_lies_beside_the_sources_is_used(tensorflow: Path) -> None:
    tensorflow.parent.mkdir()
    tensorflow.touch()
    worker.keep_byte_code()
    assert sys.pycache_prefix is None


def test_byte_code_that_python_may_write_stays_where_python_writes_it(
    tensorflow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not tensorflow.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    worker.keep_byte_code()
    assert sys.pycache_prefix is None
