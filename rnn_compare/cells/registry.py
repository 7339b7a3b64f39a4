"""Which cells there are: each file of this package that defines a ``CELL``. A new one needs no list."""

import importlib
import pkgutil
from pathlib import Path

from rnn_compare.cells.cell import Cell


def _discovered() -> dict[str, Cell]:
    folder = Path(__file__).parent
    modules = (importlib.import_module(f"{__package__}.{found.name}") for found in pkgutil.iter_modules([str(folder)]))
    cells = (module.CELL for module in modules if hasattr(module, "CELL"))
    return {cell.name: cell for cell in sorted(cells, key=lambda cell: (cell.year, cell.name))}


_CELLS = _discovered()

CELLS: tuple[str, ...] = tuple(_CELLS)
"""The names of all cells, in the order of their publication."""


def cell(name: str) -> Cell:
    """Returns the cell of a name.

    Example:
        >>> [gate.symbol for gate in cell("LSTM").gates]
        ['i', 'f', 'c', 'o']

    Raises:
        KeyError: If there is none.
    """
    return _CELLS[name]
