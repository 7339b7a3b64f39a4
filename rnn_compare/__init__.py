"""Recurrent neural networks compared: `import rnn_compare as rc` in a notebook, see docs/notebook.md.

Names are imported when they are first used: importing the package, or one of its rooms, imports nothing else.

Example:
    >>> import rnn_compare as rc
    >>> rc.parameters("GRU").recurrent
    6336
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_compare.comparison.inference.judge import judge
    from rnn_compare.errors import UserError
    from rnn_compare.interface import Network, Networks, load, parameters, runs, train

__version__ = "0.2.0"
__all__ = ["Network", "Networks", "UserError", "judge", "load", "parameters", "runs", "train"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "runs":  # a room too, whose package can be called
        return importlib.import_module(f"{__name__}.runs")
    room = "comparison.inference.judge" if name == "judge" else "interface"
    return getattr(importlib.import_module(f"{__name__}.{room}"), name)


def __dir__() -> list[str]:
    return __all__
