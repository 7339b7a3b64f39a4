"""The picture of every cell: that of its own file in ``charts.cells``, or a generic one."""

import functools
import importlib
import importlib.util

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cells.generic import generic_picture
from rnn_compare.charts.cells.picture import Picture


@functools.cache
def picture(name: str) -> Picture:
    """Returns the picture of a cell by its name.

    Example:
        >>> picture("LSTM").color
        '#0072B2'
    """
    own = _own(name)
    return own or generic_picture(cell(name), [each for each in CELLS if _own(each) is None].index(name))


def _own(name: str) -> Picture | None:
    module = f"{__package__}.cells.{cell(name).keras_name}"
    if importlib.util.find_spec(module) is None:
        return None
    found: Picture = importlib.import_module(module).PICTURE
    return found
