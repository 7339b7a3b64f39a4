"""All networks without recurrence: those that the modules of this package declare, and installed packages."""

from rnn_compare import feedforward
from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.discovery import declared
from rnn_compare.feedforward.feedforward import Feedforward

GROUP = "rnn_compare.networks"
_DECLARED = declared(feedforward.__name__, Feedforward, GROUP, taken=CELLS)
_NETWORKS = {entry.name: entry for entry in sorted(_DECLARED, key=lambda entry: (entry.year, entry.name))}

FEEDFORWARD: tuple[str, ...] = tuple(_NETWORKS)
"""The names of all networks without recurrence, by year of publication."""
TITLES = {name: entry.title for name, entry in _NETWORKS.items()}
NETWORKS = CELLS + FEEDFORWARD
"""The possible values of ``Experiment.cell``."""


def without_recurrence(name: str) -> Feedforward | None:
    """Returns a network without recurrence by its name; None if there is none of that name."""
    return _NETWORKS.get(name)


def network(name: str) -> Cell | Feedforward:
    """Returns a cell or network without recurrence by its name; raises ``UserError`` if there is none."""
    return _NETWORKS.get(name) or cell(name)
