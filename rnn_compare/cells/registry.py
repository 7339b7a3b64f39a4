"""All cells: those that the modules of this package declare."""

from rnn_compare import cells
from rnn_compare.cells.cell import Cell
from rnn_compare.discovery import declared

_CELLS = {
    entry.name: entry for entry in sorted(declared(cells.__name__, Cell), key=lambda entry: (entry.year, entry.name))
}

CELLS: tuple[str, ...] = tuple(_CELLS)
"""The names of all cells, by year of publication."""


def cell(name: str) -> Cell:
    """Returns a cell by its name.

    Example:
        >>> [gate.symbol for gate in cell("LSTM").gates]
        ['i', 'f', 'c', 'o']

    Raises ``KeyError`` if there is none.
    """
    return _CELLS[name]
