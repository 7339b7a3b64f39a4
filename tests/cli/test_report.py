import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from rnn_compare.cli.main import BAD_INPUT, main
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from tests.kit.runs import finished_run


@pytest.fixture
def cache(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def runs(cache: Path) -> Iterator[list[str]]:
    store = RunStore(cache / "runs.db")
    yield [finished_run(store, 0.7, 0.7, cell=cell, epochs=2, reviews=100) for cell in ("SimpleRNN", "LSTM")]
    store.close()


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_report_is_written_in_every_form_and_each_file_is_listed(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"html": "r.html", "notebook": "r.ipynb", "parquet": "r.parquet", "csv": "r.csv"}
    targets = [part for kind, name in files.items() for part in (f"--{kind}", str(tmp_path / name))]
    assert main(["report", ",".join(runs), *targets, "--json"]) == 0
    written = printed(capsys)
    assert {line["kind"] for line in written} == {"written"}
    assert {line["what"] for line in written} == set(files)
    assert all(Path(line["path"]).is_file() for line in written)
    assert len(written) == 1 + 1 + 2 + 2
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
        (["--html", "{folder}/r.x", "--notebook", "{folder}/r.x"], "Two of the files have the same name"),
        (["--parquet", "{folder}/r.parquet", "--html", "{folder}"], "is a folder"),
        (
            ["--parquet", "{folder}/r.parquet", "--csv", "{folder}/r.curves.parquet"],
            "Two of the files have the same name",
        ),
        (["--parquet", "{folder}/r.parquet", "--csv", "{folder}/taken.csv"], "taken.curves.csv is a folder"),
    ],
)
def test_a_place_that_cannot_be_written_to_gets_a_sentence(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    file = tmp_path / "a_file"
    file.touch()
    (tmp_path / "taken.curves.csv").mkdir()
    targets = [argument.format(folder=tmp_path, file=file) for argument in arguments]
    assert main(["report", *runs, *targets]) == BAD_INPUT
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not (tmp_path / "r.parquet").exists()


def test_a_report_imports_no_keras(runs: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; from rnn_compare.cli.main import main; main(sys.argv[1:]);"
        "print(sorted({'keras', 'tensorflow'} & sys.modules.keys()), file=sys.stderr)"
    )
    forms = ["--html", str(tmp_path / "r.html"), "--notebook", str(tmp_path / "r.ipynb")]
    command = [sys.executable, "-c", script, "report", *runs, *forms]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stderr.splitlines()[-1] == "[]"
