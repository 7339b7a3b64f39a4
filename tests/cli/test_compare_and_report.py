"""The commands that read the record and train nothing: compare and report."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from tests.cli.conftest import COMMAND, Answer
from tests.kit.caches import PROJECT
from tests.kit.runs import finished_run, record


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


FILES = {"html": "r.html", "notebook": "r.ipynb", "parquet": "r.parquet", "csv": "r.csv"}
SAME_NAME = "Two of the files have the same name"


@pytest.fixture
def runs(store: RunStore) -> list[str]:
    return [finished_run(store, 0.7, 0.7, cell=cell, epochs=2, reviews=100) for cell in ("SimpleRNN", "LSTM")]


def test_a_report_is_written_in_every_form_without_keras_and_each_file_is_listed(
    runs: list[str], tmp_path: Path
) -> None:
    targets = [f"--{kind}={tmp_path / name}" for kind, name in FILES.items()]
    command = [sys.executable, "-c", COMMAND, "report", ",".join(runs), *targets, "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
    written = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["kind"] for line in written] == ["written"] * (1 + 1 + 2 + 2)
    assert {line["what"] for line in written} == set(FILES)
    assert all(Path(line["path"]).is_file() for line in written)
    nbformat.validate(nbformat.read(tmp_path / "r.ipynb", 4))
    assert len(pd.read_parquet(tmp_path / "r.curves.parquet")) == 4
    assert "LSTM(32)" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Nothing to write"),
        (["--html", "{folder}"], "is a folder"),
        (["--html", "{folder}/none/r.html"], "is in a folder that does not exist"),
        (["--html", "/dev/null"], "is not a regular file"),
        (["--html", "~nobody-at-all/r.html"], "home folder"),
        (["--html", "{folder}/r.x", "--notebook", "{folder}/r.x"], SAME_NAME),
        (["--parquet", "{folder}/r.parquet", "--csv", "{folder}/r.curves.parquet"], SAME_NAME),
        (["--parquet", "{folder}/r.parquet", "--csv", "{folder}/taken.csv"], "taken.curves.csv is a folder"),
    ],
)
def test_a_place_that_cannot_be_written_to_gets_a_sentence(
    runs: list[str], tmp_path: Path, refusal: Answer, arguments: list[str], message: str
) -> None:
    (tmp_path / "taken.curves.csv").mkdir()
    sentence = refusal("report", *runs, *(argument.format(folder=tmp_path) for argument in arguments))
    assert message in sentence
    assert sentence.count("\n") == 1
    assert not (tmp_path / "r.parquet").exists()
