"""Recurrent neural networks compared: `import rnn_compare as rc` in a notebook, see docs/notebook.md.

Names are imported when they are first used: importing the package, or one of its rooms, imports nothing else. Where a
room has the name of a function, as ``runs`` has, ``rc.runs`` is the function, and ``from rnn_compare.runs.store import
RunStore`` imports from the room.

Example:
    >>> import rnn_compare as rc
    >>> rc.parameters("GRU").recurrent
    6336
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_compare.comparison.inference.judge import judge
    from rnn_compare.errors import UserError
    from rnn_compare.interface.functions import baselines, load, parameters, runs, sweep, train
    from rnn_compare.interface.trained_network import Network
    from rnn_compare.interface.trained_networks import Networks

__version__ = "0.2.0"
__all__ = ["Network", "Networks", "UserError", "baselines", "judge", "load", "parameters", "runs", "sweep", "train"]


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):  # Python sets each room that is imported
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "comparison.inference.judge" if name == "judge" else "interface.functions"
    return getattr(importlib.import_module(f"{__name__}.{room}"), name)


def __dir__() -> list[str]:
    return __all__
