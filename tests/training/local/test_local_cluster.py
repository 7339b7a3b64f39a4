import pytest
from dask.system import CPU_COUNT

from rnn_compare.errors import UserError
from rnn_compare.training.local import cluster
from rnn_compare.training.local.cluster import WORKERS_VARIABLE, worker_count


def test_there_is_a_worker_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WORKERS_VARIABLE, raising=False)
    monkeypatch.setattr(cluster, "MEMORY_LIMIT", 10**15)
    assert worker_count() == CPU_COUNT


def test_little_memory_carries_fewer_workers_but_always_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WORKERS_VARIABLE, raising=False)
    monkeypatch.setattr(cluster, "CPU_COUNT", 64)
    monkeypatch.setattr(cluster, "MEMORY_LIMIT", 8_000_000_000)
    assert worker_count() == 5
    monkeypatch.setattr(cluster, "MEMORY_LIMIT", 1_000_000_000)
    assert worker_count() == 1


def test_a_variable_overrides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORKERS_VARIABLE, "3")
    assert worker_count() == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "513"])
def test_a_senseless_number_of_workers_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(WORKERS_VARIABLE, value)
    with pytest.raises(UserError, match="whole number between 1 and 512"):
        worker_count()
