import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cli.main import main
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from tests.kit.runs import record


@pytest.fixture
def store(tmp_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    opened = RunStore(cache_folder() / "runs.db")
    yield opened
    opened.close()


def trained(store: RunStore, cell: str, *shares: float, **settings: Any) -> str:
    return ",".join(
        record(
            store,
            Experiment.model_validate({"cell": cell, "seed": seed, "reviews": 2000, "epochs": 1, **settings}),
            [s],
        ).id
        for seed, s in enumerate(shares, 1)
    )


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["compare", *arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return [json.loads(line) for line in printed.out.splitlines()]


def test_each_pair_of_groups_is_one_json_line(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    groups = [
        trained(store, cell, *shares)
        for cell, shares in (
            ("SimpleRNN", (0.70, 0.71, 0.72)),
            ("GRU", (0.86, 0.87, 0.86)),
            ("LSTM", (0.86, 0.87, 0.87)),
        )
    ]
    lines = compared(capsys, *groups)
    rnn, gru, lstm = (("SimpleRNN(32)", groups[0]), ("GRU(32)", groups[1]), ("LSTM(32)", groups[2]))
    assert [tuple(zip((line["a"], line["b"]), map(",".join, line["runs"]), strict=True)) for line in lines] == [
        (rnn, gru),
        (rnn, lstm),
        (gru, lstm),
    ]
    assert {line["kind"] for line in lines} == {"comparison"}
    assert [line["verdict"] for line in lines] == ["b is better", "b is better", "unknown"]
    assert lines[0]["low"] < lines[0]["difference"] < lines[0]["high"] < 0
    assert lines[0]["difference"] == pytest.approx(-0.153, abs=0.001), "a share"
    assert lines[0]["margin"] == 0.01
    assert 0 < lines[0]["p"] < 0.01 < 0.04 < lines[2]["p"] <= 1


def test_in_words_the_sentence_comes_first_then_what_the_interval_is_and_the_table_of_results(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", trained(store, "SimpleRNN", 0.7, 0.71, 0.7), trained(store, "LSTM", 0.9, 0.91, 0.9)]) == 0
    sentence, meaning, heads, *_ = capsys.readouterr().out.splitlines()
    assert sentence.startswith("LSTM(32) is better than SimpleRNN(32)")
    assert meaning.startswith("± is the 95 % interval of the difference, over seeds and reviews.")
    assert heads.split()[0] == "Network"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{lstm}"], "Name at least two groups"),
        (["{lstm}", "nobody"], "There is no run called 'nobody'"),
        (["{lstm}", ","], "A group is empty"),
        (["{lstm},{gru}", "{gru}"], "differ in more than the seed"),
        (["{lstm}", "{other}"], "they were judged by different reviews (reviews 2000 and 1000)"),
        (["{lstm}", "{running}"], "is not finished"),
        (["{lstm}", "{gru}", "--measure", "test"], "has no recorded predictions on test reviews"),
        (["{lstm}", "{unkept}"], "has no recorded predictions on held-out reviews"),
        (["{varied}", "{varied gru}"], "each seed was judged by reviews of its own"),
        (["{lstm}", "{gru}", "--margin", "nan"], "The margin is nan points, but must be above 0 and up to 50 points"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused_in_a_sentence(
    store: RunStore, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    running = record(store, Experiment(cell="LSTM", reviews=2000, epochs=3), [0.7], Status.RUNNING)
    names = {
        "lstm": trained(store, "LSTM", 0.8),
        "gru": trained(store, "GRU", 0.8),
        "other": trained(store, "GRU", 0.8, reviews=1000),
        "running": running.id,
        "unkept": record(store, Experiment(cell="GRU", reviews=2000, epochs=1), [0.8], keep=False).id,
        "varied": trained(store, "LSTM", 0.8, vary_split=True),
        "varied gru": trained(store, "GRU", 0.8, vary_split=True),
    }
    assert main(["compare", *(text.format(**names) for text in arguments)]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.out == ""


def test_runs_that_are_in_two_groups_are_named(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    seeds, gru = trained(store, "LSTM", 0.8, 0.81, 0.82), trained(store, "GRU", 0.8, 0.81, 0.82)
    first, second, third = seeds.split(",")
    assert main(["compare", seeds, gru, seeds]) == 2
    printed = capsys.readouterr()
    assert f"{first}, {second} and {third} would be compared with themselves" in printed.err
    assert printed.out == ""
    assert main(["compare", f"{first},{second}", gru, f"{second},{third}"]) == 2
    assert f"{second} would be compared with itself" in capsys.readouterr().err
    assert main(["compare", first, f"{second},{third}"]) == 0, "other seeds of the same setting"


def test_more_groups_are_compared_than_a_page_holds(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    groups = [trained(store, "GRU", 0.86, units=units) for units in range(1, 10)]
    assert len(compared(capsys, *groups)) == 9 * 8 / 2


def test_more_groups_than_can_be_compared_in_seconds_are_refused(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(store, "LSTM", 0.9)
    assert main(["compare", *([run] * 41)]) == 2
    assert "at most 40, since every pair is compared; there are 41." in capsys.readouterr().err
