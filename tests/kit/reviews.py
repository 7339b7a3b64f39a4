"""Small files in the format of Keras' own, and an environment in which nothing else is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def _nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras_home"))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)


@pytest.fixture
def write_keras_files() -> Callable[..., Path]:
    """Writes both files into a folder: 30 training and 12 test reviews over 300 words.

    Arrays given by name replace the usual ones (lists become object arrays, None leaves one out), and
    ``words`` the content of the word index.
    """
    random = np.random.default_rng(0)

    def reviews(count: int) -> list[list[int]]:
        return [random.integers(1, 301, random.integers(1, 40)).tolist() for _ in range(count)]

    usual: dict[str, Any] = {
        "x_train": reviews(30),
        "y_train": np.repeat([0, 1], 15),
        "x_test": reviews(12),
        "y_test": np.repeat([1, 0], 6),
    }
    index = {f"word{rank}": rank for rank in range(300, 0, -1)}

    def write(folder: Path, *, words: object = index, **arrays: object) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        content = {name: array for name, array in (usual | arrays).items() if array is not None}
        as_arrays = {name: _objects(array) if isinstance(array, list) else array for name, array in content.items()}
        np.savez_compressed(folder / "imdb.npz", allow_pickle=True, **as_arrays)
        (folder / "imdb_word_index.json").write_text(json.dumps(words), encoding="utf-8")
        return folder

    return write


def _objects(items: list[object]) -> NDArray[Any]:
    array = np.empty(len(items), object)
    for index, item in enumerate(items):
        array[index] = item
    return array


@pytest.fixture
def keras_folder(tmp_path: Path, write_keras_files: Callable[..., Path]) -> Path:
    return write_keras_files(tmp_path / "keras_files")
