"""Reviews prepared once and kept in the cache as flat arrays that every process maps into memory.

A prepared source is a folder ``<cache>/reviews/<source>-v<format>-<fingerprint>/``. It is written beside
its place and renamed, so it is there whole or not at all; a lock lets one process prepare while others wait.
"""

import json
import shutil
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from rnn_compare.atomic import UNFINISHED, whole_folder
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.reviews.encoding import pad
from rnn_compare.reviews.preparing import Facts, write
from rnn_compare.reviews.vocabulary import Vocabulary
from rnn_compare.sources.registry import source
from rnn_compare.sources.source import Labelled

FORMAT = 1
"""To be raised whenever the arrays, their order or the rules that make them change."""

Part = Literal["train", "test"]

_elsewhere: dict[str, Path] = {}


@dataclass(frozen=True)
class Split:
    """Arrays to train and to validate with: ids of shape (reviews, maxlen), labels of shape (reviews,)."""

    x_train: NDArray[np.int32]
    y_train: NDArray[np.int64]
    x_val: NDArray[np.int32]
    y_val: NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """Texts in UTF-8 one after the other, and where each begins and the last one ends."""

    content: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __getitem__(self, index: int) -> str:
        return self.content[self.offsets[index] : self.offsets[index + 1]].tobytes().decode()


@dataclass(frozen=True)
class Reviews:
    """One prepared source; its arrays are read-only maps of files, shared by all processes.

    Attributes:
        folder: Where they are.
        facts: What is told about them.
        training: The training reviews, in the order in which experiments use them.
        testing: The test reviews; None if there are none.
        texts: The training reviews as they were written; None where the source has only their words.
        test_texts: The test reviews as they were written.
    """

    folder: Path
    facts: Facts
    training: Labelled
    testing: Labelled | None
    texts: Texts | None
    test_texts: Texts | None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The source's words, read when first asked for."""
        return Vocabulary(json.loads((self.folder / "words.json").read_bytes()))

    def padded(self, experiment: Experiment) -> Split:
        """Encodes the first ``experiment.reviews`` training reviews; the last ones of them validate.

        Raises:
            UserError: If the source holds fewer reviews than that.
        """
        ranks, offsets, labels = self.training
        count = experiment.reviews
        if count > len(labels):
            raise UserError(
                f"{count:,} reviews were asked for, but this source holds {len(labels):,}. "
                f"Set the number of reviews to {len(labels):,} or less."
            )
        x = pad(ranks, offsets[: count + 1], experiment.vocabulary_size, experiment.maxlen)
        y = np.array(labels[:count])
        cut = experiment.training_reviews
        return Split(x[:cut], y[:cut], x[cut:], y[cut:])

    def test(self, experiment: Experiment) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        """Encodes all test reviews: ids (reviews, maxlen) and labels (reviews,); None if there are none."""
        if self.testing is None:
            return None
        ranks, offsets, labels = self.testing
        return pad(ranks, offsets, experiment.vocabulary_size, experiment.maxlen), np.array(labels)

    def text(self, index: int, part: Part = "train") -> str:
        """Returns a review as it was written, or its words where the source has only those."""
        if texts := self.texts if part == "train" else self.test_texts:
            return texts[index]
        ranks, offsets, _ = self._labelled(part)
        words = self.vocabulary.words
        return " ".join(words[rank - 1] for rank in ranks[offsets[index] : offsets[index + 1]])

    def label(self, index: int, part: Part = "train") -> int:
        """Returns 1 if a review is positive, 0 if it is negative."""
        return int(self._labelled(part).labels[index])

    def _labelled(self, part: Part) -> Labelled:
        if part == "train":
            return self.training
        if self.testing is None:
            raise IndexError("this source has no test reviews")
        return self.testing


def use(source_name: str, folder: Path) -> None:
    """Has this process read a source from a folder that was prepared elsewhere."""
    _elsewhere[source_name] = folder


def is_prepared(source_name: str) -> bool:
    """Tells whether ``load`` will be instant.

    Raises:
        UserError: If the source is missing or untrusted.
    """
    return _folder(source_name).is_dir()


def load(source_name: str) -> Reviews:
    """Returns a source's reviews, prepared first if need be, which takes seconds.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    return _open(prepare(source_name))


def prepare(source_name: str) -> Path:
    """Prepares a source unless that is done, and returns its folder.

    Several processes may call this at once: one prepares, the others wait for it.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    folder = _folder(source_name)
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(exist_ok=True)
        with FileLock(folder.parent / f"{source_name}.lock"):
            if folder.is_dir():  # another process was first
                return folder
            for leftover in folder.parent.glob(f"{UNFINISHED}-*-{source_name}-*"):  # of processes that crashed
                shutil.rmtree(leftover)
            held = source(source_name).read()
            with whole_folder(folder) as partial:
                write(partial, held)
    except OSError as error:
        raise UserError(
            f"The reviews cannot be prepared in {folder.parent} ({error.strerror or error}); it takes about "
            f"100 MB. Free some space or make it writable, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def _folder(source_name: str) -> Path:
    if source_name in _elsewhere:
        return _elsewhere[source_name]
    return cache_folder() / "reviews" / f"{source_name}-v{FORMAT}-{source(source_name).fingerprint()}"


@lru_cache(maxsize=4)
def _open(folder: Path) -> Reviews:
    def mapped(name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r")
        return array

    def labelled(part: Part) -> Labelled:
        return Labelled(*(mapped(f"{part}_{name}") for name in Labelled._fields))

    def texts(prefix: str) -> Texts | None:
        there = (folder / f"{prefix}texts.npy").exists()
        return Texts(mapped(f"{prefix}texts"), mapped(f"{prefix}text_offsets")) if there else None

    try:
        facts = Facts(**json.loads((folder / "facts.json").read_bytes()))
        testing = labelled("test") if facts.test_sequences else None
        return Reviews(folder, facts, labelled("train"), testing, texts(""), texts("test_"))
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise UserError(
            f"The prepared reviews in {folder} are damaged ({error}). "
            "Delete that folder; the reviews are then prepared anew."
        ) from error
