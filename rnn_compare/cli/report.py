"""The commands `report` and `playground`: comparisons written to files."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError

if TYPE_CHECKING:
    from rnn_compare.report.contents import Contents
    from rnn_compare.report.written_files import Form

# The imports of a report are slow, so they are made where it is written.

KINDS: tuple["Form", ...] = ("html", "notebook", "parquet", "csv")
"""The forms of a report, which are also the command's options."""


def write(options: argparse.Namespace) -> int:
    """Writes a report of runs in several forms; returns the exit code."""
    runs = foreground.ids(options.run)
    with foreground.open_store() as store:
        for run in runs:
            store.run(run)  # an unknown run comes before a missing option
    targets = {kind: foreground.output_file(name) for kind in KINDS if (name := getattr(options, kind)) is not None}
    if not targets:
        flags = ", ".join(f"--{kind}" for kind in KINDS)
        raise UserError(f"Nothing to write. Add for example --html report.html; the options are {flags}.")
    if len({os.path.realpath(target) for target in targets.values()}) < len(targets):
        raise UserError("Two of the files have the same name. Give each its own.")
    from rnn_compare.report.contents import gather
    from rnn_compare.report.reader import OWN_TEXTS, has_own_texts

    with foreground.open_store() as store:
        contents = gather(store, runs)
    if "html" in targets and has_own_texts(contents.runs):
        print(OWN_TEXTS, file=sys.stderr)
    for kind, target in targets.items():
        for path in _write(kind, contents, target):
            output.written(options.json, kind, path)
    return 0


def playground(options: argparse.Namespace) -> int:
    """Writes the page with the shipped comparisons; returns the exit code."""
    target = foreground.output_file(options.html)
    from rnn_compare.report.written_files import playground

    with foreground.open_store() as store:
        page = playground(store)
    output.write_file(target, page.encode())
    output.written(options.json, "playground", target)
    return 0


def _write(kind: "Form", contents: "Contents", target: Path) -> list[Path]:
    from rnn_compare.report import written_files

    paths = []
    for name, content in written_files.report_files(contents, kind).items():
        path = target.with_name(f"{target.stem}{name}{target.suffix}")
        output.write_file(path, content)
        paths.append(path)
    return paths
