import os
import shutil
from pathlib import Path

import pytest

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE


@pytest.fixture(scope="package")
def cache(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the bundled reviews, into which the tests of this folder may prepare others."""
    folder = tmp_path_factory.mktemp("playground_cache")
    shutil.copytree(prepared_cache / "reviews", folder / "reviews", copy_function=os.symlink)
    return folder


@pytest.fixture(scope="package")
def site(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page in both forms, made by the command: ``course/page/`` for a host, and ``page.html``."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "course").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(cache))
        forms = ["--folder", str(folder / "course" / "page"), "--html", str(folder / "page.html")]
        assert main(["playground", *forms]) == 0
    return folder
