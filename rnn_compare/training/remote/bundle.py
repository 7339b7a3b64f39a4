"""Files for a cluster's workers (this package, prepared reviews), and the packages that they need."""

import functools
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rnn_compare.reviews import prepared
from rnn_compare.training.remote import bootstrap

NEEDED = ("keras", "tensorflow", "numba", "numpy", "scipy", "pydantic", "filelock", "psutil")
"""Distributions that a worker needs."""
ALIKE = ("keras", "tensorflow")
"""Those that must be of the same release, so that a run can continue on another worker."""
_NOT_FOR_WORKERS = ("dashboard", "server")
_NOT_FOR_TRAINING = ("texts.npy", "text_offsets.npy", "test_texts.npy", "test_text_offsets.npy")


@dataclass(frozen=True)
class Bundle:
    """Files by name, and a hash of their content."""

    digest: str
    files: dict[str, bytes]


@functools.cache
def package() -> tuple[str, bytes]:
    """Returns a hash of this package's modules, and a zip file of them."""
    root = Path(__file__).parents[2]
    sources = {
        path.relative_to(root.parent).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.py"))
        if path.relative_to(root).parts[0] not in _NOT_FOR_WORKERS
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sources.items():
            file.writestr(name, content)
    return _digest(sources), packed.getvalue()


@functools.lru_cache(maxsize=2)
def reviews(source: str) -> Bundle:
    """Returns the files of a source's prepared reviews that training reads; prepares them if necessary.

    Raises ``UserError`` if the source cannot be used.
    """
    folder = prepared.prepare(source)
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in _NOT_FOR_TRAINING}
    return Bundle(_digest(files), files)


def missing_packages(versions: dict[str, str | None]) -> str | None:
    """Returns a sentence about missing and mismatching packages of a worker, or None.

    Args:
        versions: The worker's versions of ``NEEDED``; None for packages that are not installed.

    Example:
        >>> missing_packages(dict.fromkeys(NEEDED))[:42]
        'It lacks keras, tensorflow, numba, numpy, '
    """
    here = {name: str(bootstrap.version(name)) for name in NEEDED}
    missing = [name for name in NEEDED if not versions.get(name)]
    other = [name for name in ALIKE if name not in missing and _release(str(versions[name])) != _release(here[name])]
    sentences = [f"It lacks {', '.join(missing)}."] if missing else []
    sentences += [f"It has {name} {versions[name]}; {here[name]} is needed." for name in other]
    if not sentences:
        return None
    mend = " ".join(f"{name}=={here[name]}" for name in (*missing, *other))
    return f"{' '.join(sentences)} Run there: pip install {mend}"


def _release(version: str) -> list[str]:
    return version.split(".")[:2]


def _digest(files: dict[str, bytes]) -> str:
    content = hashlib.sha256()
    for name, data in files.items():
        content.update(f"{name} {len(data)}\n".encode() + data)
    return content.hexdigest()[:16]
