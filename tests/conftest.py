"""Fixtures that every folder of tests may use."""

from pathlib import Path

import pytest
from hypothesis import settings

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared

settings.register_profile("no deadline", deadline=None)  # a slow machine is no failure
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def prepared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that holds the bundled reviews, prepared once for all tests (about two seconds).

    Set ``RNN_COMPARE_CACHE`` to it; whatever else a test writes there is seen by later tests.
    """
    folder = tmp_path_factory.mktemp("prepared_cache")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder))
        prepared.prepare("bundled")
    return folder
