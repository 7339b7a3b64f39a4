"""What pages are shown comes of one reading of the record, also when there is a newer one in the middle of it."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import pytest

from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.server import live
from rnn_compare.server import snapshot as module
from rnn_compare.server.live import View
from rnn_compare.server.services import Services
from rnn_compare.server.snapshot import chosen


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
    message = live.message(services, [run, later], View())
    assert [group["state"].partition(",")[0] for group in message["groups"]] == ["starting", "waiting"]
    services.refresh()

    def meanwhile(runs: Sequence[Run], named: Sequence[str]) -> list[Run]:
        services.store.record([Started(run, 322_113, "", {}, 1.0), Started(later, 322_113, "", {}, 1.0)])
        services.refresh()
        return chosen(runs, named)

    monkeypatch.setattr(live, "chosen", meanwhile)
    assert live.message(services, [run, later], View())["groups"] == message["groups"]


def test_a_run_that_is_hidden_while_the_record_is_read_is_not_shown(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, read = record(), services.store.runs
    services.classroom().begin("x")

    def meanwhile() -> list[Run]:
        services.classroom().hide([run])
        return read()

    monkeypatch.setattr(services.store, "runs", meanwhile)
    services.refresh()
    assert services.runs() == []


def test_a_conclusion_is_drawn_again_once_other_seeds_have_ended_though_as_many_as_before(
    services: Services, record: Callable[..., str]
) -> None:
    shown = record(seed=1)
    earlier = [record(seed=seed) for seed in (2, 3)]

    def seeds() -> list[int]:
        snapshot = services.snapshot()
        [run] = chosen(snapshot.runs, [shown])
        return services.conclusion("seeds", snapshot, [run], lambda: [run.experiment.seed for run in snapshot.runs])

    assert seeds() == [1, 2, 3]
    for run in earlier:
        services.store.delete(run)
    for seed in (4, 5):
        record(seed=seed)
    assert seeds() == [1, 4, 5]
