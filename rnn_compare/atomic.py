"""Atomic writes of files and folders: to a temporary name beside the target, then renamed."""

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

UNFINISHED = ".unfinished"
"""Prefix of the names of unfinished files and folders, which a killed process leaves behind."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path; once the block succeeds, the file there replaces the one at ``path``.

    Makes missing folders. Raises ``OSError`` if the file cannot be written; an earlier one stays as it was.
    """
    with _beside(path) as partial:
        yield partial
        partial.replace(path)


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yields an empty temporary folder, which is renamed to ``path`` once the block succeeds.

    Makes missing parents. If another process has written the folder meanwhile, that one stays: equal names have equal
    contents. Raises ``OSError`` if it cannot be written.
    """
    with _beside(path) as partial:
        partial.mkdir()
        yield partial
        try:
            partial.rename(path)
        except OSError:
            if not path.is_dir():
                raise


def identity(path: Path) -> tuple[int, int] | None:
    """Returns a key of the file at a path that changes if another file replaces it; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def sha256(path: Path) -> str:
    """Returns the hash of a file's content in hex, cached while the file does not change. Raises ``OSError``."""
    status = path.stat()
    return _sha256_of_version(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256_of_version(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  # the cache's key
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yields an unused path in the same folder, with the same suffix, and removes what remains there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{UNFINISHED}-{secrets.token_hex(8)}-{path.name}")
    try:
        yield partial
    finally:
        with contextlib.suppress(OSError):  # an earlier error matters more
            if partial.is_dir():
                shutil.rmtree(partial)
            else:
                partial.unlink(missing_ok=True)
