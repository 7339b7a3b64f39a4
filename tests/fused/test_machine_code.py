"""Numba's cache, which processes that compile at once share; it has no public way in."""

import inspect

import pytest
from numba.core import caching
from numba.core.cpu import CPUTargetOptions

from rnn_compare.fused import machine_code


def test_numba_still_saves_compiled_code_by_the_method_that_is_locked() -> None:
    assert list(inspect.signature(caching.IndexDataCacheFile.save).parameters) == ["self", "key", "data"]
    assert machine_code.SAVING_IS_LOCKED


def test_another_numba_compiles_by_one_process_at_a_time_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(caching, "IndexDataCacheFile")
    assert not machine_code.lock_saving()
    assert "one process at a time" in caplog.text


def test_numba_still_hands_on_the_option_that_arrays_do_not_overlap() -> None:
    assert isinstance(CPUTargetOptions.__dict__["noalias"], CPUTargetOptions.Mapping)
