"""What networks are called: told apart by what differs, and by nothing else."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.comparison.groups import Group, groups, one_each, with_older_repeats
from rnn_compare.runs.record import Run
from tests.kit.runs import run_with

NOON = datetime(2026, 11, 25, 12).timestamp()
SETTINGS = st.fixed_dictionaries(
    {"cell": st.sampled_from(["LSTM", "GRU"]), "seed": st.integers(1, 2), "maxlen": st.sampled_from([100, 500])}
)


def trained(*settings: dict[str, Any], times: tuple[float, ...] = (), called: tuple[str, ...] = ()) -> list[Run]:
    """Runs with these settings, one a minute unless times are given."""
    times = times or tuple(NOON + 60 * number for number in range(1, len(settings) + 1))
    of_runs = zip(settings, times, called or [""] * len(settings), strict=True)
    return [
        run_with(f"run-{number}", fields={"created": time, "name": name}, **values)
        for number, (values, time, name) in enumerate(of_runs, 1)
    ]


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


TASK = {"source": "order", "distance": 20, "maxlen": 40, "reviews": 6_400, "epochs": 8, "optimizer": "adam"}


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ([{}, {"cell": "LSTM", "seed": 2}], ["SimpleRNN(32)", "LSTM(32)"]),
        ([{}, {"maxlen": 100}, {"cell": "GRU", "maxlen": 5}], ["SimpleRNN(32)", "SimpleRNN(32) maxlen 100", "GRU(32)"]),
        ([{}, TASK], ["SimpleRNN(32)", "SimpleRNN(32) Order: red or blue first?"]),
    ],
)
def test_in_a_list_a_setting_is_named_only_where_titles_are_equal_and_no_default_is(
    settings: list[dict[str, Any]], labels: list[str]
) -> None:
    assert names(one_each(trained(*settings), brief=True)) == labels


def test_on_cards_and_charts_whatever_differs_is_named() -> None:
    runs = trained({"maxlen": 100}, {"cell": "LSTM", "maxlen": 500}, {"cell": "GRU"}, called=("", "", "mine"))
    labels = ["SimpleRNN(32) maxlen 100", "LSTM(32) maxlen 500", "mine"]
    assert names(one_each(runs)) == names(groups(runs)) == labels


@pytest.mark.parametrize(
    ("called", "labels"),
    [
        (("mine", "mine", ""), ["mine", "LSTM(32)"]),
        (("mine", "", ""), ["GRU(32)", "LSTM(32)"]),
        (("mine", "mine", "mine"), ["mine (GRU(32))", "mine (LSTM(32))"]),
    ],
)
def test_a_network_has_the_name_that_people_gave_to_all_its_seeds(called: tuple[str, ...], labels: list[str]) -> None:
    assert (
        names(groups(trained({"cell": "GRU"}, {"cell": "GRU", "seed": 2}, {"cell": "LSTM"}, called=called))) == labels
    )


@pytest.mark.parametrize("brief", [True, False])
def test_networks_called_the_same_say_their_settings_their_seeds_or_when_they_were_made(brief: bool) -> None:
    seeds = trained({"seed": 1}, {"seed": 2})
    assert names(one_each(seeds, brief=brief)) == ["SimpleRNN(32) seed 1", "SimpleRNN(32) seed 2"]
    again = ["SimpleRNN(32), 25 Nov 12:01", "SimpleRNN(32), 25 Nov 12:02", "GRU(32)"]
    assert names(one_each(trained({}, {}, {"cell": "GRU"}), brief=brief)) == again
    at_once = trained({}, {}, times=(NOON, NOON))
    assert names(one_each(at_once, brief=brief)) == ["SimpleRNN(32), run-1", "SimpleRNN(32), run-2"]
    same = trained({"units": 8}, {"cell": "LSTM"}, {}, called=("mine", "mine", ""))
    assert names(one_each(same, brief=brief))[:2] == ["mine (SimpleRNN(8))", "mine (LSTM(32))"]
