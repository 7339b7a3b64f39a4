"""Keras' own IMDB files: where they are looked for, their download, and their checks.

``imdb.npz`` holds object arrays, which are pickled, and unpickling can run code. So only the file that Keras itself
would download (recognized by its SHA-256) is opened, or one that its owner has named.
"""

import hashlib
import io
import json
import os
import pickle
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import sha256, whole_file
from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder, cache_place
from rnn_compare.sources.source import Labelled, RankedReviews, ScriptPart, Source

IMDB_VARIABLE = "RNN_COMPARE_IMDB"
NPZ, WORD_INDEX = "imdb.npz", "imdb_word_index.json"
SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
"""Of the imdb.npz that ``keras.datasets.imdb.load_data`` downloads, as in Keras' source."""
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
"""The folder from which Keras downloads both files."""
_TIMEOUT = 30.0
"""Seconds without a byte from the server."""
_CHUNK = 2**16


@dataclass(frozen=True)
class RemoteFile:
    """A file to download: its name, its size in bytes, and its digest by a hash algorithm."""

    name: str
    size: int
    algorithm: str
    digest: str


FILES = (
    RemoteFile(WORD_INDEX, 1_641_221, "md5", "bfafd718b763782e994055a2d397834f"),
    RemoteFile(NPZ, 17_464_789, "sha256", SHA256),
)
"""The reviews come last: once they have arrived, both have."""


@dataclass(frozen=True)
class KerasFile:
    """The two files on this machine, and whether their owner named them in ``RNN_COMPARE_IMDB``."""

    npz: Path
    word_index: Path
    named_by_owner: bool

    @property
    def fingerprint(self) -> str:
        """Changes with either file's content."""
        return hashlib.sha256(f"{_sha256(self.npz)} {_sha256(self.word_index)}".encode()).hexdigest()


def find() -> KerasFile:
    """Finds Keras' files in ``RNN_COMPARE_IMDB``, the cache folder or Keras' own folder, and checks the hash.

    ``RNN_COMPARE_IMDB`` is a folder that holds both files, or the path of an npz with the word index beside it. Raises
    ``UserError`` if a file is missing, or isn't Keras' own and wasn't named by its owner.
    """
    location = os.environ.get(IMDB_VARIABLE)
    if location:
        path = Path(location).expanduser().resolve()
        places = [path / NPZ if path.is_dir() else path]
    else:
        keras_home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
        places = [cache_place() / NPZ, keras_home / "datasets" / NPZ]
    npz = next((place for place in places if place.is_file()), None)
    if npz is None:
        raise UserError(
            f"Keras' {NPZ} was not found ({' or '.join(map(str, places))}). Put it and {WORD_INDEX} there, or set "
            f"{IMDB_VARIABLE} to their folder."
        )
    file = KerasFile(npz, npz.with_name(WORD_INDEX), bool(location))
    if not file.word_index.is_file():
        raise UserError(f"{npz} has no {WORD_INDEX} beside it. Put Keras' file of that name there.")
    _refuse_untrusted(file, _sha256(npz))
    return file


def fetch(address: str = ADDRESS, *, tell: Callable[[int, int], None] | None = None) -> str:
    """Downloads both files into the cache folder, unless Keras' files are there already; returns the npz's path.

    Calls ``tell`` with the bytes received and the bytes of both. Raises ``UserError`` if there is no network, something
    other than Keras' files arrived, or they cannot be written.
    """
    try:
        return str(find().npz)
    except UserError:
        if os.environ.get(IMDB_VARIABLE):  # the only place that is looked at
            raise
    received, total = 0, sum(remote.size for remote in FILES)
    for remote in FILES:
        for count in _download(remote, f"{address.rstrip('/')}/{remote.name}", cache_folder(writable=True)):
            received += count
            if tell:
                tell(min(received, total), total)
    return str(find().npz)


def _download(remote: RemoteFile, url: str, folder: Path) -> Iterator[int]:
    """Downloads a file into a folder, and yields how many bytes each part has."""
    digest, received = hashlib.new(remote.algorithm, usedforsecurity=False), 0
    try:
        with (
            urllib.request.urlopen(url, timeout=_TIMEOUT) as answer,
            whole_file(folder / remote.name) as partial,
        ):
            with partial.open("wb") as stream:
                while received <= remote.size and (part := answer.read(_CHUNK)):  # hardly more than it should have
                    stream.write(part)
                    digest.update(part)
                    received += len(part)
                    yield len(part)
            if digest.hexdigest() != remote.digest:
                raise UserError(
                    f"The file from {url} is not the expected one ({remote.algorithm} {digest.hexdigest()[:12]}…, "
                    f"expected {remote.digest[:12]}…) and was discarded. Try again, or copy the file from another "
                    "machine."
                )
    except (OSError, HTTPException, ValueError) as error:  # a broken connection, a full disk, an invalid address
        reason = getattr(error, "reason", None) or error
        raise UserError(
            f"{url} cannot be downloaded to {folder} ({reason}). It needs a connection and {remote.size / 1e6:.0f} "
            f"MB. Offline, copy {remote.name} there from another machine."
        ) from error


