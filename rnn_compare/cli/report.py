"""The commands `report`, `record` and `import`: write runs to files, and read them on another machine."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_compare.atomic import whole_file
from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.formatting import counted

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
            _announce(kind, path, options.json)
    return 0


def import_report(options: argparse.Namespace) -> int:
    """Imports the runs of a report and prints their ids; returns the exit code."""
    from rnn_compare.report.recordings import import_runs

    with foreground.open_store() as store:
        imported = import_runs(foreground.path(options.file), store)
    for original_id, run in imported.items():
        if run.id != original_id:
            print(f"{original_id} already exists: imported as {run.id}.", file=sys.stderr)
        if options.json:
            output.json_line({"kind": "imported", "run": run.id, "recorded_as": original_id})
        else:
            print(f"{run.id}  {run.title}  {run.status.value}, recorded on {run.owner.host}")
    if not options.json:
        print(f"{counted(len(imported), 'run')} imported: they can be viewed and compared, not continued.")
    return 0


def record(options: argparse.Namespace) -> int:
    """Writes finished runs with their best weights; returns the exit code."""
    file = foreground.output_file(options.file, "comparison.json.gz")
    from rnn_compare.report import recordings

    with foreground.open_store() as store:
        recordings.write(store, foreground.ids(options.run), file)
    _announce("recording", file, options.json)
    return 0


def _announce(what: str, path: Path, as_json: bool) -> None:
    if as_json:
        output.json_line({"kind": "written", "what": what, "path": str(path)})
    else:
        print(f"{what}: {path}")


def _write(kind: "Form", contents: "Contents", target: Path) -> list[Path]:
    from rnn_compare.report import written_files

    paths = []
    for name, content in written_files.report_files(contents, kind).items():
        path = target.with_name(f"{target.stem}{name}{target.suffix}")
        try:
            with whole_file(path) as partial:
                partial.write_bytes(content)
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror}). Choose another path.") from error
        paths.append(path)
    return paths
