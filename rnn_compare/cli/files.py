"""The commands `report`, `playground`, `page`, `fetch` and `repair`: files to take home, and the program's own."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import source_name
from rnn_compare.errors import UserError
from rnn_compare.paths import page_script
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.repair import repair as repaired
from rnn_compare.runs.store import RunStore
from rnn_compare.sources.own_texts import PREFIX
from rnn_compare.sources.registry import SOURCES, dataset
from rnn_compare.sources.registry import source as source_of

if TYPE_CHECKING:
    from rnn_compare.report.written_files import Form

# The imports of a report are slow, so they are made where it is written.

OWN_TEXTS = (
    "The page contains your own texts, word by word without punctuation, and their labels. Anyone who gets it can read "
    "them."
)
KINDS: tuple["Form", ...] = ("html", "notebook", "parquet", "csv")
"""The forms of a report, which are also the command's options."""
FETCHABLE = {name: source_of(name).title for name in SOURCES if source_of(name).fetch}
"""Titles of the sources with files to download, by their names."""


def write(options: argparse.Namespace) -> int:
    """Writes a report of runs in several forms, prints the files' names, and returns the exit code."""
    runs = foreground.ids(options.run)
    names = {kind: name for kind in KINDS if (name := getattr(options, kind)) is not None}
    with foreground.open_store() as store:
        for run in runs:
            store.run(run)  # an unknown run comes before a missing option
        if not names:
            flags = ", ".join(f"--{kind}" for kind in KINDS)
            raise UserError(f"Nothing to write. Add for example --html report.html; the options are {flags}.")
        for kind, path in report(store, runs, names):
            output.written(options.json, kind, path)
    return 0


def report(store: RunStore, runs: Sequence[str], names: Mapping["Form", str]) -> Iterator[tuple["Form", Path]]:
    """Writes a report of runs in several forms and yields the path of each file once it is written.

    Args:
        names: The file of each form; curves go to one beside it.

    Raises:
        UserError: If a run is not recorded, or a file cannot be written.
    """
    targets = {kind: foreground.output_file(name) for kind, name in names.items()}
    from rnn_compare.report.contents import gather
    from rnn_compare.report.reader import OWN_TEXTS, has_own_texts
    from rnn_compare.report.written_files import SUFFIXES, report_files

    paths = {
        (kind, suffix): foreground.output_file(str(target.with_name(f"{target.stem}{suffix}{target.suffix}")))
        for kind, target in targets.items()
        for suffix in SUFFIXES[kind]
    }
    if len(set(map(os.path.realpath, paths.values()))) < len(paths):
        raise UserError("Two of the files have the same name (curves go to FILE.curves.csv). Give each its own.")
    contents = gather(store, runs)
    if "html" in targets and has_own_texts(contents.runs):
        print(OWN_TEXTS, file=sys.stderr)
    for kind in targets:
        for suffix, content in report_files(contents, kind).items():
            output.write_file(paths[kind, suffix], content)
            yield kind, paths[kind, suffix]


def playground(options: argparse.Namespace) -> int:
    """Writes the page on which a browser runs experiments, as a folder, one file or both; returns the exit code."""
    if options.folder is options.html is None:
        raise UserError("Nothing to write. Add --folder site/ for a host, or --html playground.html for one file.")
    place = None if options.folder is None else foreground.output_folder(options.folder)
    file = None if options.html is None else foreground.output_file(options.html)
    from rnn_compare.playground import page
    from rnn_compare.playground.offered_presets import datasets
    from rnn_compare.playground.packed_source import packed_source
    from rnn_compare.playground.page_data import page_data

    own = source_of(source_name(options.source, options.json))
    chosen, *others = datasets(dataset(own.name, own.distance))
    sources = [packed_source(chosen, options.licence), *map(packed_source, others)]
    if (reviews := sources[0].reviews) < own.size:
        print(f"The page has the first {reviews:,} of {own.size:,} texts; a browser takes no more.", file=sys.stderr)
    if own.name.startswith(PREFIX):
        print(OWN_TEXTS, file=sys.stderr)
    values = page_data(sources)
    files = {place / name: content for name, content in page.folder(sources, values).items()} if place else {}
    for path, content in (files | ({file: page.one_file(sources, values)} if file else {})).items():
        output.write_file(path, content)
        output.written(options.json, "playground", path, f"{len(content) / 1e6:.1f} MB")
    return 0


def page(options: argparse.Namespace) -> int:
    """Starts the server, which opens the browser, and returns its exit code."""
    command = [sys.executable, "-m", "streamlit", "run", str(page_script()), *options.streamlits]
    if os.name == "posix":
        os.execv(command[0], command)  # signals such as Ctrl-C then reach the server itself
    with subprocess.Popen(command) as server:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server got it too, and is ending its workers
                return server.wait()


def fetch(options: argparse.Namespace) -> int:
    """Downloads the files of a source, unless they exist, and returns the exit code."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    source = source_of(options.source)
    path = source.fetch(tell=tell) if source.fetch else ""
    if options.json:
        output.json_line({"kind": "fetched", "source": options.source, "file": path})
    else:
        print(f"{source.title}: {path}. Train on it with: train --source {options.source}")
    return 0


def repair(options: argparse.Namespace) -> int:
    """Restores runs from what is left of a damaged record, prints what was done, and returns the exit code."""
    with foreground.open_store() as store:
        interrupt_orphans(store)
        for sentence in repaired(store.path):
            if options.json:
                output.json_line({"kind": "repair", "sentence": sentence})
            else:
                print(sentence)
        interrupt_orphans(store)
    return 0
