"""What kernels use of Numba that it does not document: a release without it fails here, and the program goes on."""

import inspect
from pathlib import Path

import numba
import numpy as np
import pytest
from numba.core import caching
from numba.core.options import TargetOptions
from numba.np import linalg

from rnn_compare.cells.registry import cell
from rnn_compare.fused import arithmetic, machine_code
from rnn_compare.fused.arithmetic import OPTIONS, Array
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.kernel_source import KernelSource

LSTM = Path(__file__).with_name("lstm_kernel.py.txt")


def test_an_lstms_kernel_is_what_the_file_beside_this_shows_and_numba_caches_it_by_its_own_source() -> None:
    """After an intended change: ``LSTM.write_text(KernelSource(cell("LSTM")).text)``; then read what changed."""
    assert KernelSource(cell("LSTM")).text == LSTM.read_text("utf-8")
    for name, function in CellKernel(cell("LSTM")).functions.items():
        assert inspect.getsource(function.__wrapped__).startswith(f"def {name}(")


def test_another_numba_compiles_by_one_process_at_a_time_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(caching, "IndexDataCacheFile")
    assert not machine_code.lock_saving()
    assert "one process at a time" in caplog.text


def test_without_that_option_loops_take_arrays_that_may_overlap_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert arithmetic.options_for_one_row()["noalias"], "Numba still hands it on"
    monkeypatch.delattr(TargetOptions, "Mapping")
    options = arithmetic.options_for_one_row()
    assert "noalias" not in options
    assert "Kernels take longer" in caplog.text
    monkeypatch.undo()
    add = numba.njit(**options)(arithmetic.add_row.py_func)  # type: ignore[attr-defined]  # Numba's

    @numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
    def added(total: Array, row: Array) -> None:
        add(total, row)

    total = np.ones(3, np.float32)
    added(total, total)
    assert total.tolist() == [2, 2, 2]


def test_another_numba_multiplies_by_numpy_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(linalg, "check_blas_return")
    arithmetic.product_by_blas(0)
    assert "NumPy's dot" in caplog.text


@pytest.mark.thorough
def test_numpy_multiplies_as_blas_does() -> None:
    multiply, add_product = map(arithmetic.product_by_numpy, (0, 1))

    @numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
    def twice(a: Array, b: Array, out: Array) -> None:
        multiply(a, b, out)
        add_product(a, b, out)

    a, b = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
    out = np.full((3, 3), np.nan, np.float32)
    twice(a, b.T, out)
    np.testing.assert_allclose(out, 2 * a @ b.T, rtol=1e-5)
