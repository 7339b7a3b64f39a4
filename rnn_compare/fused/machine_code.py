"""Numba's cache of the kernels, by the content of their sources."""

import functools
import inspect
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock
from numba.core import caching

from rnn_compare.fused.code_folder import SOURCES, code_folder


class ByContent:
    """Numba's locator of a kernel's code in ``code_folder()``; it has the methods of Numba's own locators.

    These use the path and the time stamp of the sources, so a worker with another copy of the program would compile for
    half a minute what is compiled already.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], source: str) -> "ByContent | None":
        """Returns the locator of a function; None if it is no kernel."""
        return cls(function) if Path(source).is_relative_to(SOURCES) else None

    def ensure_cache_path(self) -> None:
        """Makes the folder."""
        code_folder().mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """Returns the folder."""
        return str(code_folder())

    def get_source_stamp(self) -> str:
        """Returns a constant: the folder changes with the sources."""
        return ""

    def get_disambiguator(self) -> str:
        """Returns the function's line, to distinguish functions of the same name."""
        return str(self._line)


def cache_by_content() -> None:
    """Has Numba use ``ByContent`` for the next functions; it forgets that when one of its variables changes."""
    config: Any = numba.config  # whose settings are defined at run time
    config.CACHE_LOCATOR_CLASSES = f"{__name__}.{ByContent.__name__}, UserWideCacheLocator"


cache_by_content()


def lock_saving() -> bool:
    """Makes processes that compile at once save one after the other; returns whether that was possible.

    Numba reads a function's index, adds an entry and writes both. Of two processes that do so at once, for a function
    that two cells share, one would overwrite the other's entry or its code. Where Numba has changed, processes compile
    one after the other instead (``compilation.compile_kernels``).
    """
    save = getattr(getattr(caching, "IndexDataCacheFile", None), "save", None)
    if save is None or list(inspect.signature(save).parameters) != ["self", "key", "data"]:
        logging.getLogger(__name__).warning("Kernels are compiled by one process at a time: Numba's cache has changed.")
        return False

    @functools.wraps(save)
    def locked(self: Any, key: Any, data: Any) -> None:
        with FileLock(code_folder() / "index.lock"):
            save(self, key, data)

    caching.IndexDataCacheFile.save = locked  # type: ignore[method-assign]  # no other way in
    return True


SAVING_IS_LOCKED = lock_saving()
