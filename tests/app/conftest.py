"""Pages run in this process, with a real record and a real engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.experiment_sets import comparison
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services
from tests.kit.waiting import until_ended


@pytest.fixture
def shared_services(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The services that the pages find: begun once for all tests of pages, since a worker takes seconds to start."""
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "1")
    return current_app().services()


@pytest.fixture(scope="package", autouse=True)
def _close_services() -> Iterator[None]:
    yield  # no worker of these tests is left when others count theirs
    current_app().close()


@pytest.fixture
def trained(shared_services: Services) -> list[Run]:
    """Two small networks, really trained, once for all tests."""
    finished = [run for run in shared_services.store.runs() if run.name == "for the tests"]
    if not finished:
        small: dict[str, Any] = {"reviews": 100, "epochs": 2, "vocabulary_size": 200, "embedding_size": 4}
        ids = shared_services.engine.submit(comparison(cell=["SimpleRNN", "LSTM"], units=4, maxlen=10, **small))
        until_ended(shared_services.engine, ids)
        for run in ids:
            shared_services.store.rename(run, "for the tests")
        finished = shared_services.store.runs(ids)
    shared_services.refresh()
    return finished


@pytest.fixture(autouse=True)
def _without_keras_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not this machine has one."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)
