"""The command that writes reports of recorded runs."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from rnn_compare.runs.store import RunStore
from tests.cli.conftest import COMMAND, Answer
from tests.kit.caches import PROJECT
from tests.kit.runs import finished_run

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
