"""Fixtures that every folder of tests may use."""

import functools
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.services.services import FIRST_PAGE_VARIABLE, FIRST_START_VARIABLE
from tests.kit import caches
from tests.kit.chromium import browser, chromium, page, window  # noqa: F401  # fixtures
from tests.kit.classes import classroom, restart  # noqa: F401  # fixtures
from tests.kit.firefox import firefox  # noqa: F401  # a fixture
from tests.kit.reviews import keras_folder, write_keras_files  # noqa: F401  # fixtures
from tests.kit.services import messages, own_app, record, services, stage, with_reviews  # noqa: F401  # fixtures
from tests.kit.trainings import in_cache, training_cache  # noqa: F401  # fixtures

caches.keep()
gc.disable()  # until all is collected: looking through imports for garbage takes a sixth of their time, and finds none

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# A record is empty until a test records something, and no worker measures; tests of a first start ask for it.
os.environ[FIRST_START_VARIABLE] = "0"
# Most servers of the tests train nothing: workers import TensorFlow once one is asked for.
os.environ[FIRST_PAGE_VARIABLE] = "3600"

# AppTest looks through all installed packages for each new visitor, which takes ten times as long as to draw a page.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)

# What a shell starts in the background ignores Ctrl-C, and so would all that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A slow machine is no failure, and the gate draws the same examples each time: it passes or fails by the change in
# hand, not by luck. `pytest --hypothesis-profile=thorough` looks for more: other examples each time, ten times as many.
settings.register_profile("quick", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("quick")


def pytest_collection_finish() -> None:
    """Has no later collection look through what was imported."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _keep_main_module() -> Iterator[None]:
    # AppTest makes its script the main module, and a worker that is started later would run that.
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own folder as the cache folder, with nothing in it."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def reviews_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that holds the bundled reviews.

    Set ``RNN_COMPARE_CACHE`` to it; whatever else a test writes there is seen by later tests.
    """
    folder = tmp_path_factory.mktemp("reviews_cache")
    shutil.copytree(caches.reviews() / "reviews", folder / "reviews")
    return folder


@pytest.fixture(scope="session")
def prepared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another, with the baselines of the book's split; the kernels of the fused layers are compiled by then."""
    folder = tmp_path_factory.mktemp("prepared_cache")
    shutil.copytree(caches.prepared(), folder, dirs_exist_ok=True)
    return folder
