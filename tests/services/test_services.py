"""What pages are shown comes of one reading of the record, also when there is a newer one in the middle of it."""

import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.questions import Question, outcome
from rnn_compare.lecture.stage import Stage
from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import current_app
from rnn_compare.services import board
from rnn_compare.services import snapshot as module
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import chosen
from tests.kit.runs import record as recorded

CELLS = ("GRU", "LSTM")
BEST = Question(id="best", kind="best_network", text="Which is best?", choices=CELLS)
LEAD = Question(id="lead", kind="lead", text="By how many points?")


@pytest.fixture
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_take_turns_often")
def test_what_was_made_of_older_runs_is_never_kept_for_newer_ones(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = iter(range(10**9))
    # Only the order of the readings counts here, and there must be very many.
    monkeypatch.setattr(services.store, "runs", lambda: [SimpleNamespace(id="", position=next(readings))])
    monkeypatch.setattr(module, "SNAPSHOT_SECONDS", 0.0002)
    ended, wrong = threading.Event(), []

    def look() -> None:
        while not ended.is_set():
            [before] = services.runs()
            made = services.snapshot().cached("newest", lambda snapshot: snapshot.runs[0].position)
            if made < before.position:
                wrong.append((made, before.position))

    viewers = [threading.Thread(target=look) for _ in range(6)]
    for viewer in viewers:
        viewer.start()
    ended.wait(2.0)
    ended.set()
    for viewer in viewers:
        viewer.join()
    assert not wrong, f"{len(wrong)} times something of older runs, such as {wrong[0]}"


def test_a_board_that_is_made_while_a_run_starts_shows_one_moment(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(Status.QUEUED, epochs=0)
    later = record(Status.QUEUED, epochs=0, cell="LSTM")
    monkeypatch.setattr(Services, "parallel_runs", 1)
    message = board.message(services, [run, later], View())
    assert [group["state"].partition(",")[0] for group in message["groups"]] == ["starting", "waiting"]
    services.refresh()

    def meanwhile(runs: Sequence[Run], named: Sequence[str]) -> list[Run]:
        services.store.record([Started(run, 322_113, "", {}, 1.0), Started(later, 322_113, "", {}, 1.0)])
        services.refresh()
        return chosen(runs, named)

    monkeypatch.setattr(board, "chosen", meanwhile)
    assert board.message(services, [run, later], View())["groups"] == message["groups"]


def test_a_run_that_is_hidden_while_the_record_is_read_is_not_shown(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, read = record(), services.store.runs
    current_app().classroom().begin("x")

    def meanwhile() -> list[Run]:
        current_app().classroom().hide([run])
        return read()

    monkeypatch.setattr(services.store, "runs", meanwhile)
    services.refresh()
    assert services.runs() == []


def train(store: RunStore, chance: np.random.Generator, cell: str, seed: int) -> None:
    """Records a training of a setting, to its end or not, with test reviews or without."""
    share, status = chance.choice([0.6, 0.8, 0.85]), Status(chance.choice([Status.FINISHED] * 3 + [Status.STOPPED]))
    experiment = Experiment(cell=cell, seed=seed, reviews=1000, epochs=2, test_split=0.2)
    shares = [0.6, share] if status is Status.FINISHED else [share]
    recorded(store, experiment, shares, status, test=share if chance.random() < 0.8 else None)


def change(services: Services, chance: np.random.Generator) -> None:
    """Changes something of which verdicts are made: other runs, their names, and what is hidden."""
    store = services.store
    run = chance.choice([run.id for run in store.runs()])
    match chance.choice(["replaced", "replaced", "trained", "renamed", "hidden"]):
        case "replaced":
            before = store.run(run).experiment
            store.delete(run)
            train(store, chance, before.cell, before.seed)
        case "trained":
            train(store, chance, chance.choice(CELLS), int(chance.integers(1, 9)))
        case "renamed":  # all seeds of a setting
            name = str(chance.choice(["", "mine"]))
            for other in store.with_setting(store.run(run).experiment.setting):
                store.rename(other.id, name)
        case "hidden":
            services.hide([run])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_a_conclusion_is_drawn_again_after_whatever_it_is_made_of_has_changed(
    services: Services, prepared_cache: Path, seed: int
) -> None:
    chance, folder, store = np.random.default_rng(seed), services.store.path.with_name("reviews"), services.store
    if not folder.exists():
        folder.symlink_to(prepared_cache / "reviews")
    for run in store.runs():
        store.delete(run.id)
    current_app().classroom().begin("book")
    for cell, number in itertools.product(CELLS, range(1, 8)):
        train(store, chance, cell, number)
    for _ in range(8):
        change(services, chance)
        services.refresh()
        snapshot = services.snapshot()
        shown = [run for run in snapshot.runs if run.experiment.seed <= 3]  # the others are earlier runs
        evidence = Evidence(store, current_app().classroom().state().hides)
        assert services.findings(snapshot, shown) == findings(shown, evidence)
        for question in (BEST, LEAD):
            assert Stage(services, current_app().classroom).outcome(question, snapshot, shown) == outcome(
                question, shown, evidence
            )
