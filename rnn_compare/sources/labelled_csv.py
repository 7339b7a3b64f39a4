"""A CSV file of texts with two labels, as a spreadsheet or a database writes it: read whole, or refused in a sentence.

All that it holds is data: no formula is computed, no markup drawn. Rows count as in a spreadsheet: the header is row 1.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from rnn_compare.errors import UserError
from rnn_compare.formatting import excerpt, visible
from rnn_compare.sources.csv_layout import DELIMITERS, EXPECTED, Layout, decoded, layout, rows

MIN_TEXTS, MAX_ROWS = 10, 200_000
LONGEST_TEXT, LONGEST_LABEL = 100_000, 40
"""Characters."""
SEPARATORS = frozenset(' !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n')
"""Characters between words, as ``reviews.vocabulary`` splits them: a text of nothing else holds no word."""

_PROGRESS_ROWS, _LISTED_ROWS = 2_000, 5


@dataclass(frozen=True)
class Rows:
    """Rows of one kind: how many, and the numbers of the first few."""

    count: int
    first: list[int]

    @classmethod
    def numbered(cls, numbers: Iterable[int]) -> Self:
        """Returns the rows that have these numbers."""
        numbers = list(numbers)
        return cls(len(numbers), numbers[:_LISTED_ROWS])


class Description(BaseModel):
    """A file's layout, labels, and the rows that need a second look.

    Attributes:
        encoding: Python's name of it.
        labels: The names of the labels 0 and 1: in numerical order if both are numbers, else in alphabetical order.
        counts: Texts with each label.
        left_out: Rows without a word or without a label.
        repeated: Rows whose text stands in an earlier row too.
        contradicting: Those of them whose label is not that of the earlier row.
        formulas: Rows whose text begins like a spreadsheet's formula; it is read as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str
    layout: Layout
    labels: tuple[str, str]
    counts: tuple[int, int]
    left_out: Rows
    repeated: Rows
    contradicting: Rows
    formulas: Rows


class LabelledTexts(NamedTuple):
    """The content of a file: its texts, their labels (0 or 1), and its description."""

    texts: list[str]
    labels: list[int]
    description: Description


class _Row(NamedTuple):
    number: int
    text: str
    label: str

    @property
    def bare(self) -> str:
        return self.text.strip()

    @property
    def is_used(self) -> bool:
        return bool(self.label) and has_word(self.text)


def parse(content: bytes, tell: Callable[[int, int], None] | None = None) -> LabelledTexts:
    """Reads a file's content, and calls ``tell(done, total)`` meanwhile.

    Raises ``UserError``, which names the row, unless it holds texts with two labels, neither too few nor too many.

    Example:
        >>> texts, labels, description = parse(b"text,label\\n" + b"A fine day,good\\nRain again,bad\\n" * 5)
        >>> len(texts), labels[:2], description.labels, description.repeated.count
        (10, [1, 0], ('bad', 'good'), 8)
    """
    text, encoding = decoded(content)
    file_layout = layout(text)
    header, *every = _read(text, file_layout, tell)
    used = [row for row in every if row.is_used]
    names = _two_labels(used, file_layout.columns[1], header.label)
    if len(used) < MIN_TEXTS:
        raise UserError(
            f"The file has {len(used)} texts with a label, in {every[-1].number:,} rows; at least {MIN_TEXTS} are "
            "needed, better hundreds."
        )
    labels = [names.index(row.label) for row in used]
    earliest = {row.bare: row for row in reversed(used)}
    description = Description(
        encoding=encoding,
        layout=file_layout,
        labels=names,
        counts=(labels.count(0), labels.count(1)),
        left_out=Rows.numbered(row.number for row in every if not row.is_used),
        repeated=Rows.numbered(row.number for row in used if earliest[row.bare] is not row),
        contradicting=Rows.numbered(row.number for row in used if earliest[row.bare].label != row.label),
        formulas=Rows.numbered(row.number for row in used if row.bare.startswith("=")),
    )
    return LabelledTexts([row.text for row in used], labels, description)


