from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from tests.cli.conftest import Answer, Facts
from tests.kit.runs import record


@pytest.fixture
def store(tmp_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    opened = RunStore(cache_folder() / "runs.db")
    yield opened
    opened.close()


def trained(store: RunStore, cell: str, *shares: float, **settings: Any) -> str:
    """Records a run for each validation accuracy, and returns their ids as a command takes them."""
    usual = {"cell": cell, "reviews": 2000, "epochs": 1} | settings
    experiments = [Experiment.model_validate(usual | {"seed": seed}) for seed in range(1, len(shares) + 1)]
    return ",".join(record(store, item, [share]).id for item, share in zip(experiments, shares, strict=True))


def test_each_pair_of_groups_is_one_json_line_or_a_sentence_with_what_it_means(
    store: RunStore, facts: Facts, answer: Answer
) -> None:
    shares = {"SimpleRNN": (0.70, 0.71, 0.72), "GRU": (0.86, 0.87, 0.86), "LSTM": (0.86, 0.87, 0.87)}
    ids = {f"{cell}(32)": trained(store, cell, *values) for cell, values in shares.items()}
    lines = facts("compare", *ids.values())
    pairs = [("SimpleRNN(32)", "GRU(32)"), ("SimpleRNN(32)", "LSTM(32)"), ("GRU(32)", "LSTM(32)")]
    assert [(line["a"], line["b"]) for line in lines] == pairs
    assert [[",".join(runs) for runs in line["runs"]] for line in lines] == [[ids[a], ids[b]] for a, b in pairs]
    assert {line["kind"] for line in lines} == {"comparison"}
    assert [line["verdict"] for line in lines] == ["b is better", "b is better", "unknown"]
    assert lines[0]["low"] < lines[0]["difference"] < lines[0]["high"] < 0
    assert lines[0]["difference"] == pytest.approx(-0.153, abs=0.001), "a share"
    assert lines[0]["margin"] == 0.01
    assert 0 < lines[0]["p"] < 0.01 < 0.04 < lines[2]["p"] <= 1

    sentence, meaning, heads, *_ = answer("compare", ids["SimpleRNN(32)"], ids["LSTM(32)"]).splitlines()
    assert sentence.startswith("LSTM(32) is better than SimpleRNN(32)")
    assert meaning.startswith("± is the 95 % interval of the difference, over seeds and reviews.")
    assert heads.split()[0] == "Network"


def test_groups_that_cannot_be_compared_are_refused_in_a_sentence(store: RunStore, refusal: Answer) -> None:
    lstm, gru = trained(store, "LSTM", 0.8), trained(store, "GRU", 0.8)
    other = trained(store, "GRU", 0.8, reviews=1000)
    running = record(store, Experiment(cell="LSTM", reviews=2000, epochs=3), [0.7], Status.RUNNING).id
    unkept = record(store, Experiment(cell="GRU", reviews=2000, epochs=1), [0.8], keep=False).id
    varied = [trained(store, cell, 0.8, vary_split=True) for cell in ("LSTM", "GRU")]
    for arguments, sentence in (
        ([lstm], "Name at least two groups"),
        ([lstm, "nobody"], "There is no run called 'nobody'"),
        ([lstm, ","], "A group is empty"),
        ([f"{lstm},{gru}", gru], "differ in more than the seed"),
        ([lstm, other], "they were judged by different reviews (reviews 2000 and 1000)"),
        ([lstm, running], "is not finished"),
        ([lstm, gru, "--measure", "test"], "has no recorded predictions on test reviews"),
        ([lstm, unkept], "has no recorded predictions on held-out reviews"),
        (varied, "each seed was judged by reviews of its own"),
        ([lstm, gru, "--margin", "nan"], "The margin is nan points, but must be above 0 and up to 50 points"),
        ([lstm] * 41, "at most 40, since every pair is compared; there are 41."),
    ):
        assert sentence in refusal("compare", *arguments)


def test_runs_that_are_in_two_groups_are_named(store: RunStore, answer: Answer, refusal: Answer) -> None:
    seeds, gru = trained(store, "LSTM", 0.8, 0.81, 0.82), trained(store, "GRU", 0.8, 0.81, 0.82)
    first, second, third = seeds.split(",")
    all_three = f"{first}, {second} and {third} would be compared with themselves"
    assert all_three in refusal("compare", seeds, gru, seeds)
    itself = f"{second} would be compared with itself"
    assert itself in refusal("compare", f"{first},{second}", gru, f"{second},{third}")
    answer("compare", first, f"{second},{third}")  # other seeds of the same setting


def test_more_groups_are_compared_than_a_page_holds(store: RunStore, facts: Facts) -> None:
    groups = [trained(store, "GRU", 0.86, units=units) for units in range(1, 10)]
    assert len(facts("compare", *groups)) == 9 * 8 / 2
