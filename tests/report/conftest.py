"""A record of real, tiny trainings: two settings with two seeds each, trained in this process."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import ATTENTION, BOOK
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.kit.caches import lend
from tests.kit.runs import shipped
from tests.kit.trainings import train

TINY = {"units": 3, "embedding_size": 4, "maxlen": 20, "reviews": 80, "epochs": 2, "batch_size": 16}
SETTINGS = TINY | {"vocabulary_size": 500, "test_split": 0.1, "mask_padding": True}
PAGES = {"book": BOOK, "attention": ATTENTION}


@dataclass(frozen=True)
class Trained:
    store: RunStore
    ids: list[str]


@pytest.fixture(scope="session")
def trained_once(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    folder = lend(prepared_cache, tmp_path_factory.mktemp("report_cache"))
    experiments = [Experiment(**SETTINGS, cell=cell, seed=seed) for cell in ("SimpleRNN", "LSTM") for seed in (1, 2)]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder))
        store = RunStore(folder / "runs.db")
        ids = store.create(experiments, Owner.current(), "command line")
        for run, experiment in zip(ids, experiments, strict=True):
            store.record(train(run, experiment))
    yield Trained(store, ids)
    store.close()


@pytest.fixture
def trained(trained_once: Trained, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """The trained runs, in a cache whose reviews are prepared."""
    monkeypatch.setenv(CACHE_VARIABLE, str(trained_once.store.path.parent))
    return trained_once


@pytest.fixture
def elsewhere(prepared_cache: Path, tmp_path: Path) -> Iterator[RunStore]:
    """The empty record of another copy of the program."""
    with contextlib.closing(RunStore(lend(prepared_cache, tmp_path / "elsewhere") / "runs.db")) as store:
        yield store


@pytest.fixture(scope="session")
def recordings(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the shipped runs, and for the pages in which they read."""
    return lend(prepared_cache, tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def recorded_page(recordings: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[list[Run], Path]]:
    """Returns the shipped runs of a lecture, and the page in which they read; each is made once."""
    monkeypatch.setenv(CACHE_VARIABLE, str(recordings))

    def read(name: str) -> tuple[list[Run], Path]:
        file = recordings / f"{name}.html"
        with contextlib.closing(RunStore(recordings / "runs.db")) as store:
            runs = shipped(store, PAGES[name])
            if not file.exists():
                file.write_text(html(gather(store, [run.id for run in runs])), encoding="utf-8")
        return runs, file

    return read
