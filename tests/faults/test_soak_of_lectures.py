"""Lectures with everything that can break in them: nothing that the program has promised is lost.

Presenter and phones are real connections, the server has workers of its own, and what breaks is really broken
(``soak/faults.py``).
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import PROJECT, alone

MINUTES_VARIABLE, SEED_VARIABLE = "RNN_COMPARE_SOAK", "RNN_COMPARE_SOAK_SEED"
FAULTS_A_MINUTE = 100 / 30
SECONDS = 900
"""Patience with the last lecture, once its time is over."""
MEMORY_MB = 100.0
"""What the server's memory may grow by from the first lecture to the last: it remembers what it has concluded."""
SEED = 98014
"""Of faults that meet the first vote, the new start and the training."""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")


def soaked(folder: Path, reviews: Path, **options: Any) -> dict[str, Any]:
    """Returns what became of lectures with these options, after what must be so in any."""
    settings = {"cache": str(folder / "cache"), "reviews": str(reviews), **options}
    done = subprocess.run(
        [*alone(), sys.executable, "-m", "tests.faults.soak", json.dumps(settings)],
        env={name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60 * options["minutes"] + SECONDS,
    )
    assert done.returncode == 0
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert report["problems"] == []
    assert report["votes"]
    assert report["reviews"]
    return report


def test_a_lecture_in_which_its_server_a_worker_the_network_and_the_record_fail_loses_nothing(
    prepared_cache: Path, tmp_path: Path
) -> None:
    """A minute of the soak below."""
    kinds = ("worker killed", "server killed", "phones' network cut", "record locked", "page closed")
    few = {"minutes": 0.5, "faults": len(kinds), "kinds": kinds, "preset": "Short", "think": 2.0}
    report = soaked(tmp_path, prepared_cache / "reviews", seed=SEED, **few)
    assert report["faults"] == dict.fromkeys(kinds, 1)
    assert report["starts"] == 2


@pytest.mark.soak
def test_half_an_hour_of_lectures_with_a_hundred_faults_loses_nothing(prepared_cache: Path, tmp_path: Path) -> None:
    """Run it with `pytest -m soak -s tests/faults`; ``RNN_COMPARE_SOAK`` sets the minutes, its figures:
    docs/reliability.md.
    """
    minutes = float(os.environ.get(MINUTES_VARIABLE, "30"))
    seed = int(os.environ.get(SEED_VARIABLE) or random.randrange(10**6))
    faults = round(minutes * FAULTS_A_MINUTE)
    report = soaked(tmp_path, prepared_cache / "reviews", seed=seed, minutes=minutes, faults=faults)
    print(json.dumps(report, indent=1))
    assert sum(report["faults"].values()) >= 0.9 * faults
    (_, first), *_, (_, last) = report["memory"]
    assert last - first < MEMORY_MB
