import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.estimate import Speed, store_speed, stored_speed

FACTORS = st.floats(0.01, 100)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return tmp_path


def test_a_speed_is_stored_by_machine_and_number_of_workers() -> None:
    assert stored_speed(2) is None
    store_speed(Speed(0.8, 1.1, 2))
    assert stored_speed(2) == Speed(0.8, 1.1, 2)
    assert stored_speed(4) is None
    store_speed(Speed(0.8, 1.9, 4))
    assert (stored_speed(2), stored_speed(4)) == (Speed(0.8, 1.1, 2), Speed(0.8, 1.9, 4))


def test_another_machine_that_shares_the_cache_is_measured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    store_speed(Speed(0.8, 1.1, 2))
    with monkeypatch.context() as other:
        other.setattr(socket, "gethostname", lambda: "another")
        assert stored_speed(2) is None
        store_speed(Speed(2.0, 3.0, 2))
    monkeypatch.setattr(os, "cpu_count", lambda: 96)
    assert stored_speed(2) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense", '{"a": 1}'])
def test_a_damaged_file_is_measured_anew(cache: Path, content: str) -> None:
    store_speed(Speed(0.8, 1.1, 2))
    (cache / "speed.json").write_text(content)
    assert stored_speed(2) is None
    store_speed(Speed(0.8, 1.1, 2))
    assert stored_speed(2) is not None


@pytest.mark.parametrize("alone", ["-1", "0", "NaN", "Infinity", '"fast"', "null"])
def test_an_impossible_speed_is_ignored(cache: Path, alone: str) -> None:
    store_speed(Speed(0.8, 1.1, 2))
    file = cache / "speed.json"
    file.write_text(file.read_text().replace("0.8", alone))
    assert stored_speed(2) is None


def test_a_bad_entry_spoils_no_other(cache: Path) -> None:
    store_speed(Speed(0.8, 1.1, 2))
    file = cache / "speed.json"
    file.write_text(file.read_text().replace("{", '{"another machine": {"alone": "fast"},', 1))
    assert stored_speed(2) == Speed(0.8, 1.1, 2)


@given(FACTORS, FACTORS, st.integers(1, 64), st.floats(0, 100))
def test_concurrent_networks_are_never_quicker(alone: float, together: float, workers: int, at_work: float) -> None:
    speed = Speed(alone, together, workers)
    assert 1.0 <= speed.slowdown(at_work) <= max(1.0, together / alone) + 1e-9
    assert speed.slowdown(1) == 1.0
