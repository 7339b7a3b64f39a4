"""The runner of all tests: no part may end unnoticed."""

import shlex
from pathlib import Path

import pytest

from tests.__main__ import run, slowest, total


def test_a_part_that_ends_in_the_middle_of_a_test_has_failed_whatever_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "test_end.py").write_text("import os\n\n\ndef test_end() -> None:\n    os._exit(0)\n")
    assert run(shlex.quote(str(tmp_path))).code > 0


def test_a_part_that_hangs_ends_and_names_the_test_that_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "test_rest.py").write_text("import time\n\n\ndef test_rest() -> None:\n    time.sleep(3600)\n")
    ended = run(shlex.quote(str(tmp_path)), most_seconds=8)
    assert ended.code > 0
    assert "test_rest.py::test_rest" in ended.output
    assert "hung after 8 seconds in" in capsys.readouterr().out


def test_the_slowest_tests_are_those_of_all_parts_with_what_was_set_up_for_them() -> None:
    outputs = [
        "2.00s call     a.py::test_a[x y]\n9.50s setup    a.py::test_b\n1.00s call     a.py::test_b",
        "5.00s call     c.py::test_c",
    ]
    assert [line.split() for line in slowest(outputs, 2)] == [["10", "s", "a.py::test_b"], ["5", "s", "c.py::test_c"]]


def test_the_last_line_has_the_counts_of_all_parts() -> None:
    outputs = ["x\n=== 1 failed, 22 passed, 1 warning in 9.10s ===", "== 50 passed in 61.00s (0:01:01) ==\nBye."]
    assert total([*outputs, "Killed"]) == "1 failed, 72 passed in 3 parts; without 1 that ended early"
