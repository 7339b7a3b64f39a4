"""Keras' own files are fetched from a server of the test's own: whole, checked, or not at all."""

import dataclasses
import hashlib
import http.server
import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from keras.src.datasets import imdb

from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.sources import keras_imdb
from rnn_compare.sources.keras_imdb import FILES, fetch

Serve = Callable[[dict[str, bytes]], str]
BROKEN_OFF = b"broken off"
"""The end of a content that is announced and does not come."""


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
    with pytest.raises(UserError, match=rf"{address}{name} (is not the expected one|cannot be downloaded)"):
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
