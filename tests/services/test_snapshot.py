from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.services.snapshot import MAX_SHOWN, Snapshot, chosen, fit_together, link_names
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS


def run(position: int, comparison: int, units: int = 32, seed: int = 1, priority: int = 0) -> Run:
    experiment = Experiment(units=units, seed=seed)
    here = Owner(1, 1.0, "here")
    started = f"lstm-{comparison}"
    return Run(f"lstm-{position}", position, started, experiment, Status.FINISHED, here, "page", 0.0, priority=priority)


def ids(runs: Sequence[Run]) -> list[str]:
    return [run.id for run in runs]


SMALL = [run(1, 1, 16), run(2, 1, 32)]
LARGE = [run(position, 10, 8 * (position % 3 + 1), position // 3) for position in range(10, 22)]
ALL = [*SMALL, *LARGE, run(30, 30, 64)]


def test_a_link_of_earlier_versions_shows_the_runs_that_it_names() -> None:
    assert ids(chosen(ALL, ["lstm-2", "lstm-1", "nobody"])) == ["lstm-2", "lstm-1"]
    assert ids(chosen(ALL, ["lstm-10"])) == ["lstm-10"], "one run, also where its id names a comparison"


def test_a_link_may_name_all_that_were_started_together() -> None:
    assert chosen(ALL, ["all-lstm-10"]) == LARGE
    assert chosen(ALL, ["lstm-30", "all-lstm-1", "lstm-1"]) == [ALL[-1], *SMALL]
    assert chosen([run for run in ALL if run.id != "lstm-10"], ["all-lstm-10"]) == LARGE[1:], "its first was deleted"


def test_without_a_run_that_there_is_the_newest_comparison_is_shown() -> None:
    assert chosen(ALL, ["all-nobody", "all-", "nobody"]) == [ALL[-1]]
    assert chosen([], ["all-lstm-10"]) == []


def test_a_link_is_hidden_only_if_none_of_its_runs_may_be_shown() -> None:
    snapshot = Snapshot(ALL, State(hidden=frozenset({"lstm-1", "lstm-30"})))
    assert snapshot.hides(["lstm-1", "all-lstm-30"])
    assert not snapshot.hides(["lstm-1", "lstm-2"]), "the second one is shown"
    assert not snapshot.hides(["all-lstm-1"]), "so is the rest of a comparison"


def test_a_sweep_takes_the_place_of_no_comparison() -> None:
    sweep = [run(position, 40, position, priority=AFTER_ALL_OTHERS) for position in (40, 41)]
    assert chosen([*SMALL, *sweep], []) == SMALL
    assert chosen(sweep, []) == sweep, "there is nothing else to show"


def test_few_runs_are_named_each_and_many_of_one_comparison_as_one() -> None:
    assert link_names(SMALL, ALL) == ["lstm-1", "lstm-2"]
    assert link_names(LARGE, ALL) == ["all-lstm-10"]
    assert link_names(LARGE[:-1], ALL) == ids(LARGE[:-1])


@given(st.sets(st.sampled_from(range(len(ALL)))))
def test_a_link_shows_the_very_runs_that_it_was_made_for(places: set[int]) -> None:
    picked = [ALL[place] for place in sorted(places)]
    if picked and fit_together(picked):
        assert set(ids(chosen(ALL, link_names(picked, ALL)))) == set(ids(picked))


def test_eight_networks_fit_with_all_their_seeds_and_nine_do_not() -> None:
    eight = [run(10 * units + seed, 1, units, seed) for units in range(1, 9) for seed in range(10)]
    assert len(eight) == MAX_SHOWN
    assert fit_together(eight)
    nine = [*eight, run(999, 999, 99)]
    assert not fit_together(nine)
    assert chosen(nine, ids(nine)) == eight
    assert not fit_together([])


@pytest.mark.parametrize("count", [1, 8, 9, 2_000])
def test_one_training_repeated_is_a_card_each_and_so_counts_each(count: int) -> None:
    runs = [run(position, position) for position in range(count)]
    cards = with_older_repeats(runs)
    assert [len(card.runs) for card in cards] == [1] * count
    assert cards[0].runs[0].id == f"lstm-{count - 1}", "the newest first"
    assert fit_together(runs) == (count <= MAX_COMPARED)
