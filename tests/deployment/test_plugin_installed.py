"""A package with parts of its own, built and installed by pip beside the program's wheel."""

from pathlib import Path

import pytest

from tests.kit.caches import lend
from tests.kit.servers import PROJECT

from .conftest import built, pip
from .test_wheel import Installed, installed, wheel  # noqa: F401  # fixtures

PLUGIN = PROJECT / "tests" / "plugin"


@pytest.mark.places
@pytest.mark.parametrize("installed", ["whole"], indirect=True)
def test_what_a_package_brings_is_used_as_the_programs_own(
    installed: Installed,  # noqa: F811  # the fixture
    prepared_cache: Path,
    tmp_path: Path,
) -> None:
    pip(installed.bin / "python", str(built(PLUGIN, tmp_path)))  # what it depends on, the program, is there
    installed.data.mkdir(parents=True, exist_ok=True)
    lend(prepared_cache, installed.data)
    for script in ("use.py", "lecture.py"):
        installed.run("-P", str(PLUGIN / script), program="python")
