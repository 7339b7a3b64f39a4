"""Keras' own IMDB files, fetched from where Keras itself fetches them: only when somebody asks for it."""

import hashlib
import os
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.sources import keras_imdb

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
"""It stands in Keras' source, as the hashes do."""
SILENCE_SECONDS = 30.0
"""How long a server may say nothing."""
AT_ONCE = 2**16


@dataclass(frozen=True)
class Remote:
    """A file to fetch: its name, how many bytes it has, and what it hashes to by which algorithm."""

    name: str
    size: int
    algorithm: str
    digest: str


FILES = (
    Remote(keras_imdb.WORD_INDEX, 1_641_221, "md5", "bfafd718b763782e994055a2d397834f"),
    Remote(keras_imdb.NPZ, 17_464_789, "sha256", keras_imdb.SHA256),
)
"""The reviews come last: once they are there, both are."""


def fetch(address: str = ADDRESS, *, tell: Callable[[int, int], None] | None = None) -> str:
    """Fetches both files into the cache folder, unless Keras' files are there already.

    Args:
        address: The folder that they are fetched from.
        tell: Told how many of all bytes have come.

    Returns:
        The path of the reviews' file.

    Raises:
        UserError: If there is no network, something else came than Keras' files, or they cannot be written.
    """
    try:
        return str(keras_imdb.find().npz)
    except UserError:
        if os.environ.get(keras_imdb.IMDB_VARIABLE):  # nothing else is looked at
            raise
    done, total = 0, sum(remote.size for remote in FILES)
    for remote in FILES:
        for come in _fetch(remote, address):
            if tell:
                tell(done + come, total)
        done += remote.size
    return str(keras_imdb.find().npz)


def _fetch(remote: Remote, address: str) -> Iterator[int]:
    """Fetches one file and yields how many of its bytes have come."""
    path, origin = cache_folder() / remote.name, f"{address.rstrip('/')}/{remote.name}"
    try:
        with urllib.request.urlopen(origin, timeout=SILENCE_SECONDS) as answer, whole_file(path) as partial:
            content, come = hashlib.new(remote.algorithm, usedforsecurity=False), 0
            with partial.open("wb") as stream:
                while come <= remote.size and (part := answer.read(AT_ONCE)):  # little more than it should have
                    stream.write(part)
                    content.update(part)
                    come += len(part)
                    yield min(come, remote.size)
            _check(remote, content.hexdigest(), origin)
    except (OSError, HTTPException, ValueError) as error:  # a line that breaks, a full disk, an address that is none
        reason = getattr(error, "reason", None) or error
        raise UserError(
            f"{origin} cannot be fetched into {path.parent} ({reason}). It takes a network and 20 MB. Without a "
            f"network, bring {keras_imdb.NPZ} and {keras_imdb.WORD_INDEX} from a machine that has them, and put both "
            "there."
        ) from error


def _check(remote: Remote, digest: str, origin: str) -> None:
    if digest != remote.digest:
        raise UserError(
            f"What came from {origin} is not the file that Keras distributes ({remote.algorithm} {digest[:12]}…, "
            f"expected {remote.digest[:12]}…), so it was thrown away. Try again, or bring the file from elsewhere."
        )