def has_word(text: str) -> bool:
    """Tells whether there is anything in a text but spaces and punctuation."""
    return bool(set(text.strip()) - SEPARATORS)


def ordered(labels: Iterable[str]) -> list[str]:
    """Returns labels in the order of their numbers if all are numbers, else of the alphabet.

    Example:
        >>> ordered(["10", "9"]), ordered(["spam", "Ham"])
        (['9', '10'], ['Ham', 'spam'])
    """
    labels = list(labels)
    if all(map(_is_number, labels)):
        return sorted(labels, key=lambda label: (float(label), label))
    return sorted(labels, key=lambda label: (label.casefold(), label))


def _read(text: str, file_layout: Layout, tell: Callable[[int, int], None] | None) -> Iterator[_Row]:
    """Yields the header and the rows below, with the two columns that count."""
    text_place, label_place = file_layout.places
    done = 0
    for number, cells in rows(text, file_layout.delimiter):
        if number > MAX_ROWS + 1:
            raise UserError(f"Row {number:,}: the limit is {MAX_ROWS:,} rows and the header.")
        if len(cells) <= max(file_layout.places) or any(cell.strip() for cell in cells[file_layout.width :]):
            raise UserError(
                f"Row {number} has {len(cells)} cells, the header {file_layout.width}. Put texts that contain a "
                f"{DELIMITERS[file_layout.delimiter]} in quotation marks."
            )
        if len(cells[text_place]) > LONGEST_TEXT:
            raise UserError(
                f"Row {number} has a text of {len(cells[text_place]):,} characters; the limit is {LONGEST_TEXT:,}. "
                "Is a quotation mark before it unclosed?"
            )
        done += sum(map(len, cells)) + len(cells)
        if tell and number % _PROGRESS_ROWS == 0:
            tell(min(done, len(text)), len(text))
        yield _Row(number, cells[text_place], cells[label_place].strip())


def _two_labels(rows: Iterable[_Row], column: str, header: str) -> tuple[str, str]:
    """Returns the two labels in their order; raises ``UserError`` if there are more or fewer, or one is not allowed."""
    first_rows: dict[str, int] = {}
    for row in rows:
        if row.label not in first_rows:
            _check_label(row, first_rows, f"the column {_short(column)!r}")
            first_rows[row.label] = row.number
    if header in first_rows:
        raise UserError(
            f"Row 1 is not a header: {_short(header)!r} is also a label of other rows. Add a row of column "
            "names, such as text,label."
        )
    if len(first_rows) < 2:
        only, number = next(iter(first_rows.items()), ("", 0))
        content = f"only {_short(only)!r} (from row {number} on)" if only else "none"
        raise UserError(f"Two labels are needed; column {_short(column)!r} has {content}. {EXPECTED}")
    first, second = ordered(first_rows)
    return first, second


def _check_label(row: _Row, first_rows: Mapping[str, int], column: str) -> None:
    label = row.label
    if len(label) > LONGEST_LABEL:
        raise UserError(
            f"Row {row.number}: in {column} the label {_short(label)!r} has {len(label):,} characters; the "
            f"limit is {LONGEST_LABEL}. {EXPECTED}"
        )
    if label[0] in "=@" or (label[0] in "+-" and not _is_number(label)):
        raise UserError(f"Row {row.number}: the label {_short(label)!r} starts like a formula. Remove the sign.")
    if visible(label) != label or not label[0].isprintable():
        raise UserError(f"Row {row.number}: the label {label!a} contains a character that cannot be shown. Remove it.")
    if len(first_rows) == 2:
        (first, first_row), (second, second_row) = first_rows.items()
        raise UserError(
            f"Row {row.number}: {_short(label)!r} is a third label in {column}, after {_short(first)!r} (row "
            f"{first_row}) and {_short(second)!r} (row {second_row}). Use two labels: delete the other rows, or "
            "relabel them."
        )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _short(text: str) -> str:
    return excerpt("".join(visible(sign) or " " for sign in text), LONGEST_LABEL)
