"""A CSV file of texts with two labels, as a spreadsheet or a database writes it: read whole, or refused in a sentence.

What it holds is data and nothing else: no formula is computed, no markup drawn. A row's number is that of a
spreadsheet, where the header is row 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rnn_compare.errors import UserError
from rnn_compare.formatting import visible
from rnn_compare.sources.csv_layout import DELIMITERS, EXPECTED, Layout, decoded, layout, rows

MAX_BYTES = 64 * 2**20
MIN_TEXTS, MAX_ROWS = 10, 200_000
LONGEST_TEXT, LONGEST_LABEL = 100_000, 40
"""Characters."""
SEPARATORS = frozenset(' !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n')
"""Characters between words, as ``reviews.vocabulary`` splits them: a text of nothing else holds no word."""

_PROGRESS_ROWS, _LISTED_ROWS = 2_000, 5


@dataclass
class Rows:
    """Rows of one kind: how many, and the numbers of the first few."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Counts one more."""
        self.count += 1
        if len(self.first) < _LISTED_ROWS:
            self.first.append(row)


@dataclass(frozen=True)
class LabelledTexts:
    """The content of a file.

    Attributes:
        encoding: Python's name of it.
        labels: Theirs, 0 or 1.
        names: What the labels are called there: in the order of numbers if they are some, else of the alphabet.
        left_out: Rows without a word or without a label.
        repeated: Rows whose text stands in an earlier row too.
        contradicting: Those of them that have the other label there.
        formulas: Rows whose text begins as a spreadsheet's formula does; it is read as text.
    """

    encoding: str
    layout: Layout
    texts: list[str]
    labels: list[int]
    names: tuple[str, str]
    left_out: Rows
    repeated: Rows
    contradicting: Rows
    formulas: Rows


def parse(content: bytes, tell: Callable[[int, int], None] | None = None) -> LabelledTexts:
    """Reads a file's content, and calls ``tell(done, total)`` meanwhile.

    Raises ``UserError`` if it holds anything else than texts with two labels, or too few or too much of them; the
    sentence names the row.

    Example:
        >>> table = parse(b"text,label\\n" + b"A fine day,good\\nRain again,bad\\n" * 5)
        >>> len(table.texts), table.names, table.labels[:2], table.repeated.count
        (10, ('bad', 'good'), [1, 0], 8)
    """
    if len(content) > MAX_BYTES:
        raise UserError(f"The file has {len(content) / 2**20:,.0f} MB; the limit is {MAX_BYTES // 2**20} MB.")
    text, encoding = decoded(content)
    return _read(text, encoding, layout(text), tell)


def has_word(text: str) -> bool:
    """Tells whether there is anything in a text but spaces and punctuation."""
    return bool(set(text.strip()) - SEPARATORS)


def ordered(labels: Sequence[str]) -> list[str]:
    """Returns labels in the order of their numbers if all are numbers, else of the alphabet.

    Example:
        >>> ordered(["10", "9"]), ordered(["spam", "Ham"])
        (['9', '10'], ['Ham', 'spam'])
    """
    if all(map(_is_number, labels)):
        return sorted(labels, key=lambda label: (float(label), label))
    return sorted(labels, key=lambda label: (label.casefold(), label))


