"""One engine for all tests of the training room, since its workers take a while to import TensorFlow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_compare.runs.events import Status
from rnn_compare.training.engine import Engine
from tests.kit.trainings import ListeningStore, running_engine


@pytest.fixture(scope="session")
def engine(training_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with two warm workers, which find no reviews of Keras' own."""
    with running_engine(training_cache, tmp_path_factory.mktemp("keras_home")) as engine:
        yield engine


@pytest.fixture
def store(engine: Engine, in_cache: None) -> Iterator[ListeningStore]:  # noqa: ARG001  # it sets the cache folder
    """The engine's record; what a test that failed has left at work is stopped, so that the next has both workers."""
    assert isinstance(engine._store, ListeningStore)
    yield engine._store
    for run in engine._store.runs():
        if run.status in (Status.QUEUED, Status.RUNNING):
            engine.stop(run.id)
