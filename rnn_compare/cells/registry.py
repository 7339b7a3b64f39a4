"""All cells: those that the modules of this package declare, and installed packages."""

from rnn_compare import cells
from rnn_compare.cells.cell import Cell
from rnn_compare.discovery import declared
from rnn_compare.errors import UserError

GROUP = "rnn_compare.cells"
_CELLS = {
    entry.name: entry
    for entry in sorted(declared(cells.__name__, Cell, GROUP), key=lambda entry: (entry.year, entry.name))
}

CELLS: tuple[str, ...] = tuple(_CELLS)
"""The names of all cells, by year of publication."""


def cell(name: str) -> Cell:
    """Returns a cell by its name.

    Example:
        >>> [gate.symbol for gate in cell("LSTM").gates]
        ['i', 'f', 'c', 'o']

    Raises ``UserError`` if there is none, as when the package that brought it is no longer installed.
    """
    if name not in _CELLS:
        raise UserError(
            f"There is no network {name[:40]!r} here. Install the package that brings it, then start again."
        )
    return _CELLS[name]
