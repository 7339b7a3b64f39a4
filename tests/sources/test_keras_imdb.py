"""Keras' own files: where they are read from, what is refused, and how they are fetched."""

import dataclasses
import hashlib
import http.server
import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras.src.datasets import imdb

from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.sources import keras_imdb
from rnn_compare.sources.keras_imdb import FILES, fetch
from rnn_compare.sources.source import RankedReviews

Write = Callable[..., Path]
Serve = Callable[[dict[str, bytes]], str]
BROKEN_OFF = b"broken off"
"""The end of a content that is announced and does not come."""


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"x_test": None}, "an array is missing"),
        ({"x_train": [[1, 2], "good film"]}, "x_train holds something other"),
        ({"x_train": [[1, 2], [0.5]]}, "x_train holds something other"),
        ({"x_train": []}, "x_train holds something other"),
        ({"x_train": [[1, 0]], "y_train": np.array([1])}, "which count from 1"),
        ({"x_train": [[1, 301]], "y_train": np.array([1])}, "has the rank 301, but .* only 300 words"),
        ({"y_test": np.arange(12)}, "y_test does not hold one label"),
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


# ---- fetched from a server of the test's own: whole, checked, or not at all ----------------------


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def begin(files: dict[str, bytes]) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # its name in the standard library
                content = files.get(self.path.rpartition("/")[2])
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write((content or b"").removesuffix(BROKEN_OFF))

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/folder/"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def small(keras_folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Small files which stand for Keras' own, with their hashes."""
    held = {remote.name: (keras_folder / remote.name).read_bytes() for remote in FILES}
    known = tuple(
        dataclasses.replace(
            remote, size=len(held[remote.name]), digest=hashlib.new(remote.algorithm, held[remote.name]).hexdigest()
        )
        for remote in FILES
    )
    monkeypatch.setattr(keras_imdb, "FILES", known)
    monkeypatch.setattr(keras_imdb, "SHA256", known[-1].digest)
    return held


def left_behind() -> list[str]:
    return sorted(path.name for path in cache_folder().iterdir())


def test_both_files_are_fetched_checked_and_read(
    small: dict[str, bytes], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress: list[tuple[int, int]] = []
    file = fetch(serve(small), tell=lambda done, total: progress.append((done, total)))
    assert file == str(cache_folder() / "imdb.npz")
    whole = sum(map(len, small.values()))
    assert progress[-1] == (whole, whole)
    assert progress == sorted(progress)
    assert len(keras_imdb.SOURCE.read().train.labels) == 30  # type: ignore[union-attr]  # it has words, no texts
    assert left_behind() == ["imdb.npz", "imdb_word_index.json"]
    assert fetch("http://nobody.invalid/") == file, "what exists is not fetched again"
    monkeypatch.setenv("RNN_COMPARE_IMDB", "elsewhere")
    with pytest.raises(UserError, match=r"imdb\.npz was not found"):
        fetch("http://nobody.invalid/")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("imdb.npz", b""),
        ("imdb.npz", b"x" * 200_000),
        ("imdb_word_index.json", b"<html>Sign in to this network</html>"),
        ("imdb.npz", b"PK" * 50 + BROKEN_OFF),
    ],
)
def test_anything_else_than_keras_own_files_is_thrown_away(
    small: dict[str, bytes], serve: Serve, name: str, other: bytes
) -> None:
    address = serve(small | {name: other})
    with pytest.raises(UserError, match=rf"{name} (is not the expected one|cannot be downloaded)"):
        fetch(address)
    assert name not in left_behind()
    assert not [left for left in left_behind() if left.startswith(".")]


def test_a_missing_file_and_a_missing_server_are_reported_in_a_sentence(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    for address in (serve({}), closed, "http://nobody.invalid/", "no address at all"):
        with pytest.raises(UserError, match=r"cannot be downloaded to .* copy imdb_word_index\.json there"):
            fetch(address)
    assert left_behind() == []


def test_the_address_and_the_hashes_are_those_in_keras_source() -> None:
    source = inspect.getsource(imdb)
    assert keras_imdb.ADDRESS in source
    assert all(remote.digest in source for remote in FILES)
