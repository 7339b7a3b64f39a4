import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import dask
import distributed  # noqa: F401  # its defaults first: leaving a setting made before them removes them, too
import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.engine import Engine
from rnn_compare.training.protocol import SCHEDULER_VARIABLE
from tests.cluster.written import certified, of_client
from tests.kit.trainings import (
    ListeningStore,  # a fixture
    training_cache,  # noqa: F401  # a fixture
)

pytest.register_assert_rewrite("tests.cluster.sweeps")

Training = Callable[[str], AbstractContextManager[Engine]]


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    return certified(tmp_path)


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


@pytest.fixture
def training_at(record: ListeningStore, certificates: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Training:
    @contextlib.contextmanager
    def training_at(scheduler: str) -> Iterator[Engine]:
        monkeypatch.setenv(SCHEDULER_VARIABLE, scheduler)
        with dask.config.set(of_client(certificates)):
            engine = Engine(record, "command line")
            engine.start()
            try:
                yield engine
            finally:
                engine.close()

    return training_at
