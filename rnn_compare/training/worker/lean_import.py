"""TensorFlow imported without what Keras takes along only because it is installed."""

import contextlib
import sys
from collections.abc import Iterator

OPTIONAL = ("IPython", "pandas", "sklearn")
"""Packages that Keras imports where it finds them, for wrappers and notebooks that no training needs. They make up a
third of a worker's start."""


@contextlib.contextmanager
def without(*packages: str) -> Iterator[None]:
    """Has packages count as not installed meanwhile, unless they are imported already.

    Who imports one afterwards, as the baselines import scikit-learn, gets it.

    Args:
        packages: Their names; what imports them meanwhile must be able to do without.

    Example:
        >>> with without("ensurepip"):
        ...     import ensurepip
        Traceback (most recent call last):
        ModuleNotFoundError: import of ensurepip halted; None in sys.modules
        >>> import ensurepip
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None stands there for what is not installed
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]
