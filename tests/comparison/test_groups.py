"""What networks are called: told apart by what differs, and by nothing else."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.groups import Group, groups, one_each, with_older_repeats
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run

NOON = datetime(2026, 11, 25, 12).timestamp()
SETTINGS = st.fixed_dictionaries(
    {"cell": st.sampled_from(["LSTM", "GRU"]), "seed": st.integers(1, 2), "maxlen": st.sampled_from([100, 500])}
)


def trained(*settings: dict[str, Any], times: tuple[float, ...] = (), called: tuple[str, ...] = ()) -> list[Run]:
    """Runs with these settings, one a minute unless times are given."""
    owner = Owner.current()
    runs = []
    for number, values in enumerate(settings, start=1):
        time = times[number - 1] if times else NOON + 60 * number
        name = called[number - 1] if called else ""
        experiment = Experiment(**values)
        runs.append(Run(f"run-{number}", number, "run-1", experiment, Status.FINISHED, owner, "page", time, name=name))
    return runs


def names(networks: list[Group]) -> list[str]:
    return [network.name for network in networks]


@given(
    st.lists(st.tuples(SETTINGS, st.sampled_from(["", "", "mine", "LSTM(32)"])), min_size=1, max_size=9), st.booleans()
)
def test_no_two_networks_have_one_name_anywhere(networks: list[tuple[dict[str, Any], str]], at_once: bool) -> None:
    times = (NOON,) * len(networks) if at_once else ()
    runs = trained(*(settings for settings, _ in networks), times=times, called=tuple(name for _, name in networks))
    for shown in (groups(runs), with_older_repeats(runs), one_each(runs), one_each(runs, brief=True)):
        assert len({*names(shown)}) == len(shown)
        assert len({(group.experiment.cell, group.place) for group in shown}) == len(shown)


@pytest.mark.parametrize("brief", [True, False])
def test_networks_of_different_cells_need_no_more_than_their_titles(brief: bool) -> None:
    runs = trained({}, {"cell": "LSTM", "seed": 2}, called=("mine", ""))
    assert names(one_each(runs, brief=brief)) == ["mine", "LSTM(32)"]


def test_in_a_list_a_setting_is_named_only_where_titles_are_equal_and_no_default_is() -> None:
    runs = trained({}, {"maxlen": 100}, {"cell": "LSTM"}, {"cell": "LSTM", "epochs": 5}, {"cell": "GRU", "maxlen": 5})
    assert names(one_each(runs, brief=True)) == [
        *("SimpleRNN(32)", "SimpleRNN(32) maxlen 100", "LSTM(32)", "LSTM(32) epochs 5", "GRU(32)")
    ]


def test_of_many_settings_no_more_are_named_than_tell_networks_apart() -> None:
    task = {"source": "order", "distance": 20, "maxlen": 40, "reviews": 6_400, "epochs": 8, "optimizer": "adam"}
    runs = trained({}, task)
    assert names(one_each(runs, brief=True)) == ["SimpleRNN(32)", "SimpleRNN(32) Order: red or blue first?"]


def test_on_cards_and_charts_whatever_differs_is_named() -> None:
    runs = trained({"maxlen": 100}, {"cell": "LSTM", "maxlen": 500})
    assert names(one_each(runs)) == names(groups(runs)) == ["SimpleRNN(32) maxlen 100", "LSTM(32) maxlen 500"]


@pytest.mark.parametrize("brief", [True, False])
def test_networks_equal_in_all_settings_say_their_seeds_or_else_when_they_were_made(brief: bool) -> None:
    seeds = trained({"seed": 1}, {"seed": 2})
    assert names(one_each(seeds, brief=brief)) == ["SimpleRNN(32) seed 1", "SimpleRNN(32) seed 2"]
    again = ["SimpleRNN(32), 25 Nov 12:01", "SimpleRNN(32), 25 Nov 12:02", "GRU(32)"]
    assert names(one_each(trained({}, {}, {"cell": "GRU"}), brief=brief)) == again
    at_once = trained({}, {}, times=(NOON, NOON))
    assert names(one_each(at_once, brief=brief)) == ["SimpleRNN(32), run-1", "SimpleRNN(32), run-2"]


@pytest.mark.parametrize("brief", [True, False])
def test_networks_that_people_called_the_same_say_their_settings(brief: bool) -> None:
    runs = trained({"units": 8}, {"cell": "LSTM"}, {}, called=("mine", "mine", ""))
    assert names(one_each(runs, brief=brief))[:2] == ["mine (SimpleRNN(8))", "mine (LSTM(32))"]
