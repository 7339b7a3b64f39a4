"""Which runs a link names, and how runs are named in one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.runs.record import Run
from rnn_compare.services.snapshot import MAX_SHOWN, Snapshot, chosen, fit_together, link_names
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS
from tests.kit.runs import run_with


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


def test_eight_runs_are_named_each_and_nine_of_one_comparison_as_one() -> None:
    assert link_names(EIGHT, ALL) == ids(EIGHT)
    assert link_names(LARGE, ALL) == ["all-lstm-20"]
    assert link_names([*EIGHT, *LARGE], ALL) == [*ids(EIGHT), "all-lstm-20"]
    parts = [*EIGHT[1:], *LARGE[1:]]
    assert link_names(parts, ALL) == ids(parts)


@given(st.sets(st.sampled_from(range(len(ALL)))))
def test_a_link_shows_the_very_runs_that_it_was_made_for(places: set[int]) -> None:
    picked = [ALL[place] for place in sorted(places)]
    if picked and fit_together(picked):
        assert set(ids(chosen(ALL, link_names(picked, ALL)))) == set(ids(picked))


def test_eight_networks_fit_with_all_their_seeds_and_nine_do_not() -> None:
    eight = [run(10 * units + seed, 1, units, seed) for units in range(1, 9) for seed in range(10)]
    nine = [*eight, run(999, 999, 99)]
    assert len(eight) == MAX_SHOWN
    assert [fit_together(runs) for runs in (eight, nine, [])] == [True, False, False]
    assert chosen(nine, ids(nine)) == eight


@pytest.mark.parametrize("count", [8, 9, 2_000])
def test_one_training_repeated_is_a_card_each_and_so_counts_each(count: int) -> None:
    runs = [run(position, position) for position in range(count)]
    cards = with_older_repeats(runs)
    assert [len(card.runs) for card in cards] == [1] * count
    assert cards[0].runs[0].id == f"lstm-{count - 1}", "the newest first"
    assert fit_together(runs) == (count <= MAX_COMPARED)
