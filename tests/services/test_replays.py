"""What everybody sees while a recorded comparison is played again, and that nobody can take it for live."""

import base64
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.runs import record
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.services import board
from rnn_compare.services.board import View
from rnn_compare.services.replays import Replay, as_of
from rnn_compare.services.services import Services
from tests.kit.runs import run_with

Record = Callable[..., str]
SECONDS, PACES = st.floats(-10, 1e5), st.floats(0.01, 100)


def finished(name: str = "lstm", epochs: int = 10) -> Run:
    fields = {"started": 11.0, "ended": 99.0, "continued": (3, 8), "test": record.Tested(10, 0.8, 100)}
    return run_with(name, [0.5 + n / 100 for n in range(epochs)], fields=fields | {"weights_epoch": epochs})


@given(SECONDS, PACES)
def test_a_run_in_a_replay_has_the_epochs_that_have_been_played_and_no_other_figure(
    seconds: float, per_epoch: float
) -> None:
    run = finished()
    seen = as_of(run, seconds, per_epoch)
    assert seen.epochs == run.epochs[: len(seen.epochs)]
    assert len(seen.epochs) == min(max(int(max(seconds, 0) / per_epoch), 0), 10)
    assert (seen.replayed, seen.best) == (True, seen.last), "the best so far"
    assert not any(point.figures for point in seen.progress)
    assert all(epoch <= len(seen.epochs) for epoch in seen.continued)
    if len(seen.epochs) < 10:
        assert (seen.status, seen.test, seen.ended) == (Status.RUNNING, None, None)
    else:
        assert replace(seen, replayed=False) == run


@given(SECONDS, SECONDS, PACES)
def test_a_replay_only_goes_forward(first: float, other: float, per_epoch: float) -> None:
    early, late = (as_of(finished(), seconds, per_epoch).fraction_done for seconds in sorted((first, other)))
    assert 0 <= early <= late <= 1


def test_all_runs_go_at_one_pace_and_the_replay_is_over_when_the_longest_has_been_played() -> None:
    runs = [finished("lstm", 10), finished("gru", 5), finished("other", 10)]
    replay = Replay(("lstm", "gru"), began=100.0, per_epoch=3.0)
    assert [len(run.epochs) for run in replay.applied(runs, 107.0)] == [2, 2, 10]
    halfway = replay.applied(runs, 116.0)
    assert [(run.status, run.replayed) for run in halfway] == [
        (Status.RUNNING, True),
        (Status.FINISHED, True),  # it is still part of a replay, and says so
        (Status.FINISHED, False),
    ]
    assert not replay.is_over(runs, 129.9)
    assert replay.is_over(runs, 130.0)
    assert replay.is_over([], 100.0), "its runs were deleted"
    assert not replay.is_over(runs, 98.0), "a clock is set by a second or two"
    assert replay.applied(runs, 30.0) == runs, "it began by a clock that was ahead, and would wait for that time"


@pytest.fixture
def played(services: Services, record: Record) -> list[str]:
    """A comparison of two finished runs, of four epochs and two, played in 40 s."""
    runs = [record(cell="LSTM", epochs=4), record(cell="GRU", epochs=2)]
    services.replays.begin(services.store.runs(runs), 40.0)
    return runs


Seen = Callable[..., Any]


@pytest.fixture
def seen(services: Services, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Returns the board's message some seconds from now."""
    now = time.time()

    def message(runs: list[str], after: float, services: Services = services) -> Any:
        with monkeypatch.context() as clock:
            clock.setattr(time, "time", lambda: now + after)
            services.refresh()
            return board.message(services, runs, View())

    return message


def lengths(board: Any) -> list[int]:
    return [len(base64.b64decode(group["figures"]["val_accuracy"])) // 2 for group in board["groups"]]


def test_the_curves_grow_for_all_who_ask_and_every_part_says_that_it_is_a_replay_until_it_ends(
    services: Services, played: list[str], seen: Seen
) -> None:
    for after, epochs in ((1.0, [0, 0]), (11.0, [1, 1]), (25.0, [2, 2]), (35.0, [3, 2])):
        board = seen(played, after)
        assert lengths(board) == epochs
        assert board["replay"].startswith("Replay, not live: recorded on this machine, 1 January 1970")
        assert all(chart["title"].startswith("Replay: ") for chart in board["charts"])
        for group in board["groups"]:
            assert (group["status"], group["layers"], group["press"], group["left"]) == ("replay", "recorded", "", "")
            assert group["state"].startswith("replay, epoch ")
        assert board["busy"], "browsers ask often while there is something to see"
    over = seen(played, 41.0)
    services.replays.stop()
    assert seen(played, 5.0) == over
    assert (over["replay"], over["busy"]) == ("", False)
    assert [group["state"] for group in over["groups"]] == ["finished, epoch 4 of 10", "finished, epoch 2 of 10"]


def test_a_server_that_starts_again_goes_on_with_a_replay_unless_its_file_is_damaged(
    services: Services, played: list[str], seen: Seen
) -> None:
    def started_again() -> Services:
        return Services(services.store, services.engine, services.curtain)

    server = started_again()
    assert server.replays.under_way(services.runs()) == services.replays.under_way(services.runs()) is not None
    assert lengths(seen(played, 25.0, server)) == [2, 2]
    assert seen(played, 41.0, server)["replay"] == ""
    server.replays.stop()
    assert seen(played, 25.0, started_again())["replay"] == ""

    services.store.path.with_name("replay.json").write_text('{"runs": 1')
    server = started_again()
    assert server.replays.under_way(server.runs()) is None
    server.replays.begin(services.store.runs(played), 40.0)
    assert started_again().replays.under_way(services.runs())


def test_what_is_not_played_stays_as_it_is_and_all_other_pages_see_the_record(
    services: Services, played: list[str], record: Record, seen: Seen
) -> None:
    other = record(cell="SimpleRNN", epochs=3)
    board = seen([*played, other], 15.0)
    assert board["replay"].startswith("Replay of 2 of 3 runs, not live")
    assert board["groups"][2]["state"].startswith("finished")
    assert {run.id: len(run.epochs) for run in services.runs()} == {played[0]: 4, played[1]: 2, other: 3}
    assert services.start_times(services.snapshot()) == {}


def test_several_seeds_are_played_as_one_card(services: Services, record: Record, seen: Seen) -> None:
    runs = [record(cell="LSTM", epochs=2, seed=seed) for seed in (1, 2)]
    services.replays.begin(services.store.runs(runs), 20.0)
    [card] = seen(runs, 15.0)["groups"]
    assert (card["status"], card["state"], card["press"], card["left"]) == ("replay", "replay, epoch 2 of 10", "", "")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.FINISHED])
def test_only_finished_runs_are_played(services: Services, record: Record, status: Status) -> None:
    for runs in (services.store.runs([record(), record(status)]), []):
        with pytest.raises(UserError, match="Only finished runs"):
            services.replays.begin(runs, 30.0)
    assert services.replays.under_way(services.runs()) is None
    run = replace(finished(), status=status)
    assert as_of(run, 5.0, 1.0) is run
