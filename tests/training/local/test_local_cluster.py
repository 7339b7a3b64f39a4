from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.local import cluster, worker
from rnn_compare.training.local.cluster import WORKERS_VARIABLE, worker_count
from rnn_compare.training.worker.cores import THREADS_VARIABLE, number_from, shares


@pytest.mark.parametrize(
    ("variable", "cores", "memory", "workers"),
    [("", 2, 10**15, 2), ("", 64, 8_000_000_000, 5), ("", 64, 1_000_000_000, 1), ("3", 64, 10**15, 3)],
    ids=["one a core", "what memory has room for", "at least one", "as a variable says"],
)
def test_the_number_of_workers(
    monkeypatch: pytest.MonkeyPatch, variable: str, cores: int, memory: int, workers: int
) -> None:
    monkeypatch.setenv(WORKERS_VARIABLE, variable)
    monkeypatch.setattr(cluster, "CPU_COUNT", cores)
    monkeypatch.setattr(cluster, "MEMORY_LIMIT", memory)
    assert worker_count() == workers


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "513"])
def test_a_number_out_of_bounds_in_a_variable_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, value)
    with pytest.raises(UserError, match="whole number between 1 and 512"):
        number_from(THREADS_VARIABLE)


def test_a_long_log_is_renamed_and_a_short_or_missing_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    worker.trim_log()
    log = tmp_path / "workers.log"
    log.write_text("a line")
    worker.trim_log()
    assert log.read_text() == "a line"
    log.write_bytes(b"x" * (worker.LOG_BYTES + 1))
    worker.trim_log()
    assert [path.name for path in tmp_path.iterdir()] == ["workers.old.log"]


def test_more_trainings_than_cores_have_a_single_thread() -> None:
    assert shares({"a", "b", "c"}, None, cores=2) == {"a": 1, "b": 1, "c": 1}


def test_a_number_of_threads_that_was_set_is_not_exceeded() -> None:
    assert shares({"a"}, 2, cores=16) == {"a": 2}
