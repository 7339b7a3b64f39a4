"""Download of files on request: whole and the very ones, or not at all."""

import hashlib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError

SILENCE_SECONDS = 30.0
"""How long a server may say nothing."""
AT_ONCE = 2**16


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch: its name, how many bytes it has, and what it hashes to by which algorithm."""

    name: str
    size: int
    algorithm: str
    digest: str


def download(remote: RemoteFile, address: str, folder: Path) -> Iterator[int]:
    """Fetches one file into a folder, and yields how many of its bytes have come.

    Args:
        remote: The file.
        address: The folder that it is in elsewhere, such as ``https://…/``.
        folder: Where it is to be.

    Raises:
        UserError: If there is no network, something else came than this file, or it cannot be written.
    """
    origin = f"{address.rstrip('/')}/{remote.name}"
    try:
        with (
            urllib.request.urlopen(origin, timeout=SILENCE_SECONDS) as answer,
            whole_file(folder / remote.name) as partial,
        ):
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
            f"{origin} cannot be fetched into {folder} ({reason}). It takes a network and {remote.size / 1e6:.0f} MB. "
            f"Without a network, bring {remote.name} from a machine that has it, and put it there."
        ) from error


def _check(remote: RemoteFile, digest: str, origin: str) -> None:
    if digest != remote.digest:
        raise UserError(
            f"What came from {origin} is not the file that was to come ({remote.algorithm} {digest[:12]}…, "
            f"expected {remote.digest[:12]}…), so it was thrown away. Try again, or bring the file from elsewhere."
        )
