"""How a CSV file is laid out: what divides its cells, and which column holds the texts and which their labels."""

import contextlib
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rnn_compare.errors import UserError
from rnn_compare.sources.csv_encoding import EXPECTED

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_SAMPLE_ROWS = 1_000
_NAMES_TEXT = ("text", "texts", "review", "sentence", "comment", "message", "tweet", "content", "body", "description")
_NAMES_LABEL = ("label", "labels", "sentiment", "class", "category", "target", "verdict", "polarity")


@dataclass(frozen=True)
class Layout:
    """How a file is laid out.

    Attributes:
        delimiter: What stands between cells.
        columns: What the header calls the column of texts and that of labels.
        places: Where they are, counted from 0.
        width: Cells of the header.
    """

    delimiter: str
    columns: tuple[str, str]
    places: tuple[int, int]
    width: int


def layout(text: str) -> Layout:
    """Finds out how a file is laid out.

    The columns are known by their names, such as ``text`` and ``label``; where they have others, the labels' column is
    the one with the fewest values, the texts' the one with the longest.

    Args:
        text: The whole file.

    Raises:
        UserError: If it has no two columns.

    Example:
        >>> layout("no\\tgood\\twhat was said\\n1\\ty\\tOh, well\\n2\\tn\\tNo!\\n3\\ty\\tAh, nice\\n").columns
        ('what was said', 'good')
    """
    delimiter = _delimiter(text)
    header, sample = _beginning(text, delimiter)
    text_place, label_place = _columns(header, sample)
    return Layout(delimiter, (header[text_place], header[label_place]), (text_place, label_place), len(header))


def rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that hold anything, each with its number: the header, in row 1, first.

    Raises:
        UserError: At a row that cannot be read.

    Example:
        >>> list(rows("text;label\\n\\nOh;bad\\n", ";"))
        [(1, ['text', 'label']), (3, ['Oh', 'bad'])]
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            long = "field limit" in str(error)
            raise UserError(
                f"Row {number} holds a cell of more than {csv.field_size_limit():,} characters, or a quotation mark "
                "that is never closed. Shorten it, or close the mark."
                if long
                else f"Row {number} cannot be read: a quotation mark is not closed, or stands within a quoted text "
                'without being doubled (""). Mend that row.'
            ) from None
        if any(cell.strip() for cell in row):
            yield number, row


def _delimiter(text: str) -> str:
    """Returns what divides the first rows alike, most of them and into most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths: list[int] = []
        with contextlib.suppress(UserError):  # what is wrong with a row is said when it is read
            widths.extend(len(row) for _, row in islice(rows(text, delimiter), _SAMPLE_ROWS))
        width = widths[0] if widths else 0
        return (widths.count(width), -width) if width > 1 else (0, 0)

    best = max(DELIMITERS, key=fit)
    if fit(best)[0]:
        return best
    next(rows(text, ","))  # it may be row 1 that cannot be read
    raise UserError(f"Row 1 has one cell only: no comma, semicolon or tab divides it. {EXPECTED}")


def _beginning(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    found = rows(text, delimiter)
    header = [name.strip() for name in next(found)[1]]
    sample: list[list[str]] = []
    with contextlib.suppress(UserError):
        sample.extend(row for _, row in islice(found, _SAMPLE_ROWS))
    return header, sample


def _columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Returns which column holds the texts, and which the labels: by their names, else by what stands in them."""
    cells = [[row[place].strip() for row in sample if len(row) > place] for place in range(len(header))]

    def named(names: Sequence[str]) -> int | None:
        found = (place for place, name in enumerate(header) if name.casefold() in names)
        return next(found, None)

    def length(place: int) -> float:
        return sum(map(len, cells[place])) / max(len(cells[place]), 1)

    places = range(len(header))
    label, text = named(_NAMES_LABEL), named(_NAMES_TEXT)
    if text is None:
        text = max((place for place in places if place != label), key=length)
    if label is None:
        # Of columns that repeat as few values the later one: a number of the row comes first, a label last.
        label = min((place for place in places if place != text), key=lambda place: (_values(cells[place]), -place))
    return text, label


def _values(cells: Sequence[str]) -> int:
    found = len({cell for cell in cells if cell})
    return found if found > 1 else len(cells) + 1  # one that says the same everywhere is no label either