def read(file: KerasFile) -> RankedReviews:
    """Reads words, training reviews and test reviews.

    Raises ``UserError`` if a file isn't trusted, is damaged, or has other content than Keras' files.
    """
    try:
        content = file.npz.read_bytes()
        word_index = file.word_index.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"Keras' IMDB files cannot be read ({error}). Download them again.") from error
    _refuse_untrusted(file, hashlib.sha256(content).hexdigest())  # of the very bytes that are unpickled
    words = _words(file.word_index, word_index)
    arrays = _arrays(file.npz, content)
    train, test = (
        _labelled(file.npz, part, arrays[f"x_{part}"], arrays[f"y_{part}"], len(words)) for part in ("train", "test")
    )
    return RankedReviews(words, train, test)


def _refuse_untrusted(file: KerasFile, digest: str) -> None:
    if digest != SHA256 and not file.named_by_owner:
        raise UserError(
            f"{file.npz} is not Keras' own file (sha256 {digest[:12]}…, expected {SHA256[:12]}…) and could run code, "
            f"so it is refused. Use Keras' own file; if you trust this one, allow it with {IMDB_VARIABLE}={file.npz}"
        )


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}). Make it readable or move it away.") from error


def _broken(path: Path, what: str) -> UserError:
    return UserError(f"{path} cannot be used: {what}. Download {NPZ} and {WORD_INDEX} again.")


def _words(path: Path, text: str) -> list[str]:
    try:
        ranks = json.loads(text)
    except ValueError as error:
        raise _broken(path, f"it is not JSON ({error})") from error
    if not isinstance(ranks, dict) or not all(type(rank) is int for rank in ranks.values()):
        raise _broken(path, "it does not map words to ranks")
    if not ranks or sorted(ranks.values()) != list(range(1, len(ranks) + 1)):
        raise _broken(path, "its ranks are not 1, 2, 3 and so on, each once")
    return sorted(ranks, key=ranks.__getitem__)


class _ArrayUnpickler(pickle.Unpickler):
    """Builds arrays of lists of numbers and nothing else, whatever the pickle asks for."""

    _ALLOWED = frozenset(
        {("numpy", "ndarray"), ("numpy", "dtype")}
        | {(f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")}
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it asks to run {module}.{name}")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def _arrays(path: Path, content: bytes) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _array(archive.read(f"{name}.npy")) for name in ("x_train", "y_train", "x_test", "y_test")}
    except KeyError as error:
        raise _broken(path, f"an array is missing ({error.args[0]})") from error
    except Exception as error:  # a damaged pickle or archive may raise anything
        raise _broken(path, f"it is damaged ({error})") from error


def _array(content: bytes) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    _, _, dtype = header(stream)
    if dtype.hasobject:
        return np.asarray(_ArrayUnpickler(stream).load())
    stream.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _labelled(path: Path, part: str, reviews: NDArray[Any], labels: NDArray[Any], words: int) -> Labelled:
    try:
        lengths = [len(review) for review in reviews]
        ranks = np.array(list(chain.from_iterable(reviews)))
    except (TypeError, ValueError) as error:
        raise _broken(path, f"x_{part} holds something other than lists of word ranks") from error
    if ranks.ndim != 1 or ranks.dtype.kind not in "iu" or ranks.min() < 1:
        raise _broken(path, f"x_{part} holds something other than lists of word ranks, which count from 1")
    if ranks.max() > words:
        raise _broken(path, f"x_{part} has the rank {ranks.max()}, but {WORD_INDEX} names only {words} words")
    if labels.shape != (len(lengths),) or not np.isin(labels, (0, 1)).all():
        raise _broken(path, f"y_{part} does not hold one label, 0 or 1, for each review")
    offsets = np.cumsum([0, *lengths], dtype=np.int64)
    return Labelled(ranks.astype(np.int32), offsets, labels.astype(np.int64))


SOURCE = Source(
    name="keras",
    title="IMDB, Keras' file",
    corpus="IMDB",
    size=25_000,
    test_size=25_000,
    fingerprint=lambda: find().fingerprint[:16],
    read=lambda: read(find()),
    fetch=fetch,
    licence="Large Movie Review Dataset (Maas et al. 2011), in the form in which Keras distributes it.",
    script=ScriptPart("\n(x, y), _ = keras.datasets.imdb.load_data(num_words=vocabulary_size)\n"),
)
