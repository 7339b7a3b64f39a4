"""A lecture needs neither a network nor a worker: server and browsers ask nobody but this machine's server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.lecture.lecture_file import find
from rnn_compare.server.services import FIRST_START_VARIABLE
from tests.faults.conftest import PROJECT

ALONE = ["unshare", "--user", "--map-root-user", "--net"]
SECONDS = 600
STEPS = find("book", step_kinds()).steps


@pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")
@pytest.mark.parametrize("steps", [5, pytest.param(len(STEPS), marks=pytest.mark.thorough)])
def test_the_shipped_lecture_is_given_from_its_recording_without_a_network_or_a_worker(
    cache: Path, chromium: str, steps: int
) -> None:
    if subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("this system lets nobody make a network of his own")
    process = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.faults.offline_lecture", str(cache), chromium, str(steps)],
        env={**os.environ, FIRST_START_VARIABLE: "1"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    report = json.loads(process.stdout.splitlines()[-1])
    assert report["hosts"] == ["127.0.0.1"]
    assert report["titles"] == list(dict.fromkeys(step.title for step in STEPS[:steps]))
    assert report["runs"] == 24, "the recordings that are shipped, and no training"
