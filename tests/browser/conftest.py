"""A real server, a real browser. Everything that these tests see, a visitor sees."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import Preset
from rnn_compare.runs.record import Owner
from rnn_compare.runs.shipped import shipped_ids
from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.kit.caches import lend
from tests.kit.chromium import launched, opened_window
from tests.kit.networks import save_random
from tests.kit.runs import record, shipped
from tests.kit.servers import Server, serving
from tests.kit.waiting import until


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    with launched(chromium) as running:
        yield running


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window too."""
    with opened_window(browser) as opened:
        yield opened


def _serve(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on a free port, with a cache of its own that holds prepared reviews."""
    with serving(lend(prepared_cache, tmp_path_factory.mktemp("server") / "cache")) as running:
        yield running


server = pytest.fixture(scope="session", name="server")(_serve)
bare_server = pytest.fixture(scope="session", name="bare_server")(_serve)
"""Without any run."""


def record_networks(server: Server, curves: dict[str, tuple[float, ...]], **settings: Any) -> list[str]:
    """Records a network of each of these cells, with random weights and these validation accuracies."""
    experiments = [Experiment(cell=cell, epochs=len(curve), **settings) for cell, curve in curves.items()]
    runs = server.store.create(experiments, Owner.current(), "page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(server.cache))
        for run, experiment, curve in zip(runs, experiments, curves.values(), strict=True):
            save_random(run, experiment)
            record(server.store, experiment, curve, run=run)
    return runs


@pytest.fixture(scope="session")
def pair(server: Server) -> str:
    """The ids of a small SimpleRNN and LSTM, as the page's address names them."""
    settings = {"units": 8, "maxlen": 30, "reviews": 600, "embedding_size": 8, "vocabulary_size": 1000}
    return ",".join(record_networks(server, {"SimpleRNN": (0.6, 0.7), "LSTM": (0.6, 0.7)}, **settings))


@pytest.fixture(scope="session")
def podium(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh install, which takes in its recordings at its first start, with a presenter who obeys."""
    cache = lend(prepared_cache, tmp_path_factory.mktemp("podium") / "cache")
    with contextlib.ExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:  # for this server, not for those that start while it runs
            patch.setenv(FIRST_START_VARIABLE, "1")
            patch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")  # a wall with the code for phones is the fullest
            server = running.enter_context(serving(cache, script="benchmarks/presented.py"))
        yield server


def shown(podium: Server, preset: Preset) -> list[str]:
    """Returns the ids of a preset's recorded networks, once the server has taken them in."""
    until(lambda: podium.store.runs(shipped_ids()))
    return [run.id for run in shipped(podium.store, preset)]


@pytest.fixture(scope="session")
def far_apart(podium: Server) -> list[str]:
    """The ids of a SimpleRNN and an LSTM that is far ahead of it."""
    return record_networks(podium, {"SimpleRNN": (0.61, 0.66, 0.70, 0.71), "LSTM": (0.64, 0.78, 0.86, 0.88)})
