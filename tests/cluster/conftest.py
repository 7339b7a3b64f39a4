from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.trainings import (
    ListeningStore,
    training_cache,  # noqa: F401  # a fixture
)

pytest.register_assert_rewrite("tests.cluster.sweeps")


@pytest.fixture
def record(
    training_cache: Path,  # noqa: F811  # pytest hands over the imported fixture of this name
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ListeningStore]:
    monkeypatch.setenv(CACHE_VARIABLE, str(training_cache))
    store = ListeningStore(tmp_path / "runs.db")
    yield store
    store.close()
