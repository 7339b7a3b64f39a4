"""A record of real, tiny trainings: two settings with two seeds each, trained in this process."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import ATTENTION, BOOK, GATES
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.runs.events import Event
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from tests.kit.caches import lend
from tests.kit.runs import shipped

TINY = {"units": 3, "embedding_size": 4, "maxlen": 20, "reviews": 80, "epochs": 2, "batch_size": 16}


@dataclass(frozen=True)
class Trained:
    store: RunStore
    ids: list[str]


@pytest.fixture(scope="session")
def trained_once(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    from rnn_compare.training.worker import job  # Keras: only where it is needed

    folder = tmp_path_factory.mktemp("report_cache")
    (folder / "reviews").symlink_to(prepared_cache / "reviews")
    experiments = [
        Experiment(**TINY, cell=cell, seed=seed, vocabulary_size=500, test_split=0.1, mask_padding=True)
        for cell in ("SimpleRNN", "LSTM")
        for seed in (1, 2)
    ]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder))
        store = RunStore(folder / "runs.db")
        ids = store.create(experiments, Owner.current(), "command line")
        for run, experiment in zip(ids, experiments, strict=True):
            events: list[Event] = []
            job.train(run, experiment, events.append, lambda: False)
            store.record(events)
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
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "reviews").symlink_to(prepared_cache / "reviews")
    store = RunStore(tmp_path / "elsewhere" / "runs.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def recordings(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the shipped runs, and beside it the pages in which they read."""
    folder = tmp_path_factory.mktemp("recordings") / "cache"
    lend(prepared_cache, folder)
    return folder


@pytest.fixture
def recorded_page(recordings: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[list[Run], Path]]:
    """Returns the shipped runs of a lecture, and the page in which they read; each is made once."""
    monkeypatch.setenv(CACHE_VARIABLE, str(recordings))

    def read(name: str) -> tuple[list[Run], Path]:
        file = recordings.with_name(f"{name}.html")
        with contextlib.closing(RunStore(recordings / "runs.db")) as store:
            runs = shipped(store, {"book": BOOK, "gates": GATES, "attention": ATTENTION}[name])
            if not file.exists():
                file.write_text(html(gather(store, [run.id for run in runs])), encoding="utf-8")
        return runs, file

    return read
