"""Fetches a source's files, for the command line."""

import sys

from rnn_compare.cli import output
from rnn_compare.sources.registry import SOURCES, source

FETCHED = tuple(name for name in SOURCES if source(name).fetch)
"""The sources whose files can be fetched."""


def run(name: str, as_json: bool) -> int:
    """Fetches the files of a source, unless they are there, and returns the exit code.

    Args:
        name: One of ``FETCHED``.
        as_json: Whether to print a JSON line.

    Raises:
        UserError: If they cannot be fetched.
    """

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    found = source(name)
    path = found.fetch(tell=tell) if found.fetch else ""
    if as_json:
        output.json_line({"kind": "fetched", "source": name, "file": path})
    else:
        print(f"{found.title}: {path}. Train on it by: train --source {name}")
    return 0
