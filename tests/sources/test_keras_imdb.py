"""Keras' own files: where they are read from, and what is refused."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.sources import keras_imdb
from rnn_compare.sources.source import RankedReviews

Write = Callable[..., Path]


class TouchesAFile:
    """Unpickling this runs code: it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def trust(monkeypatch: pytest.MonkeyPatch, npz: Path) -> None:
    monkeypatch.setattr(keras_imdb, "SHA256", hashlib.sha256(npz.read_bytes()).hexdigest())


@pytest.fixture
def named(keras_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a file that its owner has named."""
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(keras_folder))
    return keras_folder


def read() -> RankedReviews:
    return keras_imdb.read(keras_imdb.find())


def test_without_the_file_the_sentence_says_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        keras_imdb.find()
    places = [tmp_path / "cache" / "imdb.npz", tmp_path / "keras_home" / "datasets" / "imdb.npz"]
    assert all(word in str(error.value) for word in (*map(str, places), "imdb_word_index.json", "RNN_COMPARE_IMDB"))
    assert "RNN_COMPARE_IMDB" in str(keras_imdb.SOURCE.unavailable())


def test_keras_own_file_is_read_from_the_cache_or_from_keras_folder_and_another_where_its_owner_named_it(
    tmp_path: Path, write_keras_files: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_keras, in_cache = (tmp_path / place for place in ("keras_home/datasets", "cache"))
    for place in (in_keras, in_cache):
        trust(monkeypatch, write_keras_files(place) / "imdb.npz")
        assert keras_imdb.find().npz == place / "imdb.npz", "the cache comes first"
    held = read()
    assert held.test is not None
    assert held.words[:2] == ["word1", "word2"]
    assert (len(held.words), len(held.train.labels), len(held.test.labels)) == (300, 30, 12)
    named = write_keras_files(tmp_path / "named", x_train=[[1], [2, 3]], y_train=np.array([0, 1]))
    for variable in (named, named / "imdb.npz"):
        monkeypatch.setenv("RNN_COMPARE_IMDB", str(variable))
        assert len(read().train.labels) == 2
    assert keras_imdb.SOURCE.unavailable() is None
    (named / "imdb_word_index.json").unlink()
    with pytest.raises(UserError, match=r"has no imdb_word_index\.json beside it"):
        keras_imdb.find()
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="nowhere"):
        keras_imdb.find()


def test_no_file_runs_code_and_only_one_that_its_owner_named_may_be_another_than_keras_own(
    tmp_path: Path, write_keras_files: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "code_has_run"
    folder = write_keras_files(tmp_path / "cache", x_train=[TouchesAFile(proof)])
    exchanged = keras_imdb.KerasFile(folder / "imdb.npz", folder / "imdb_word_index.json", named_by_owner=False)
    for take in (keras_imdb.find, lambda: keras_imdb.read(exchanged)):
        with pytest.raises(UserError, match="is not Keras' own file"):
            take()
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(folder))
    with pytest.raises(UserError, match="it asks to run pathlib"):
        read()
    assert not proof.exists()
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(write_keras_files(tmp_path / "named")))
    read()
    monkeypatch.delenv("RNN_COMPARE_IMDB")
    with pytest.raises(UserError, match="is not Keras' own file"):
        keras_imdb.find()
    assert not proof.exists(), "to name one file allows no other"


def test_the_fingerprint_follows_either_file(named: Path) -> None:
    fingerprints = {keras_imdb.find().fingerprint}
    for name in ("imdb_word_index.json", "imdb.npz"):
        with (named / name).open("ab") as stream:
            stream.write(b" ")
        fingerprints.add(keras_imdb.find().fingerprint)
    assert len(fingerprints) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"x_test": None}, "an array is missing"),
        ({"x_train": [[1, 2], "good film"]}, "x_train holds something other"),
        ({"x_train": [[1, 2], 3]}, "x_train holds something other"),
        ({"x_train": [[1, 2], [0.5]]}, "x_train holds something other"),
        ({"x_train": []}, "x_train holds something other"),
        ({"x_train": [[1, 0]], "y_train": np.array([1])}, "which count from 1"),
        ({"x_train": [[1, 301]], "y_train": np.array([1])}, "has the rank 301, but .* only 300 words"),
        ({"y_test": np.arange(12)}, "y_test does not hold one label"),
        ({"y_test": np.array([0, 1])}, "y_test does not hold one label"),
        ({"words": ["the", "and"]}, "does not map words to ranks"),
        ({"words": {"the": "1"}}, "does not map words to ranks"),
        ({"words": {"the": 1, "and": 3}}, "its ranks are not 1, 2, 3"),
        ({"words": {}}, "its ranks are not 1, 2, 3"),
    ],
)
def test_files_with_other_content_are_refused_with_a_sentence(
    content: dict[str, object], sentence: str, named: Path, write_keras_files: Write
) -> None:
    write_keras_files(named, **content)
    with pytest.raises(UserError, match=sentence):
        read()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("imdb.npz", b"", r"it is damaged .*again"),
        ("imdb.npz", b"PK\x03\x04 broken off", r"it is damaged .*again"),
        ("imdb_word_index.json", b'{"the": 1, ', "it is not JSON"),
        ("imdb_word_index.json", b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(name: str, content: bytes, sentence: str, named: Path) -> None:
    (named / name).write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        read()
