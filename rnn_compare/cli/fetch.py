"""Fetches a source's files, for the command line: a bar on a terminal, one JSON line for programs."""

import sys

from rnn_compare.cli import output
from rnn_compare.sources import keras_download


def fetch(as_json: bool) -> int:
    """Fetches Keras' own IMDB files, unless they are there, and returns the exit code.

    Args:
        as_json: Whether to print a JSON line.

    Raises:
        UserError: If they cannot be fetched.
    """

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    path = keras_download.fetch(tell=tell)
    if as_json:
        output.json_line({"kind": "fetched", "source": "keras", "file": path})
    else:
        print(f"Keras' own IMDB files are there: {path}. Train with them by: train --source keras")
    return 0
