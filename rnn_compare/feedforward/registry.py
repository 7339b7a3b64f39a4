"""The networks without recurrence that the files of this package declare."""

from rnn_compare import feedforward
from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.discovery import declared
from rnn_compare.feedforward.feedforward import Feedforward

_NETWORKS = {
    entry.name: entry
    for entry in sorted(declared(feedforward.__name__, Feedforward), key=lambda entry: (entry.year, entry.name))
}

FEEDFORWARD: tuple[str, ...] = tuple(_NETWORKS)
"""The names of all networks without recurrence, in the order of their publication."""
TITLES = {name: entry.title for name, entry in _NETWORKS.items()}
NETWORKS = CELLS + FEEDFORWARD
"""All that ``Experiment.cell`` may name."""


def without_recurrence(name: str) -> Feedforward | None:
    """Returns the network without recurrence of a name; None if it is a cell's, or nobody's."""
    return _NETWORKS.get(name)


def network(name: str) -> Cell | Feedforward:
    """Returns the cell or the network without recurrence of a name; raises ``KeyError`` if there is none."""
    return _NETWORKS.get(name) or cell(name)
