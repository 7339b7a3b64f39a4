"""What pages are shown comes of one reading of the record, also when there is a newer one in the middle of it."""

import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.questions import outcome
from rnn_compare.lecture.stage import Stage
from rnn_compare.runs import record as record_of_runs
from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import current_app
from rnn_compare.services import board
from rnn_compare.services import services as module
from rnn_compare.services import snapshot as snapshots
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot, chosen
from tests.kit.classes import BEST, LEAD
from tests.kit.runs import record as recorded
from tests.kit.runs import run_with

CELLS = ("GRU", "LSTM")


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
    monkeypatch.setattr(snapshots, "SNAPSHOT_SECONDS", 0.0002)
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
    runs = [record(Status.QUEUED, epochs=0, cell=cell) for cell in CELLS]
    monkeypatch.setattr(Services, "parallel_runs", 1)
    message = board.message(services, runs, View())
    assert [group["state"].partition(",")[0] for group in message["groups"]] == ["starting", "waiting"]
    services.refresh()

    def meanwhile(snapshot: Sequence[Run], named: Sequence[str]) -> list[Run]:
        services.store.record([Started(run, 322_113, "", {}, 1.0) for run in runs])
        services.refresh()
        return chosen(snapshot, named)

    monkeypatch.setattr(board, "chosen", meanwhile)
    assert board.message(services, runs, View())["groups"] == message["groups"]


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


SHOWN, EARLIER = run_with("a", [0.6, 0.7]), run_with("b", [0.6, 0.7], seed=2)
CHANGES: dict[str, Any] = {
    **{"id": "c", "name": "mine", "status": Status.STOPPED},
    **{"epochs": SHOWN.epochs[:1], "test": record_of_runs.Tested(2, 0.7, 100)},
}


@pytest.fixture
def concluded(services: Services) -> Callable[..., int]:
    """Draws a conclusion from a shown run and an earlier one, and returns how many were drawn before it did."""
    drawn_before = itertools.count()

    def conclude(shown: Run = SHOWN, earlier: Run = EARLIER) -> int:
        return services.conclusion("x", Snapshot([shown, earlier], State()), [shown], lambda: next(drawn_before))

    assert conclude() == conclude() == 0
    return conclude


@pytest.mark.parametrize("field", CHANGES)
def test_a_conclusion_is_drawn_again_once_a_run_of_which_it_is_made_has_changed(
    concluded: Callable[..., int], field: str
) -> None:
    assert concluded(shown=replace(SHOWN, **{field: CHANGES[field]})) == 1
    is_new = field != "name"  # of earlier runs only the figures count
    assert concluded(earlier=replace(EARLIER, **{field: CHANGES[field]})) == (2 if is_new else 0)


def test_a_conclusion_is_drawn_again_once_labels_or_baselines_are_there(
    concluded: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "known_labels", lambda *_: np.array([1]))
    assert concluded() == concluded() == 1
    monkeypatch.setattr(module, "shared_baselines", lambda _: ["words"])
    assert concluded() == concluded() == 2


def train(store: RunStore, chance: np.random.Generator, cell: str, seed: int) -> None:
    """Records a training of a setting, to its end or not, with test reviews or without."""
    share, status = chance.choice([0.6, 0.8, 0.85]), Status(chance.choice([Status.FINISHED] * 3 + [Status.STOPPED]))
    experiment = Experiment(cell=cell, seed=seed, reviews=1000, epochs=2, test_split=0.2)
    shares = [0.6, share] if status is Status.FINISHED else [share]
    recorded(store, experiment, shares, status, test=share if chance.random() < 0.8 else None)


@pytest.mark.parametrize("number", [0, 1, *(pytest.param(n, marks=pytest.mark.thorough) for n in range(2, 40))])
def test_verdicts_and_outcomes_are_those_of_the_runs_as_they_are_now(
    services: Services, prepared_cache: Path, number: int
) -> None:
    chance, store = np.random.default_rng(number), services.store
    store.path.with_name("reviews").symlink_to(prepared_cache / "reviews")
    current_app().classroom().begin("book")
    for cell, seed in itertools.product(CELLS, range(1, 8)):
        train(store, chance, cell, seed)
    for _ in range(8):
        run = store.run(chance.choice([run.id for run in store.runs()]))
        if chance.random() < 0.3:
            services.hide([run.id])
        else:
            store.delete(run.id)
            train(store, chance, run.experiment.cell, run.experiment.seed)
        services.refresh()
        snapshot = services.snapshot()
        shown = [run for run in snapshot.runs if run.experiment.seed <= 3]  # the others are earlier runs
        evidence = Evidence(store, current_app().classroom().state().hides)
        assert services.findings(snapshot, shown) == findings(shown, evidence)
        stage = Stage(services, current_app().classroom)
        for question in (BEST, LEAD):
            assert stage.outcome(question, snapshot, shown) == outcome(question, shown, evidence)
