"""Atomic writes of files and folders: to a temporary name beside the target, then renamed."""

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

UNFINISHED = ".unfinished"
"""Prefix of the names of unfinished files and folders; a process that is killed leaves them behind."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields where to write a file, which replaces the one at a path once the block ends well. Makes missing folders.

    Raises ``OSError`` if it cannot be written; what was there before is there still.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(Path(folder) / "words.txt") as partial:
        ...         _ = partial.write_text("the and")
        ...     (Path(folder) / "words.txt").read_text()
        'the and'
    """
    with _beside(path) as partial:
        yield partial
        partial.replace(path)


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yields an empty folder to fill, which is at a path once the block ends well. Makes missing folders above it.

    If another process has put one there meanwhile, that one stays: a folder's name tells its content. Raises
    ``OSError`` if it cannot be written.
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
    """Returns a key of the file at a path, which another in its place does not share; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def sha256(path: Path) -> str:
    """Returns the hash of a file's content, in hex; asked again it answers at once. Raises ``OSError``."""
    facts = path.stat()
    return _sha256_of_version(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256_of_version(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  # they are the key
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yields an unused name in the same folder, with the same suffix; whatever is left there is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{UNFINISHED}-{secrets.token_hex(8)}-{path.name}")
    try:
        yield partial
    finally:
        with contextlib.suppress(OSError):  # what went wrong before is what counts
            if partial.is_dir():
                shutil.rmtree(partial)
            else:
                partial.unlink(missing_ok=True)
