"""What pages show: runs of one moment that may be seen, conclusions that are up to date, and what links name."""

import itertools
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.runs import record as record_of_runs
from rnn_compare.runs.events import Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.services import board
from rnn_compare.services import services as module
from rnn_compare.services import snapshot as snapshots
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import MAX_SHOWN, Snapshot, chosen, fit_together, link_names
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS
from tests.kit.runs import run_with
from tests.kit.threads import at_once


def test_pages_that_are_drawn_at_once_share_one_reading_of_the_record_so_that_none_goes_back_in_time(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> list[Run]:
        time.sleep(0.05)  # so that all others come meanwhile
        return []

    monkeypatch.setattr(services.store, "runs", read)
    monkeypatch.setattr(snapshots, "SNAPSHOT_SECONDS", 60.0)
    assert len(set(at_once(lambda _: services.snapshot()))) == 1


def test_a_board_that_is_made_while_a_run_starts_shows_one_moment(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [record(Status.QUEUED, epochs=0, cell=cell) for cell in ("GRU", "LSTM")]
    monkeypatch.setattr(Services, "parallel_runs", 1)
    message = board.message(services, runs, View())
    assert [group["state"].partition(",")[0] for group in message["groups"]] == ["starting", "waiting"]
    services.refresh()

    def meanwhile(of_reading: Sequence[Run], named: Sequence[str]) -> list[Run]:
        services.store.record([Started(run, 322_113, "", {}, 1.0) for run in runs])
        services.refresh()
        return chosen(of_reading, named)

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

    def conclude(shown: Run = SHOWN, earlier: Run = EARLIER, hidden: Set[str] = frozenset()) -> int:
        snapshot = Snapshot([shown, earlier], State(hidden=frozenset(hidden)))
        return services.conclusion("x", snapshot, [shown], lambda: next(drawn_before))

    assert conclude() == conclude() == 0
    return conclude


def test_a_conclusion_is_drawn_again_once_what_it_is_made_of_has_changed(
    concluded: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 1
    assert concluded(hidden={EARLIER.id}) == number
    for field, value in CHANGES.items():
        number += 1
        assert concluded(shown=replace(SHOWN, **{field: value})) == number, field
        if field != "name":  # of earlier runs only the figures count
            number += 1
            assert concluded(earlier=replace(EARLIER, **{field: value})) == number, field
    assert concluded(earlier=replace(EARLIER, name="mine")) == 0
    monkeypatch.setattr(module, "known_labels", lambda *_: np.array([1]))
    assert concluded() == concluded() == number + 1
    monkeypatch.setattr(module, "shared_baselines", lambda _: ["words"])
    assert concluded() == concluded() == number + 2


def run(position: int, comparison: int, units: int = 32, seed: int = 1, priority: int = 0) -> Run:
    alone = run_with(f"lstm-{position}", fields={"priority": priority}, units=units, seed=seed)
    return replace(alone, position=position, comparison=f"lstm-{comparison}")


def ids(runs: Sequence[Run]) -> list[str]:
    return [run.id for run in runs]


SMALL = [run(1, 1, 16), run(2, 1, 32)]
EIGHT = [run(position, 3, position) for position in range(3, 3 + MAX_COMPARED)]
LARGE = [run(position, 20, 8 * (position % 3 + 1), position // 3) for position in range(20, 29)]
ALL = [*SMALL, *EIGHT, *LARGE, run(30, 30, 64)]
SWEEP = [run(position, 40, position, priority=AFTER_ALL_OTHERS) for position in (40, 41)]


@pytest.mark.parametrize(
    ("runs", "names", "shown"),
    [
        (ALL, ["lstm-2", "lstm-1", "nobody"], [SMALL[1], SMALL[0]]),
        (ALL, ["lstm-20"], LARGE[:1]),  # one run, also where its id names a comparison
        (ALL, ["all-lstm-20"], LARGE),
        (ALL, ["lstm-30", "all-lstm-1", "lstm-1"], [ALL[-1], *SMALL]),
        ([*SMALL, *LARGE[1:]], ["all-lstm-20"], LARGE[1:]),  # its first was deleted
        (ALL, ["all-nobody", "all-", "nobody"], [ALL[-1]]),  # the newest comparison
        ([], ["all-lstm-20"], []),
        ([*SMALL, *SWEEP], [], SMALL),  # a sweep takes the place of no comparison
        (SWEEP, [], SWEEP),  # there is nothing else to show
    ],
)
def test_a_link_shows_the_runs_that_it_names_or_the_newest_comparison(
    runs: list[Run], names: list[str], shown: list[Run]
) -> None:
    assert chosen(runs, names) == shown


def test_a_link_is_hidden_only_if_none_of_its_runs_may_be_shown() -> None:
    snapshot = Snapshot(ALL, State(hidden=frozenset({"lstm-1", "lstm-30"})))
    assert snapshot.hides(["lstm-1", "all-lstm-30"])
    assert not snapshot.hides(["lstm-1", "lstm-2"]), "the second one is shown"
    assert not snapshot.hides(["all-lstm-1"]), "so is the rest of a comparison"


@given(st.sets(st.sampled_from(range(len(ALL)))))
def test_a_link_shows_the_very_runs_that_it_was_made_for(places: set[int]) -> None:
    picked = [ALL[place] for place in sorted(places)]
    if picked and fit_together(picked):
        assert set(ids(chosen(ALL, link_names(picked, ALL)))) == set(ids(picked))


def test_eight_runs_and_nine_of_ten_that_were_compared_are_named_each_and_a_whole_comparison_of_nine_as_one() -> None:
    assert link_names([*EIGHT, *LARGE], ALL) == [*ids(EIGHT), "all-lstm-20"]
    assert link_names(LARGE, [*ALL, run(31, 20)]) == ids(LARGE)


def test_eight_networks_fit_with_all_their_seeds_and_nine_do_not() -> None:
    eight = [run(10 * units + seed, 1, units, seed) for units in range(1, 9) for seed in range(10)]
    nine = [*eight, run(999, 999, 99)]
    assert len(eight) == MAX_SHOWN
    assert [fit_together(runs) for runs in (eight, nine, [])] == [True, False, False]
    assert chosen(nine, ids(nine)) == eight


def test_one_training_repeated_is_a_card_each_and_so_counts_each() -> None:
    runs = [run(position, position) for position in range(MAX_COMPARED + 1)]
    cards = with_older_repeats(runs)
    assert [len(card.runs) for card in cards] == [1] * len(runs)
    assert cards[0].runs == (runs[-1],), "the newest first"
    assert [fit_together(runs), fit_together(runs[1:])] == [False, True]
