"""Trainings that somebody waits for, on the command line or in a notebook, with an engine in their own process."""

import contextlib
import functools
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli.output import Follower, Lines, News, Show, progress_table
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.comparison.groups import one_each
from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.repair import back_up
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local import fork_server

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine

FAILED, INTERRUPTED = 1, 130
LOOK_SECONDS = 0.2
STOP_SECONDS = 10.0
REASON_SECONDS = 2.0
"""Reasons to wait that pass sooner are not worth a line, such as a cluster that has not answered yet."""


def train(submit: Callable[["Engine"], Sequence[str]], as_json: bool, judge: bool = True, quiet: bool = False) -> int:
    """Trains runs, shows their progress until the last has ended, and returns the exit code.

    Args:
        submit: Submits runs to a starting engine and returns their ids; it may raise ``UserError``.
        judge: Whether to print the verdict, unless as JSON.
        quiet: Whether to show only how each run has ended.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's time limit counts as Ctrl-C
    fork_server.start()  # it imports TensorFlow in parallel with what follows
    from rnn_compare.training.engine import Engine  # slow: `runs` and `predict` should answer at once

    with open_store() as store:
        engine = Engine(store, "command line")
        try:
            engine.start()
            runs = submit(engine)
            try:
                if not follow(engine, store, runs, Lines(as_json, quiet).show):
                    return INTERRUPTED
            except UserError as error:  # no bad input: it was submitted
                print(error, file=sys.stderr)
                return FAILED
            ended = store.runs(runs)
            if judge and not as_json:
                for finding in findings(ended, Evidence(store)):
                    print(finding.text)
        finally:
            engine.close()
        return FAILED if any(run.status in (Status.FAILED, Status.INTERRUPTED) for run in ended) else 0


def follow(engine: "Engine", store: RunStore, runs: Sequence[str], show: Show) -> bool:
    """Shows the progress of runs until the last has ended; returns False if Ctrl-C stopped them.

    Raises ``UserError`` if the record has lost some of them, or cannot be read, or not be written for a minute.
    """
    follower = Follower(store, runs)
    try:
        _watch(follower, show, engine)
    except KeyboardInterrupt:
        for run in runs:
            with contextlib.suppress(UserError):  # deleted meanwhile
                engine.stop(run)
        _watch(follower, show, seconds=STOP_SECONDS)
        return False
    if lost := set(runs) - {run.id for run in follower.runs}:
        raise UserError(" ".join([*store.warnings, f"No longer recorded: {', '.join(sorted(lost))}."]))
    return True


@contextlib.contextmanager
def open_store() -> Iterator[RunStore]:
    """Opens the record of runs; prints its warnings, for example that a damaged one was set aside."""
    store = _opened(cache_folder())
    for warning in store.warnings:
        print(warning, file=sys.stderr)
    try:
        yield store
    finally:
        store.close()


def recorded() -> list[Run]:
    """Returns all runs, the oldest first; those whose program has ended are recorded as interrupted."""
    with open_store() as store:
        return all_runs(store)


def all_runs(store: RunStore) -> list[Run]:
    """Returns all runs as ``recorded`` does; prints which of them cannot be shown, and why."""
    interrupt_orphans(store)
    before = store.warnings
    runs = store.runs()
    for warning in store.warnings:
        if warning not in before:
            print(warning, file=sys.stderr)
    return runs


def ids(texts: Sequence[str]) -> list[str]:
    """Returns the runs' ids on a command line, where commas may join them."""
    return [run for text in texts for run in text.split(",") if run]


def path(name: str) -> Path:
    """Returns the path that a command line names."""
    if not name:
        raise UserError("The name of a file is empty. Name one.")
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UserError(f"{name} names a home folder that does not exist. Choose another path.") from error


def output_file(name: str, example: str = "") -> Path:
    """Returns the path of a file to write; raises ``UserError`` if it cannot be one, or has another ending."""
    file = path(name)
    ending = example[example.find(".") :]
    if not file.name.endswith(ending):
        raise UserError(f"{file} must end in {ending}, for example {example}.")
    if file.is_dir():
        problem = "is a folder"
    elif not file.parent.is_dir():
        problem = "is in a folder that does not exist"
    elif file.exists() and not file.is_file():
        problem = "is not a regular file"
    else:
        return file
    raise UserError(f"{file} {problem}; a file in an existing folder is needed. Choose another path.")


def output_folder(name: str) -> Path:
    """Returns the path of a folder to write files into, which need not exist; raises ``UserError`` if it cannot be."""
    folder = path(name)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is not a folder. Choose another path.")
    if not (folder.exists() or folder.parent.is_dir()):
        raise UserError(f"{folder} is in a folder that does not exist. Choose another path.")
    return folder


def _watch(follower: Follower, show: Show, engine: "Engine | None" = None, seconds: float = math.inf) -> None:
    end = time.monotonic() + seconds
    since: dict[str | None, float] = {None: math.inf}
    while True:
        news = follower.news()
        reason = engine.state.reason if engine is not None else None  # for example that a cluster cannot be reached
        if time.monotonic() > since.setdefault(reason, time.monotonic() + REASON_SECONDS):
            since[reason] = math.inf
            print(reason, file=sys.stderr)
        show(follower.runs, news)
        if engine is not None and (problem := engine.unrecorded):
            raise UserError(f"{problem} Nothing could be recorded for a minute, so this ended; it can be continued.")
        if follower.done or time.monotonic() > end:
            return
        time.sleep(LOOK_SECONDS)


def record() -> RunStore:
    """Returns the record of runs, opened once for each cache folder."""
    return _store(cache_folder())


def train_here(submit: Callable[["Engine"], Sequence[str]], progress: bool = True) -> Sequence[str]:
    """Trains the runs whose ids ``submit`` returns, and shows their progress if wanted; returns the ids."""
    folder = cache_folder()
    engine = _engine(folder)
    ids = submit(engine)
    follow(engine, _store(folder), ids, _progress() if progress else lambda _runs, _news: None)
    return ids


@functools.cache
def _store(folder: Path) -> RunStore:
    return _opened(folder)


def _opened(folder: Path) -> RunStore:
    store = RunStore(folder / "runs.db")
    back_up(store)  # runs of earlier versions can be repaired from such a copy alone
    return store


@functools.cache
def _engine(folder: Path) -> "Engine":
    fork_server.start()
    from rnn_compare.training.engine import Engine

    engine = Engine(_store(folder), "notebook", somebody_there=lambda: False)
    engine.start()
    return engine


def _progress() -> Show:
    """Returns what shows the progress of runs: a table with bars in a notebook, lines elsewhere."""
    try:
        from IPython import get_ipython
    except ImportError:
        return Lines(as_json=False).show
    return _Table().show if hasattr(get_ipython(), "kernel") else Lines(as_json=False).show


class _Table:
    """A table in a notebook with a bar for each run."""

    def __init__(self) -> None:
        from IPython import display

        self._html: Callable[[str], Any] = display.HTML  # IPython's own types leave it untyped
        self._handle = display.display(self._html(""), display_id=True)  # type: ignore[no-untyped-call]  # as above
        self._shown = ""

    def show(self, runs: list[Run], _news: list[News]) -> None:
        table = progress_table(one_each(runs)).html()
        if table != self._shown:
            self._shown = table
            self._handle.update(self._html(table))
