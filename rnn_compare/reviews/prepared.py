"""Reviews prepared once and kept in the cache as flat arrays that every process maps into memory.

A prepared source is a folder ``<cache>/reviews/<source>-v<format>-<fingerprint>/``. It is written beside
its place and renamed, so it is there whole or not at all; a lock lets one process prepare while others wait.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, Source
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.reviews import sources
from rnn_compare.reviews.encoding import pad
from rnn_compare.reviews.keras_file import Labelled
from rnn_compare.reviews.vocabulary import Vocabulary

FORMAT = 1
"""To be raised whenever the arrays, their order or the rules that make them change."""

SHUFFLE_SEED = 113
"""Decides the order of the training reviews, the same for all experiments: sources sort them by label."""

Progress = Callable[[str], None]

_elsewhere: dict[Source, Path] = {}


@dataclass(frozen=True)
class Facts:
    """What is told about a source.

    Attributes:
        train_sequences: Number of training reviews.
        test_sequences: Number of test reviews, 0 where the source has none.
        words: Words in the vocabulary.
        mean_length: Mean number of words in a training review, without the start token.
        shuffle_seed: What decided the order of the training reviews.
    """

    train_sequences: int
    test_sequences: int
    words: int
    mean_length: float
    shuffle_seed: int


@dataclass(frozen=True)
class Split:
    """Arrays to train and to validate with: ids of shape (reviews, maxlen), labels of shape (reviews,)."""

    x_train: NDArray[np.int32]
    y_train: NDArray[np.int64]
    x_val: NDArray[np.int32]
    y_val: NDArray[np.int64]


@dataclass(frozen=True)
class Reviews:
    """One prepared source; its arrays are read-only maps of files, shared by all processes."""

    folder: Path
    facts: Facts
    training: Labelled
    testing: Labelled | None
    texts: tuple[NDArray[np.uint8], NDArray[np.int64]] | None

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

    def text(self, index: int) -> str:
        """Returns a training review as it was written, or its words where the source has only those."""
        if self.texts is not None:
            content, offsets = self.texts
            return content[offsets[index] : offsets[index + 1]].tobytes().decode()
        ranks, offsets, _ = self.training
        words = self.vocabulary.words
        return " ".join(words[rank - 1] for rank in ranks[offsets[index] : offsets[index + 1]])

    def label(self, index: int) -> int:
        """Returns 1 if a training review is positive, 0 if it is negative."""
        return int(self.training.labels[index])


def use(source: Source, folder: Path) -> None:
    """Has this process read a source from a folder that was prepared elsewhere."""
    _elsewhere[source] = folder


def is_prepared(source: Source) -> bool:
    """Tells whether ``load`` will be instant.

    Raises:
        UserError: If the source is missing or untrusted.
    """
    return _folder(source).is_dir()


def load(source: Source, progress: Progress | None = None) -> Reviews:
    """Returns a source's reviews, prepared first if need be.

    Args:
        source: Which reviews.
        progress: Told, in a few words, what preparing is at.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    return _open(prepare(source, progress))


def prepare(source: Source, progress: Progress | None = None) -> Path:
    """Prepares a source unless that is done, and returns its folder.

    Several processes may call this at once: one prepares, the others wait for it.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    folder = _folder(source)
    if folder.is_dir():
        return folder
    report = progress or (lambda _: None)
    try:
        folder.parent.mkdir(exist_ok=True)
        with FileLock(folder.parent / f"{source}.lock"):
            if folder.is_dir():  # another process was first
                return folder
            for leftover in folder.parent.glob(f"{source}-*.unfinished"):  # of processes that crashed
                shutil.rmtree(leftover)
            report("Reading the reviews")
            raw = sources.read(source)
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            try:
                _write(unfinished, raw, report)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"The reviews cannot be prepared in {folder.parent} ({error.strerror or error}); it takes about "
            f"100 MB. Free some space or make it writable, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def _folder(source: Source) -> Path:
    return _elsewhere.get(source) or cache_folder() / "reviews" / f"{source}-v{FORMAT}-{sources.fingerprint(source)}"


def _write(folder: Path, raw: sources.RawReviews, report: Progress) -> None:
    folder.mkdir()
    (folder / "words.json").write_text(json.dumps(raw.words), encoding="ascii")
    report("Writing them to the cache")
    # RandomState, since its stream is the same in every version of NumPy.
    order = np.random.RandomState(SHUFFLE_SEED).permutation(len(raw.train.labels))
    _write_labelled(folder, "train", _reordered(raw.train, order))
    if raw.test is not None:
        _write_labelled(folder, "test", raw.test)
    if raw.texts is not None:
        encoded = [raw.texts[index].encode() for index in order]
        _write_array(folder / "texts.npy", np.frombuffer(b"".join(encoded), np.uint8))
        _write_array(folder / "text_offsets.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))
    facts = Facts(
        train_sequences=len(raw.train.labels),
        test_sequences=0 if raw.test is None else len(raw.test.labels),
        words=len(raw.words),
        mean_length=float(np.diff(raw.train.offsets).mean()),
        shuffle_seed=SHUFFLE_SEED,
    )
    (folder / "facts.json").write_text(json.dumps(asdict(facts)), encoding="ascii")


def _reordered(reviews: Labelled, order: NDArray[np.int64]) -> Labelled:
    pieces = np.split(reviews.ranks, reviews.offsets[1:-1])
    lengths = np.diff(reviews.offsets)[order]
    return Labelled(
        np.concatenate([pieces[index] for index in order]),
        np.cumsum([0, *lengths], dtype=np.int64),
        reviews.labels[order],
    )


def _write_labelled(folder: Path, part: str, reviews: Labelled) -> None:
    for name, array in reviews._asdict().items():
        _write_array(folder / f"{part}_{name}.npy", array)


def _write_array(path: Path, array: NDArray[Any]) -> None:
    with path.open("wb") as stream:
        np.save(stream, array)
        stream.flush()
        os.fsync(stream.fileno())  # a rename must not reach the disk before the content


@lru_cache(maxsize=4)
def _open(folder: Path) -> Reviews:
    def mapped(name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r")
        return array

    def labelled(part: str) -> Labelled:
        return Labelled(*(mapped(f"{part}_{name}") for name in Labelled._fields))

    try:
        facts = Facts(**json.loads((folder / "facts.json").read_bytes()))
        with_texts = (folder / "texts.npy").exists()
        return Reviews(
            folder,
            facts,
            labelled("train"),
            labelled("test") if facts.test_sequences else None,
            (mapped("texts"), mapped("text_offsets")) if with_texts else None,
        )
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise UserError(
            f"The prepared reviews in {folder} are damaged ({error}). "
            "Delete that folder; the reviews are then prepared anew."
        ) from error
