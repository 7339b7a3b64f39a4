"""Reviews prepared once and kept in the cache as flat arrays that every process maps into memory; their batches.

A prepared source is a folder ``<cache>/reviews/<source>-v<format>-<fingerprint>/``. It is written under another name
and then renamed, so that it is complete or missing; a lock lets one process prepare while others wait.
"""

import json
import math
import shutil
from collections.abc import Iterator
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
from rnn_compare.paths import CACHE_VARIABLE, cache_place
from rnn_compare.reviews.encoding import pad
from rnn_compare.reviews.preparing import write
from rnn_compare.reviews.vocabulary import Vocabulary
from rnn_compare.sources.registry import source
from rnn_compare.sources.source import Labelled

FORMAT = 1
"""To be raised whenever the arrays, their order or the rules that make them change."""

SPLIT = 113
"""Random stream of the held-out reviews, apart from the other streams of a seed."""

Part = Literal["train", "test"]


@dataclass(frozen=True)
class Batches:
    """Reviews, and the order in which each epoch reads them. Its length is the number of batches in an epoch.

    Attributes:
        ids: Word ids (reviews, maxlen).
        labels: 0 or 1 (reviews,).
        orders: Places of the reviews, epoch by epoch (epochs, reviews).
        size: Reviews of a batch; the last one of an epoch may have fewer.

    Example:
        >>> batches = Batches(np.zeros((3, 5), np.int32), np.array([0, 1, 1]), np.array([[2, 0, 1]]), size=2)
        >>> len(batches), [labels.tolist() for _, labels in batches.epoch(0)]
        (2, [[1, 0], [1]])
    """

    ids: NDArray[np.int32]
    labels: NDArray[np.int64]
    orders: NDArray[np.int64]
    size: int

    def __len__(self) -> int:
        return math.ceil(len(self.orders[0]) / self.size)

    def epoch(self, epoch: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Yields ids (batch, maxlen) and labels (batch,) of one epoch, counted from 0, batch by batch."""
        for k in range(len(self)):
            rows = self.orders[epoch, k * self.size : (k + 1) * self.size]
            yield self.ids[rows], self.labels[rows]


@dataclass(frozen=True)
class Split:
    """Arrays to train and to validate with: ids of shape (reviews, maxlen), labels of shape (reviews,)."""

    x_train: NDArray[np.int32]
    y_train: NDArray[np.int64]
    x_val: NDArray[np.int32]
    y_val: NDArray[np.int64]

    def batches(self, experiment: Experiment) -> tuple[Batches, Batches]:
        """Returns the batches to train with, each epoch in its own ``order``, and those that validate each epoch."""
        orders = np.stack([order(experiment, epoch) for epoch in range(experiment.epochs)])
        in_place, size = np.arange(len(self.x_val))[np.newaxis], experiment.batch_size
        return Batches(self.x_train, self.y_train, orders, size), Batches(self.x_val, self.y_val, in_place, size)


def order(experiment: Experiment, epoch: int) -> NDArray[np.int64]:
    """Returns the order in which an epoch, from 0, reads the training reviews; it depends on seed and epoch alone."""
    return np.random.default_rng([experiment.seed, epoch]).permutation(experiment.training_reviews)


@dataclass(frozen=True)
class Places:
    """Places of an experiment's reviews in the source's order, each of shape (reviews,); the test's may be empty."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """Texts in UTF-8 one after the other, and the offsets at which each begins and the last one ends."""

    content: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __getitem__(self, index: int) -> str:
        return self.content[self.offsets[index] : self.offsets[index + 1]].tobytes().decode()


@dataclass(frozen=True)
class Reviews:
    """One prepared source; its arrays are read-only maps of files, shared by all processes.

    Attributes:
        training: The training reviews, in the order in which experiments use them.
        testing: The test reviews; None if there are none.
        texts: The texts of the training reviews; None if the source has only their words.
        test_texts: The texts of the test reviews.
    """

    folder: Path
    training: Labelled
    testing: Labelled | None
    texts: Texts | None
    test_texts: Texts | None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The source's words, read when first asked for."""
        return Vocabulary(json.loads((self.folder / "words.json").read_bytes()))

    @property
    def mean_length(self) -> float:
        """The mean number of words in a training review, without the start token."""
        return float(np.diff(self.training.offsets).mean())

    def share_cut(self, maxlen: int) -> float:
        """Returns the share of the training reviews of which a maxlen cuts off words, after the start token."""
        return float(np.mean(np.diff(self.training.offsets) > maxlen))

    def share_lost(self, maxlen: int) -> float:
        """Returns the share of all words of the training reviews that a maxlen cuts off, after the start token."""
        lengths = np.diff(self.training.offsets)
        return float(np.maximum(lengths - maxlen, 0).sum() / max(int(lengths.sum()), 1))

    def places(self, experiment: Experiment) -> Places:
        """Divides the first ``experiment.reviews`` training reviews into training, validation and test reviews.

        The last ones of all are for the test, the last ones of the rest for validation; where the seed decides the
        split too, the rest is shuffled before. Raises ``UserError`` if the source has fewer reviews.
        """
        count, available = experiment.reviews, len(self.training.labels)
        if count > available:
            raise UserError(
                f"{count:,} reviews requested, but this source has {available:,}. Use {available:,} or fewer."
            )
        rest = count - experiment.test_reviews
        order = np.random.default_rng([experiment.seed, SPLIT]).permutation(rest)
        places = order if experiment.vary_split else np.arange(rest)
        cut = experiment.training_reviews
        return Places(places[:cut], places[cut:], np.arange(rest, count))

    def padded(self, experiment: Experiment) -> Split:
        """Encodes the reviews that an experiment trains and validates with; raises as ``places`` does."""
        places = self.places(experiment)
        x, y = self._padded(experiment)
        if not experiment.vary_split:  # slices share the array's memory, and it is large
            cut, end = experiment.training_reviews, experiment.reviews - experiment.test_reviews
            return Split(x[:cut], y[:cut], x[cut:end], y[cut:end])
        return Split(x[places.training], y[places.training], x[places.validation], y[places.validation])

    def test(self, experiment: Experiment) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        """Encodes an experiment's test reviews: ids (reviews, maxlen) and labels (reviews,).

        Those that it sets aside, else the source's own; None if there are none.
        """
        if experiment.test_reviews:
            x, y = self._padded(experiment)
            return x[-experiment.test_reviews :], y[-experiment.test_reviews :]
        if self.testing is None:
            return None
        ranks, offsets, labels = self.testing
        return pad(ranks, offsets, experiment.vocabulary_size, experiment.maxlen), np.array(labels)

    def labels(self, experiment: Experiment, part: Literal["validation", "test"]) -> NDArray[np.int64] | None:
        """Returns the labels of the reviews that an experiment validates or tests with (reviews,); None without any."""
        if part == "test" and not experiment.test_reviews:
            return None if self.testing is None else np.array(self.testing.labels)
        return np.array(self.training.labels[getattr(self.places(experiment), part)])

    def _padded(self, experiment: Experiment) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        ranks, offsets, labels = self.training
        x = pad(ranks, offsets[: experiment.reviews + 1], experiment.vocabulary_size, experiment.maxlen)
        return x, np.array(labels[: experiment.reviews])

    def text(self, index: int, part: Part = "train") -> str:
        """Returns the text of a review, or its words if the source has no texts."""
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


def is_prepared(source_name: str) -> bool:
    """Tells whether a source is prepared; raises ``UserError`` if it is missing or untrusted."""
    return _folder(source_name).is_dir()


def load(source_name: str) -> Reviews:
    """Returns a source's reviews, prepared first if necessary, which takes seconds.

    Raises ``UserError`` if the source or the cache cannot be used.
    """
    return _open(prepare(source_name))


def prepare(source_name: str) -> Path:
    """Prepares a source unless it is prepared, and returns its folder.

    Of several processes one prepares, the others wait. Raises ``UserError`` if source or cache cannot be used.
    """
    folder = _folder(source_name)
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{source_name}.lock"):
            if folder.is_dir():  # another process was first
                return folder
            for leftover in folder.parent.glob(f"{UNFINISHED}-*-{source_name}-*"):  # of processes that crashed
                shutil.rmtree(leftover)
            content = source(source_name).read()
            with whole_folder(folder) as partial:
                write(partial, content)
    except OSError as error:
        raise UserError(
            f"The reviews cannot be prepared in {folder.parent} ({error.strerror or error}); they need about 100 MB. "
            f"Free some space, make it writable, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def _folder(source_name: str) -> Path:
    return cache_place() / "reviews" / f"{source_name}-v{FORMAT}-{source(source_name).fingerprint()}"


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
        testing = labelled("test") if (folder / "test_ranks.npy").exists() else None
        return Reviews(folder, labelled("train"), testing, texts(""), texts("test_"))
    except (OSError, EOFError, ValueError) as error:
        raise UserError(
            f"The prepared reviews in {folder} are damaged ({error}). Delete that folder to prepare them again."
        ) from error
