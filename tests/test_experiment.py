"""What an experiment may be, and what is said of one that may not; what hangs on the source of the reviews."""

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnn_compare.cli.main import main, parser
from rnn_compare.cli.setting_options import experiments
from rnn_compare.comparison.sweeps import varied
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.experiment_sets import LONGEST_ECHO, MAX_RUNS, comparison, experiment_from, grid
from rnn_compare.settings import bounds, choices
from rnn_compare.sources import registry

TOO_SHORT = {"source": "first-word", "distance": 100, "maxlen": 100}


@pytest.fixture
def small_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source ``keras`` holds 60 reviews."""
    small = dataclasses.replace(registry.source("keras"), size=60)
    monkeypatch.setitem(registry._SOURCES, "keras", small)


def test_settings_keep_their_hash_in_later_versions() -> None:
    assert Experiment().setting == "44136fa355b3678a"
    assert Experiment(source="keras", reviews=8000, cell="LSTM", dropout=0.25).setting == "c056681fde7f1d71"


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"units": 0, "reviews": 25_001, "source": "bundled"},
        "units is 0; it must be between 1 and 512. reviews is 25001; it must be between 10 and 25,000.",
    ),
    ({"distance": 5}, "distance is 5; only cups, first-word, order, parity2 and thirds have one."),
    ({"source": "order", "distance": 0}, "distance is 0; order needs one: a number of words"),
    ({"source": "order", "distance": 901}, "distance is 901; it must be between 0 and 900."),
    ({"source": "order", "distance": "far"}, "distance is 'far'; it must be a whole number."),
    (
        TOO_SHORT,
        "A maxlen of 100 cuts off a deciding word: at distance 100 the texts of first-word have up to 101 words",
    ),
    (
        {"forget_bias": 3.0, "initial_gates": "chrono"},
        "A forget_bias of 3.0 and initial_gates chrono set the same bias",
    ),
    ({"forget_bias": "wide"}, "forget_bias is 'wide'; it must be a number"),
    ({"forget_bias": 11}, "forget_bias is 11; it must be between -10.0 and 10.0"),
    (
        {"reviews": 10, "test_split": 0.5, "validation_split": 0.9},
        "A validation_split of 0.9 leaves one side of 10",
    ),
    ({"epochs": True}, "epochs is True, but is no setting of yes or no."),
    ({"cell": True}, "cell is True, but is no setting of yes or no."),
]


@pytest.mark.parametrize(("values", "sentence"), REFUSED)
def test_what_is_no_experiment_is_refused_in_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        experiment_from(values)
    assert str(error.value).startswith(sentence)


def test_a_setting_is_all_that_differs_but_the_seed() -> None:
    assert Experiment(seed=2).setting == Experiment().setting != Experiment(epochs=11).setting
    assert Experiment(dropout=-0.0, recurrent_dropout=-0.0).setting == Experiment().setting
    assert Experiment(forget_bias=-0.0).setting == Experiment(forget_bias=0.0).setting != Experiment().setting
    assert (Experiment(source="order").distance, Experiment().distance) == (20, 0)
    assert Experiment(source="order", distance=7).dataset == "order-7"
    assert Experiment(source="order", distance=7).setting != Experiment(source="order").setting


def test_numbers_may_be_text_or_whole_floats() -> None:
    """As a command line and an address give them, and a table with gaps."""
    assert experiment_from({"units": "64", "epochs": 3.0}) == Experiment(units=64, epochs=3)
    assert (choices("forget_bias"), bounds("forget_bias")) == ((), (-10.0, 10.0))


def test_an_experiment_on_record_may_cut_off_what_decides() -> None:
    assert experiment_from(TOO_SHORT | {"distance": 99}).maxlen == 100
    assert recorded_experiment(json.dumps(TOO_SHORT)).maxlen == 100


def test_the_test_reviews_are_put_aside_before_the_split() -> None:
    experiment = Experiment(reviews=1000, test_split=0.1, validation_split=0.2)
    assert (experiment.training_reviews, experiment.validation_reviews, experiment.test_reviews) == (720, 180, 100)


@pytest.mark.parametrize("field", ["units", "reviews", "dropout", "cell", "source", "bidirectional"])
def test_a_wrong_value_is_not_echoed_beyond_measure(field: str) -> None:
    for value in (10**400, -(10**400), 10**5_000, 1e300, float("-inf"), "9" * 5_000, "x" * 5_000, [0] * 99):
        with pytest.raises(UserError, match=f"{field} is .*; it must be") as error:
            experiment_from({field: value})
        assert len(str(error.value)) < LONGEST_ECHO + 60 + len(repr(choices(field)))
    with pytest.raises(UserError, match="There is no setting xxx") as error:
        experiment_from({"x" * 5_000: 1})
    assert len(str(error.value)) < LONGEST_ECHO + 100


@pytest.mark.usefixtures("small_source")
def test_the_source_bounds_the_reviews_and_left_out_all_of_them_are_used() -> None:
    assert Experiment(source="keras").reviews == 60
    assert Experiment.model_validate_json('{"source": "keras"}').reviews == 60
    assert Experiment(source="keras", reviews=59).reviews == 59
    assert Experiment().reviews == 25_000
    assert bounds("reviews", "keras") == (10, 60)
    for count in (61, 9):
        with pytest.raises(UserError, match=f"reviews is {count}; it must be between 10 and 60"):
            experiment_from({"source": "keras", "reviews": count})


@pytest.mark.usefixtures("small_source")
def test_an_experiment_of_the_record_stays_what_it_was() -> None:
    experiment = Experiment(reviews=20_000)
    for source in ("keras", "gone"):  # one holds fewer reviews now, the other is no more
        recorded = recorded_experiment(experiment.model_dump_json().replace('"bundled"', f'"{source}"'))
        assert (recorded.source, recorded.reviews) == (source, 20_000)
        assert recorded_experiment(recorded.model_dump_json()) == recorded
        with pytest.raises(UserError):
            experiment_from(recorded.model_dump())


def test_an_unknown_source_and_one_that_is_no_more_get_a_sentence_that_names_the_known_ones() -> None:
    *names, last = map(repr, registry.SOURCES)
    with pytest.raises(UserError, match=re.escape(f"it must be one of {', '.join(names)} or {last}.")):
        experiment_from({"source": "x"})
    with pytest.raises(UserError, match=f"no source 'gone', only {', '.join(registry.SOURCES[:3])}"):
        registry.source("gone")


def test_a_comparison_takes_one_value_or_any_collection_of_them() -> None:
    expected = comparison(cell=["GRU"], units=[8, 16], maxlen=[40], seed=[3, 4], epochs=2)
    for sizes, seed in ((np.array([8, 16]), range(3, 5)), (pd.Series([8, 16]), {3, 4}), ((8, np.int64(16)), [3, 4])):
        assert comparison(cell="GRU", units=sizes, maxlen=np.int64(40), seed=seed, epochs=np.int64(2)) == expected


NOT_COMPARED: list[tuple[dict[str, Any], str]] = [
    ({"seeds": [1, 2, 3]}, "seeds is a number of seeds, such as 3. Particular seeds are seed=[1, 2, 3]."),
    ({"seeds": range(3, 4)}, "seeds is a number of seeds, such as 3. Particular seeds are seed=[3]."),
    ({"seed": [4, 7], "seeds": 3}, "seeds count from one seed on, and seed has several values. Leave one of the "),
    ({"seeds": 11}, "seeds is 11; it must be a whole number from 1 to 10."),
    ({"seed": 2**31 - 1, "seeds": 2}, "seed is 2147483648; it must be between 0 and 2,147,483,647."),
    ({"seeds": True}, "seeds is True; it must be a whole number from 1 to 10."),
    ({"seeds": 10**5_000}, "seeds is a number of thousands of digits; it must be a whole number from 1 to 10."),
    ({"seed": range(11)}, "11 seeds make 11 runs of each network; the limit is 10. Remove some."),
    ({"seed": []}, "Choose at least one seed."),
    ({"seed": [[1, 2]]}, "seed is '[1, 2]'; it must be a whole number."),
    ({"units": []}, "Choose at least one value of units."),
    ({"maxlens": 3}, "There is no setting maxlens. Did you mean maxlen?"),
    ({"epoch": 3}, "There is no setting epoch. Did you mean epochs?"),
]


@pytest.mark.parametrize(("settings", "sentence"), NOT_COMPARED)
def test_no_setting_of_a_comparison_is_dropped(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        comparison(**settings)
    assert str(error.value).startswith(sentence)


SEEDS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1]),
    ({"seed": 3}, [3]),
    ({"seed": [4, 7]}, [4, 7]),
    ({"seeds": 3}, [1, 2, 3]),
    ({"seed": "5", "seeds": "3"}, [5, 6, 7]),
    ({"seeds": np.int64(2)}, [1, 2]),
]


@pytest.mark.parametrize(("settings", "seeds"), SEEDS)
def test_seeds_are_a_number_of_seeds_and_seed_a_particular_one(settings: dict[str, Any], seeds: list[int]) -> None:
    assert [experiment.seed for experiment in comparison(**settings)] == seeds


@pytest.mark.parametrize("command", ["train", "sweep", "parameters"])
def test_the_command_line_tells_a_number_of_seeds_from_particular_ones(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, seeds in (["--seed", "4", "7"], [4, 7]), (["--seed", "5", "--seeds", "2"], [5, 6]):
        assert [
            experiment.seed for experiment in experiments(parser().parse_args([command, "--cell", "GRU", *options]))
        ] == seeds
    assert main([command, "--seeds", "1", "2", "3"]) == 2
    assert capsys.readouterr().err == ("--seeds is a number of seeds, such as 3. Particular seeds are --seed 1 2 3.\n")


def test_any_setting_may_be_an_axis_of_a_grid_whose_first_seeds_come_first() -> None:
    experiments = grid({"cell": ["LSTM", "GRU"], "units": ["4", "8"], "dropout": ["0", "0.0", "-0.0"], "seeds": 2})
    assert [(e.cell, e.units, e.seed) for e in experiments[:5]] == [
        *(("LSTM", 4, 1), ("LSTM", 8, 1), ("GRU", 4, 1), ("GRU", 8, 1)),
        ("LSTM", 4, 2),
    ]
    assert len(experiments) == 8, "equal values count once, however they are written"
    experiments = grid({"dropout": ["0", "0.2"], "bidirectional": [True, False], "optimizer": ("adam", "sgd")})
    assert varied(experiments) == ["bidirectional", "dropout", "optimizer"]
    assert len(experiments) == 8


def test_two_hundred_runs_are_a_grid_and_one_more_is_refused_in_words() -> None:
    assert len(grid({"seeds": MAX_RUNS})) == MAX_RUNS
    with pytest.raises(
        UserError, match=r"20 values of units × 11 values of dropout make 220 networks; the limit is 200\. "
    ):
        grid({"units": list(range(1, 21)), "dropout": [f"0.{i}" for i in range(9)] + ["0.81", "0.82"]})
    with pytest.raises(
        UserError, match=r"101 values of units × 2 seeds make 202 runs; the limit is 200\. Remove some\."
    ):
        grid({"units": range(1, 102), "seed": [3, 4]})


def test_a_setting_without_effect_is_refused_if_no_network_has_it_else_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dropped = "recurrent_dropout does not apply to averaged embeddings: no state is carried from word to word."
    assert main(["parameters", "--cell", "average", "--recurrent-dropout", "0.2"]) == 2
    assert main(["parameters", "--cell", "average", "LSTM", "--recurrent-dropout", "0.2"]) == 0
    assert main(["parameters", "--cell", "average", "--recurrent-dropout", "0.0"]) == 0
    assert capsys.readouterr().err == f"{dropped} Leave it out.\n{dropped}\n"
