from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE, cache_folder, delete_files, model_file, run_folder, weights_file


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_threads_may_look_up_the_folder_at_the_same_moment(cache: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        folders = list(threads.map(lambda _: cache_folder(), range(2000)))
    assert set(folders) == {cache}
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("run", ["..", "", "/etc", "a/b", "lstm-1\0"])
def test_what_is_no_id_names_no_folder(run: str) -> None:
    with pytest.raises(UserError, match="is not a run ID"):
        run_folder(run)


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
