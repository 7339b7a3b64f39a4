"""A package with parts of its own, built and installed by pip beside the program's wheel."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.caches import lend
from tests.kit.servers import PROJECT

from .test_wheel import Installed, installed, wheel  # noqa: F401  # fixtures

PLUGIN = PROJECT / "tests" / "plugin"


@pytest.mark.places
@pytest.mark.parametrize("installed", ["whole"], indirect=True)
def test_what_a_package_brings_is_used_as_the_programs_own(
    installed: Installed,  # noqa: F811  # the fixture
    prepared_cache: Path,
    tmp_path: Path,
) -> None:
    python = str(installed.bin / "python")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(PLUGIN)]
    subprocess.run(build, check=True, capture_output=True)
    [package] = tmp_path.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", str(package)]
    subprocess.run(pip, check=True)  # what it depends on, the program, is there
    installed.data.mkdir(parents=True, exist_ok=True)
    lend(prepared_cache, installed.data)
    for script in ("use.py", "lecture.py"):
        command = [python, "-P", str(PLUGIN / script)]
        done = subprocess.run(
            command, env=installed.variables, cwd=installed.home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
