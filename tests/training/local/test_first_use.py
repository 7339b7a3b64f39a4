"""A new machine's kernels and reviews, made ready before its first training asks for them."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.code_folder import VARIANTS, code_folder, sign_of
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.training.local import first_use
from rnn_compare.training.worker import compilation
from tests.kit.waiting import PATIENCE

LEFT_ALONE = """
from rnn_compare.training.local.first_use import FirstUse
work = FirstUse()
work.start()
print(*(process.pid for process in work._processes))
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is compiled or prepared, in this order; nothing is yet."""
    calls: list[str] = []
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compilation, "_call", calls.append)
    monkeypatch.setattr(prepared, "prepare", lambda _: calls.append(first_use.REVIEWS))
    return calls


def test_what_the_book_needs_comes_first_and_what_few_need_comes_last(calls: list[str]) -> None:
    first_use.prepare(first_use.CODE)
    assert calls[: len(first_use.FIRST)] == list(first_use.FIRST)
    assert calls[-1] == VARIANTS
    assert sorted(calls) == sorted(compilation.PARTS)
    calls.clear()
    first_use.prepare(first_use.CODE)
    assert calls == [], "what is compiled is not even loaded"


def test_what_the_first_point_does_not_need_waits_and_only_one_process_makes_it(calls: list[str]) -> None:
    first_use.prepare(first_use.REVIEWS)
    assert calls == [first_use.REVIEWS, *reversed(first_use.FIRST)], "the two processes meet"
    calls.clear()
    first_use.prepare(first_use.CODE, wait=lambda: calls.append("waits"))
    assert sorted(calls[1::2]) == sorted({*KERNELS, VARIANTS} - {*BOOK.cells})
    assert {*calls[::2]} == {"waits"}


def test_nothing_of_it_is_left_when_the_server_is_gone(tmp_path: Path) -> None:
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    done = subprocess.run(
        [sys.executable, "-c", LEFT_ALONE], env=environment, capture_output=True, text=True, check=True
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2
    psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], PATIENCE)
    assert not any(map(psutil.pid_exists, pids))


def test_a_part_that_another_process_compiles_is_left_to_it(calls: list[str]) -> None:
    code_folder().mkdir(parents=True)
    with FileLock(sign_of(BOOK.cells[0]).with_suffix(".lock")):
        first_use.prepare(first_use.REVIEWS)
    assert calls == [first_use.REVIEWS, *reversed([part for part in first_use.FIRST if part != BOOK.cells[0]])]
