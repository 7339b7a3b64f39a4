"""Encoding and layout of a CSV file of texts: its delimiter, and which columns hold the texts and their labels."""

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rnn_compare.errors import UserError

EXPECTED = "Expected: a CSV file with a header, a column of texts and a column of two labels, such as text,label."
"""The end of most sentences that refuse a file."""

_GUESSED = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949")
"""The encodings that spreadsheets use instead of UTF-8, the most usual first."""
_AS_GOOD = 0.07
"""By how much more of charset-normalizer's "chaos" a more usual encoding is still preferred, at equal coherence."""
_SAMPLE_BYTES, _SAMPLE_LINES = 100_000, 1_000


def decoded(content: bytes) -> tuple[str, str]:
    """Returns a file's text and Python's name of its encoding, which is guessed if it is not Unicode.

    Raises ``UserError`` if it is no text, or cannot be decoded by any likely encoding.
    """
    if content.startswith(b"PK\x03\x04"):
        raise UserError("The file is a workbook or an archive, not a CSV file. Save the sheet as CSV UTF-8.")
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf_16 else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text, encoding = _guessed(content, error)
    if "\0" in text:
        raise UserError(f"Row {text.count(chr(10), 0, text.index(chr(0))) + 1} has bytes that are not text. {EXPECTED}")
    if not text.strip():
        raise UserError(f"The file is empty. {EXPECTED}")
    return text, encoding


def _guessed(content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    lines = (line for line in content.splitlines(keepends=True) if not line.isascii())
    sample = b"".join(islice(lines, _SAMPLE_LINES))[:_SAMPLE_BYTES]
    for guess in _guesses(sample):
        try:
            return content.decode(guess), guess
        except UnicodeDecodeError:  # a row after the sample
            continue
    row = content.count(b"\n", 0, error.start) + 1
    raise UserError(f"Row {row} has an unknown encoding. Save the file as CSV UTF-8.") from None


def _guesses(sample: bytes) -> list[str]:
    """Returns the encodings in which a sample makes sense, the likeliest first."""
    from charset_normalizer import from_bytes  # few files need it

    candidates = [
        (match, min(_GUESSED.index(name) for name in match.could_be_from_charset if name in _GUESSED))
        for match in from_bytes(sample, cp_isolation=list(_GUESSED))
    ]
    limit = min((match.chaos for match, _ in candidates), default=0.0) + _AS_GOOD
    candidates.sort(key=lambda pair: (-round(pair[0].coherence, 2), pair[0].chaos > limit, pair[1]))
    return [_GUESSED[place] for _, place in candidates]


DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_SAMPLE_ROWS = 1_000
_NAMES_TEXT = ("text", "texts", "review", "sentence", "comment", "message", "tweet", "content", "body", "description")
_NAMES_LABEL = ("label", "labels", "sentiment", "class", "category", "target", "verdict", "polarity")


@dataclass(frozen=True)
class Layout:
    """The layout of a file: delimiter, names and places (from 0) of the columns of texts and labels, cells of a row."""

    delimiter: str
    columns: tuple[str, str]
    places: tuple[int, int]
    width: int


def layout(text: str) -> Layout:
    """Returns the layout of a file.

    The delimiter is the one that divides most of the first rows into as many cells as the header. Columns are
    recognized by their names, such as ``text`` and ``label``; otherwise the labels' column is the one with the fewest
    values, the texts' the one with the longest. Raises ``UserError`` if there are no two columns.

    Example:
        >>> layout("no\\tgood\\twhat was said\\n1\\ty\\tOh, well\\n2\\tn\\tNo!\\n3\\ty\\tAh, nice\\n").columns
        ('what was said', 'good')
    """
    samples = {delimiter: _sample(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda delimiter: _fit(samples[delimiter]))
    if not _fit(samples[delimiter])[0]:
        next(rows(text, ","))  # raises if row 1 is what cannot be read
        raise UserError(f"Row 1 has only one cell: no comma, semicolon or tab separates it. {EXPECTED}")
    header, *sample = samples[delimiter]
    header = [name.strip() for name in header]
    text_place, label_place = _columns(header, sample)
    return Layout(delimiter, (header[text_place], header[label_place]), (text_place, label_place), len(header))


def rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that hold anything, each with its number: the header, in row 1, first.

    Raises ``UserError`` at a row that cannot be read.
    """
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as error:
        raise UserError(
            f"Row {number + 1} has a cell of more than {csv.field_size_limit():,} characters, or an unclosed quotation "
            "mark."
            if "field limit" in str(error)
            else f"Row {number + 1} has an unclosed quotation mark, or one inside a quoted text that is not doubled "
            '("").'
        ) from None


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Returns the header and the first rows, up to one that cannot be read: ``rows`` raises its error later."""
    sample: list[list[str]] = []
    with contextlib.suppress(UserError):
        sample.extend(row for _, row in islice(rows(text, delimiter), _SAMPLE_ROWS))
    return sample


def _fit(sample: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Returns how many rows are as wide as the header, and minus that width, which decides between equal counts."""
    width = len(sample[0]) if sample else 0
    return (sum(len(row) == width for row in sample), -width) if width > 1 else (0, 0)


def _columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Returns the places of the texts' column and the labels' column, by their names, else by their cells."""
    cells = [[row[place].strip() for row in sample if len(row) > place] for place in range(len(header))]

    def place_of(names: Sequence[str]) -> int | None:
        return next((place for place, name in enumerate(header) if name.casefold() in names), None)

    def mean_length(place: int) -> float:
        return sum(map(len, cells[place])) / max(len(cells[place]), 1)

    def values(place: int) -> int:
        count = len({cell for cell in cells[place] if cell})
        return count if count > 1 else len(cells[place]) + 1  # a column with one value holds no labels

    places = range(len(header))
    label, text = place_of(_NAMES_LABEL), place_of(_NAMES_TEXT)
    if text is None:
        text = max((place for place in places if place != label), key=mean_length)
    if label is None:
        # Of columns with equally few values the later one: row numbers come first, labels last.
        label = min((place for place in places if place != text), key=lambda place: (values(place), -place))
    return text, label
