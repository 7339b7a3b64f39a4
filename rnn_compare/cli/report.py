"""The commands `report`, `record` and `import`: runs written to files and read from them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_compare.atomic import whole_file
from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.formatting import counted

if TYPE_CHECKING:
    from rnn_compare.report.contents import Contents
    from rnn_compare.report.written_files import Form

# What a report needs takes long to import: it is imported where it is written.

KINDS: tuple["Form", ...] = ("html", "notebook", "parquet", "csv", "tensorboard")
"""What can be written, by the options of the command: each ``written_files.Form``."""


def write(options: argparse.Namespace) -> int:
    """Writes a report of runs in each of several forms; returns the exit code."""
    places = {kind: _place(kind, target) for kind in KINDS if (target := getattr(options, kind)) is not None}
    if not places:
        flags = ", ".join(f"--{kind}" for kind in KINDS)
        raise UserError(f"Nothing to write. Add for example --html report.html; the options are {flags}.")
    from rnn_compare.report.contents import gather
    from rnn_compare.report.reader.networks import OWN_TEXTS, has_own_texts

    with foreground.open_store() as store:
        contents = gather(store, _ids(options.run))
    if "html" in places and has_own_texts(contents.runs):
        print(OWN_TEXTS, file=sys.stderr)
    for kind, place in places.items():
        for path in _write(kind, contents, place):
            if options.json:
                output.json_line({"kind": "written", "what": kind, "path": str(path)})
            else:
                print(f"{kind}: {path}")
    return 0


def take_in(options: argparse.Namespace) -> int:
    """Records the runs of a report from elsewhere and prints their ids; returns the exit code."""
    from rnn_compare.report.importing import take_in as taken_in

    with foreground.open_store() as store:
        imported = taken_in(foreground.path(options.file), store)
    for item in imported:
        if item.is_renamed:
            print(f"{item.id_there} already exists: imported as {item.run.id}.", file=sys.stderr)
        if options.json:
            output.json_line({"kind": "imported", "run": item.run.id, "recorded_as": item.id_there})
        else:
            run = item.run
            print(f"{run.id}  {run.title}  {run.status.value}, recorded on {run.owner.host}")
    if not options.json:
        print(f"{counted(len(imported), 'run')} imported: they can be viewed and compared, not continued.")
    return 0


def record(options: argparse.Namespace) -> int:
    """Writes finished runs with their best weights; returns the exit code."""
    place = foreground.path(options.file)
    if not place.name.endswith(".json.gz"):
        raise UserError(f"{place} must end in .json.gz, for example comparison.json.gz.")
    from rnn_compare.report import shipped_runs

    with foreground.open_store() as store:
        shipped_runs.write(store, _ids(options.run), place)
    print(f"{place} ({place.stat().st_size / 1e6:.1f} MB)")
    return 0


def _ids(texts: Sequence[str]) -> list[str]:
    return [run for text in texts for run in text.split(",") if run]


def _place(kind: "Form", name: str) -> Path:
    """Returns where to write, refused before anything is gathered where that can be seen beforehand."""
    place = foreground.path(name)
    wanted = "a folder" if kind == "tensorboard" else "a file in an existing folder"
    if kind == "tensorboard":
        problem = "is not a folder" if place.exists() and not place.is_dir() else ""
    else:
        problem = (
            "is a folder" if place.is_dir() else "" if place.parent.is_dir() else "is in a folder that does not exist"
        )
        problem = problem or ("is not a regular file" if place.exists() and not place.is_file() else "")
    if problem:
        raise UserError(f"{place} {problem}; {wanted} is needed. Choose another path.")
    return place


def _write(kind: "Form", contents: "Contents", place: Path) -> list[Path]:
    written = []
    for path, content in _files(kind, contents, place).items():
        try:
            with whole_file(path) as partial:
                partial.write_bytes(content)
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror}). Choose another path.") from error
        written.append(path)
    return written


def _files(kind: "Form", contents: "Contents", place: Path) -> dict[Path, bytes]:
    from rnn_compare.report import written_files

    if kind == "tensorboard":
        return {place / name: content for name, content in written_files.written(contents, kind).items()}
    return {
        place.with_name(f"{place.stem}{added}{place.suffix}"): content
        for added, content in written_files.written(contents, kind).items()
    }
