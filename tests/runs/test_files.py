from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE, delete_files, model_file, weights_file


def test_all_files_of_a_run_go_and_those_of_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    for run in ("one", "other"):
        for path in (weights_file(run, "last"), weights_file(run, "best"), model_file(run, "best")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    delete_files("one")
    delete_files("one")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["other"]
    assert len(list((tmp_path / "runs" / "other").iterdir())) == 3