class _Labels:
    """The labels met so far, by the row that has each first."""

    def __init__(self, column: str, header: str) -> None:
        self.first: dict[str, int] = {}
        self._column = column
        self._header = header

    def take(self, label: str, row: int) -> None:
        """Takes one more; raises a UserError if it is none, or a third."""
        if label in self.first:
            return
        column = f"the column {_short(self._column)!r}"
        if len(label) > LONGEST_LABEL:
            raise UserError(
                f"Row {row}: in {column} the label {_short(label)!r} has {len(label):,} characters; the "
                f"limit is {LONGEST_LABEL}. {EXPECTED}"
            )
        if label[0] in "=@" or (label[0] in "+-" and not _is_number(label)):
            raise UserError(f"Row {row}: the label {_short(label)!r} starts like a formula. Remove the sign.")
        if visible(label) != label or not label[0].isprintable():
            raise UserError(f"Row {row}: the label {label!a} contains a character that cannot be shown. Remove it.")
        if len(self.first) == 2:
            (first, first_row), (second, second_row) = self.first.items()
            raise UserError(
                f"Row {row}: {_short(label)!r} is a third label in {column}, after {_short(first)!r} (row {first_row}) "
                f"and {_short(second)!r} (row {second_row}). Use two labels: delete the other rows, or relabel them."
            )
        self.first[label] = row

    def names(self) -> tuple[str, str]:
        """Returns the two; raises a UserError if there is one, or if the header is no header."""
        if self._header in self.first:
            raise UserError(
                f"Row 1 is not a header: {_short(self._header)!r} is also a label of other rows. Add a row of column "
                "names, such as text,label."
            )
        if len(self.first) < 2:
            only, row = next(iter(self.first.items()), ("", 0))
            content = f"only {_short(only)!r} (from row {row} on)" if only else "none"
            raise UserError(f"Two labels are needed; column {_short(self._column)!r} has {content}. {EXPECTED}")
        first, second = ordered(list(self.first))
        return first, second


def _read(text: str, encoding: str, laid_out: Layout, tell: Callable[[int, int], None] | None) -> LabelledTexts:
    numbered = rows(text, laid_out.delimiter)
    header = next(numbered)[1]
    distinct = _Labels(laid_out.columns[1], header[laid_out.places[1]].strip())
    texts: list[str] = []
    labels: list[str] = []
    before: dict[str, str] = {}
    left_out, repeated, contradicting, formulas = Rows(), Rows(), Rows(), Rows()
    done = number = 0
    for number, row in numbered:
        _check(number, row, laid_out)
        written, label = row[laid_out.places[0]], row[laid_out.places[1]].strip()
        done += len(written) + len(label) + 2
        if not label or not has_word(written):
            left_out.add(number)
            continue
        distinct.take(label, number)
        bare = written.strip()
        if bare in before:
            repeated.add(number)
        if before.setdefault(bare, label) != label:
            contradicting.add(number)
        if bare[0] == "=":
            formulas.add(number)
        texts.append(written)
        labels.append(label)
        if tell and number % _PROGRESS_ROWS == 0:
            tell(min(done, len(text)), len(text))
    names = distinct.names()
    if len(texts) < MIN_TEXTS:
        raise UserError(
            f"The file has {len(texts)} texts with a label, in {max(number, 1):,} rows; at least {MIN_TEXTS} are "
            "needed, better hundreds."
        )
    codes = [names.index(label) for label in labels]
    return LabelledTexts(encoding, laid_out, texts, codes, names, left_out, repeated, contradicting, formulas)


def _check(number: int, row: Sequence[str], laid_out: Layout) -> None:
    if number > MAX_ROWS + 1:
        raise UserError(f"Row {number:,}: the limit is {MAX_ROWS:,} rows and the header.")
    if len(row) <= max(laid_out.places) or any(cell.strip() for cell in row[laid_out.width :]):
        raise UserError(
            f"Row {number} has {len(row)} cells, the header {laid_out.width}. Put texts that contain a "
            f"{DELIMITERS[laid_out.delimiter]} in quotation marks."
        )
    if len(row[laid_out.places[0]]) > LONGEST_TEXT:
        raise UserError(
            f"Row {number} has a text of {len(row[laid_out.places[0]]):,} characters; the limit is {LONGEST_TEXT:,}. "
            "Is a quotation mark before it unclosed?"
        )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _short(text: str) -> str:
    printable = "".join(visible(sign) or " " for sign in text)
    return printable if len(printable) <= LONGEST_LABEL else f"{printable[:LONGEST_LABEL]}…"
