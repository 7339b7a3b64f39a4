"""The container starts with a pass only."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from rnn_compare.server.access.rules import LONGEST, SHORTEST
from tests.kit.servers import PROJECT

PASS = 'eight "characters" \\ or more'


def start(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    streamlit = home / "bin/streamlit"
    streamlit.parent.mkdir(exist_ok=True)
    streamlit.write_text('#!/bin/sh\necho "pass=${RNN_COMPARE_PASS-none} $*"\n')
    streamlit.chmod(0o755)
    environment = {"HOME": str(home), "PATH": f"{streamlit.parent}:{os.environ['PATH']}", **variables}
    command = ["sh", str(PROJECT / "container/start"), "--server.baseUrlPath=course"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "Set RNN_COMPARE_PASS"),
        ({"RNN_COMPARE_PASS": "ü" * (SHORTEST - 1)}, f"must have {SHORTEST} to {LONGEST} characters"),
        ({"RNN_COMPARE_PASS": "x" * (LONGEST + 1)}, f"must have {SHORTEST} to {LONGEST} characters"),
    ],
    ids=["none", "too short", "too long"],
)
def test_without_a_proper_pass_it_says_what_to_set_and_does_not_start(
    variables: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").touch()
    done = start(tmp_path, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert (tmp_path / ".streamlit" / "secrets.toml").read_text() == ""


def test_with_a_pass_it_listens_to_others(tmp_path: Path) -> None:
    done = start(tmp_path, RNN_COMPARE_PASS=PASS)
    options = "--server.address 0.0.0.0 --server.headless true --server.baseUrlPath=course"
    assert done.stdout == f"pass=none run app.py {options}\n", done.stderr
    secrets = tmp_path / ".streamlit/secrets.toml"
    assert tomllib.loads(secrets.read_text()) == {"presenter": {"password": PASS}}
    assert secrets.stat().st_mode & 0o077 == 0
