"""Lectures with everything that can break in them: nothing that the program has promised is lost.

The presenter is a real browser, the phones are real connections, the server is `streamlit run app.py` with workers of
its own, and what breaks is really broken (``soak/faults.py``).
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import ALONE, PROJECT

MINUTES_VARIABLE, SEED_VARIABLE = "RNN_COMPARE_SOAK", "RNN_COMPARE_SOAK_SEED"
FAULTS_A_MINUTE = 100 / 30
SECONDS = 900
"""Patience with the last lecture, once its time is over."""
MEMORY_MB = 100.0
"""What the server's memory may grow by from the first lecture to the last: it remembers what it has concluded."""
SEED = 98014
"""Of a lecture in which the first vote meets the lock, the cut and the new start, and the training loses a worker."""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")


def given(
    folder: Path, reviews: Path, chromium: str, seed: int, minutes: float, faults: int, *more: str
) -> dict[str, Any]:
    if subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount a file system of his own")
    done = subprocess.run(
        [
            *(*ALONE, sys.executable, "-m", "tests.faults.soak", str(folder / "cache"), str(folder)),
            *("--reviews", str(reviews), "--chromium", chromium, "--seed", str(seed)),
            *("--minutes", str(minutes), "--faults", str(faults), *more),
        ],
        env={name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60 * minutes + SECONDS,
    )
    assert done.returncode == 0
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert report["problems"] == []
    assert report["votes"]
    assert report["reviews"]
    assert report["forged"]
    return report


def test_a_lecture_in_which_its_server_a_worker_the_network_and_the_record_fail_loses_nothing(
    prepared_cache: Path, tmp_path: Path, chromium: str
) -> None:
    """A minute of the soak below."""
    kinds = ("worker killed", "server killed", "phones' network cut", "record locked", "browser closed")
    report = given(
        *(tmp_path, prepared_cache / "reviews", chromium, SEED, 0.5, len(kinds)),
        *("--kinds", *kinds, "--preset", "Short", "--think", "2"),
    )
    assert report["faults"] == dict.fromkeys(kinds, 1)
    assert report["starts"] == 2


@pytest.mark.soak
def test_half_an_hour_of_lectures_with_a_hundred_faults_loses_nothing(
    prepared_cache: Path, tmp_path: Path, chromium: str
) -> None:
    """Run it with `pytest -m soak -s tests/faults`; ``RNN_COMPARE_SOAK`` sets the minutes, its figures:
    docs/reliability.md.
    """
    minutes = float(os.environ.get(MINUTES_VARIABLE, "30"))
    seed = int(os.environ.get(SEED_VARIABLE) or random.randrange(10**6))
    report = given(tmp_path, prepared_cache / "reviews", chromium, seed, minutes, round(minutes * FAULTS_A_MINUTE))
    print(json.dumps(report, indent=1))
    assert sum(report["faults"].values()) >= 0.9 * minutes * FAULTS_A_MINUTE
    (_, first), *_, (_, last) = report["memory"]
    assert last - first < MEMORY_MB
