"""Tables as facts: titled columns and rows of values, shown as HTML, as aligned text, as records or as a DataFrame."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from rnn_compare.formatting import visible

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "–"
"""Stands for None."""


@dataclass(frozen=True)
class Entry:
    """A value with what else its cell shows.

    Attributes:
        small: Small print below it.
        share: The length of a bar before it, from 0 to 1.
        kind: The cell's class in HTML.
    """

    value: Any = ""
    small: str = ""
    share: float | None = None
    kind: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its title, how it shows a value, and the name of its values in records (none: they are left out)."""

    title: str = ""
    text: Callable[[Any], str] = lambda value: f"{value:,}" if isinstance(value, int) else str(value)
    key: str = ""


class Table:
    """Columns or their titles, rows of values or entries (None where nothing is known), and notes on them.

    Example:
        >>> accuracy = Column("Accuracy", "{:.2f}".format, "accuracy")
        >>> table = Table(["Network", accuracy], [("LSTM", 0.875), ("<i>", None)])
        >>> print(table)
        Network  Accuracy
        LSTM         0.88
        <i>             –
        >>> table.records()
        [{'accuracy': 0.875}, {'accuracy': None}]
        >>> table.html()[-108:]
        '<th scope="row">LSTM</th><td>0.88</td></tr><tr><th scope="row">&lt;i&gt;</th><td>–</td></tr></tbody></table>'
    """

    def __init__(
        self, columns: Iterable[Column | str], rows: Iterable[Sequence[Any]], notes: Iterable[str] = ()
    ) -> None:
        self.columns = [column if isinstance(column, Column) else Column(column) for column in columns]
        self.rows = [[value if isinstance(value, Entry) else Entry(value) for value in row] for row in rows]
        self.notes = list(notes)

    def __str__(self) -> str:
        """Returns aligned text, without invisible characters; columns without a text stand on the right."""
        lines = [""] * (1 + len(self.rows))
        for place, column in enumerate(self.columns):
            entries = [row[place] for row in self.rows]
            texts = [column.title, *(_line(column, entry) for entry in entries)]
            width = max(map(len, texts))
            align = str.ljust if any(isinstance(entry.value, str) for entry in entries) else str.rjust
            lines = [f"{line}{align(text, width)}  " for line, text in zip(lines, texts, strict=True)]
        return "\n".join(visible(line).rstrip() for line in (*lines, *self.notes))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html()

    def html(self, kind: str = "", scrolls: bool = False) -> str:
        """Returns HTML in which the first cell of a row is its head.

        Args:
            kind: The table's class.
            scrolls: Whether it scrolls sideways where it is too wide, with the keyboard too.
        """
        titles = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in self.columns)
        head = f"<thead><tr>{titles}</tr></thead>" if any(column.title for column in self.columns) else ""
        rows = "".join(f"<tr>{''.join(map(_element, self.columns, row, range(len(row))))}</tr>" for row in self.rows)
        table = f'<table class="{kind}">{head}<tbody>{rows}</tbody></table>'
        notes = "".join(f'<p class="rc-note">{escape(note)}</p>' for note in self.notes)
        return (f'<div class="rc-scroll" tabindex="0">{table}</div>' if scrolls else table) + notes

    def records(self) -> list[dict[str, Any]]:
        """Returns the values of each row by the keys of their columns."""
        return [
            {column.key: entry.value for column, entry in zip(self.columns, row, strict=True) if column.key}
            for row in self.rows
        ]

    def frame(self) -> "pd.DataFrame":
        """Returns ``records()`` as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.records())


def _text(column: Column, entry: Entry) -> str:
    return NOTHING if entry.value is None else column.text(entry.value)


def _line(column: Column, entry: Entry) -> str:
    small = f" ({entry.small})" if entry.small else ""
    return f"{_text(column, entry)}{small}"


def _element(column: Column, entry: Entry, place: int) -> str:
    tag, scope = ("td", "") if place else ("th", ' scope="row"')
    kind = f' class="{entry.kind}"' if entry.kind else ""
    bar = f'<progress value="{entry.share}" aria-label="{escape(column.title)}"></progress>'
    small = f"<small>{escape(entry.small)}</small>" if entry.small else ""
    shown = f"{'' if entry.share is None else bar}{escape(_text(column, entry))}{small}"
    return f"<{tag}{scope}{kind}>{shown}</{tag}>"
