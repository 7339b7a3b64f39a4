"""What networks are called where they are chosen: told apart by what differs, and by nothing else."""

from datetime import datetime
from typing import Any

import pytest

from rnn_compare.dashboard.widgets.network_choice import card_titles, list_names
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run

NOON = datetime(2026, 11, 25, 12).timestamp()


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


@pytest.mark.parametrize("called", [list_names, card_titles])
def test_networks_of_different_cells_need_no_more_than_their_titles(called: Any) -> None:
    assert called(trained({}, {"cell": "LSTM"})) == ["SimpleRNN(32)", "LSTM(32)"]


def test_in_a_list_a_setting_is_named_only_where_titles_are_equal() -> None:
    runs = trained({"cell": "LSTM", "seed": 1}, {"cell": "LSTM", "seed": 2}, {"cell": "GRU", "seed": 3})
    assert list_names(runs) == ["LSTM(32)", "LSTM(32) seed 2", "GRU(32)"]


def test_in_a_list_no_default_is_named() -> None:
    first, second, third, fourth = list_names(
        trained({}, {"maxlen": 100}, {"cell": "LSTM"}, {"cell": "LSTM", "epochs": 5})
    )
    assert (first, second) == ("SimpleRNN(32)", "SimpleRNN(32) maxlen 100")
    assert (third, fourth) == ("LSTM(32)", "LSTM(32) epochs 5")


def test_of_many_settings_no_more_are_named_than_tell_networks_apart() -> None:
    task = {"source": "order", "distance": 20, "maxlen": 40, "reviews": 6_400, "epochs": 8, "optimizer": "adam"}
    assert list_names(trained({}, task)) == ["SimpleRNN(32)", "SimpleRNN(32) Order: red or blue first?"]
    named = trained({"epochs": 5}, {"cell": "LSTM"}, called=("mine", ""))
    assert list_names(named) == ["mine", "LSTM(32)"], "what somebody has named bears that name"


def test_on_cards_whatever_differs_is_named_as_on_the_charts() -> None:
    runs = trained({"maxlen": 100}, {"cell": "LSTM", "maxlen": 500})
    assert card_titles(runs) == ["SimpleRNN(32) maxlen 100", "LSTM(32) maxlen 500"]


@pytest.mark.parametrize("called", [list_names, card_titles])
def test_networks_equal_in_all_settings_say_when_they_were_trained(called: Any) -> None:
    assert called(trained({}, {})) == ["SimpleRNN(32), 25 Nov 12:01", "SimpleRNN(32), 25 Nov 12:02"]
    in_one_minute = called(trained({}, {}, times=(NOON, NOON + 5)))
    assert in_one_minute == ["SimpleRNN(32), 25 Nov 12:00:00", "SimpleRNN(32), 25 Nov 12:00:05"]
    at_once = called(trained({}, {}, times=(NOON, NOON)))
    assert at_once == ["SimpleRNN(32), run 1", "SimpleRNN(32), run 2"]


@pytest.mark.parametrize("called", [list_names, card_titles])
def test_networks_that_people_called_the_same_say_their_settings(called: Any) -> None:
    runs = trained({"units": 8}, {"cell": "LSTM"}, {}, called=("mine", "mine", ""))
    assert called(runs)[:2] == ["mine: SimpleRNN(8)", "mine: LSTM(32)"]


def test_only_those_that_are_equal_say_when() -> None:
    assert list_names(trained({}, {}, {"maxlen": 100})) == [
        "SimpleRNN(32), 25 Nov 12:01",
        "SimpleRNN(32), 25 Nov 12:02",
        "SimpleRNN(32) maxlen 100",
    ]
