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


def without_recurrence(name: object) -> Feedforward | None:
    """Returns the network without recurrence of a name; None if it is a cell's, or nobody's.

    Example:
        >>> [getattr(without_recurrence(name), "title", None) for name in ("average", "LSTM")]
        ['averaged embeddings', None]
    """
    return _NETWORKS.get(name) if isinstance(name, str) else None


def is_long_enough(name: str, maxlen: int) -> bool:
    """Tells whether a network can read reviews of that many words."""
    return name not in _NETWORKS or _NETWORKS[name].shortest <= maxlen


def network(name: str) -> Cell | Feedforward:
    """Returns the cell or the network without recurrence of a name.

    Raises:
        KeyError: If there is none.
    """
    return _NETWORKS.get(name) or cell(name)
