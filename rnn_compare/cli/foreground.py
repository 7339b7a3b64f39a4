"""Trainings run by the command line: an engine of its own, progress until the end, Ctrl-C to stop."""

import contextlib
import functools
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_compare.cli import output
from rnn_compare.cli.output import Follower
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.runs import record
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local import fork_server

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine

FAILED, INTERRUPTED = 1, 130
LOOK_SECONDS = 0.2
STOP_SECONDS = 10.0


Display = Callable[[Sequence[str]], contextlib.AbstractContextManager[output.Show]]


def train(submit: Callable[["Engine"], Sequence[str]], as_json: bool, display: Display | None = None) -> int:
    """Trains runs and shows how they do until the last has ended; returns the exit code.

    It is 0, 1 if a run failed, 130 after Ctrl-C.

    Args:
        submit: Submits them to an engine that is starting, and returns their ids; it may raise ``UserError``.
        display: Shows their progress in another way, given a name for each run.
    """
    fork_server.start()  # TensorFlow is imported beside what follows
    from rnn_compare.training.engine import Engine  # takes long: `runs` and `predict` are to answer at once

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's time limit is as polite as Ctrl-C
    with open_store() as store:
        engine = Engine(store, "command line")
        try:
            engine.start()
            runs = submit(engine)
            if not follow(engine, store, runs, display or functools.partial(output.display, as_json)):
                return INTERRUPTED
            ended = store.runs(runs)
            if not (as_json or display):
                for finding in findings(ended, Evidence(store)):
                    print(finding.text)
        finally:
            engine.close()
        return FAILED if any(run.status in (Status.FAILED, Status.INTERRUPTED) for run in ended) else 0


def follow(engine: "Engine", store: RunStore, runs: Sequence[str], display: Display) -> bool:
    """Shows how runs do until the last has ended; tells whether by themselves, or stopped by Ctrl-C."""
    follower = Follower(store, runs)
    with display(record.names(store.runs(runs))) as show:
        try:
            _watch(follower, show, engine=engine)
        except KeyboardInterrupt:
            for run in runs:
                with contextlib.suppress(UserError):  # somebody has deleted it meanwhile
                    engine.stop(run)
            _watch(follower, show, STOP_SECONDS)
            return False
    return True


@contextlib.contextmanager
def open_store() -> Iterator[RunStore]:
    """Opens the record of runs; says so if a damaged one was set aside."""
    store = RunStore(cache_folder() / "runs.db")
    for warning in store.warnings:
        print(warning, file=sys.stderr)
    try:
        yield store
    finally:
        store.close()


def path(name: str) -> Path:
    """Returns the path that a command line names."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UserError(f"{name} names a home folder that does not exist. Choose another path.") from error


def _watch(follower: Follower, show: output.Show, seconds: float | None = None, engine: "Engine | None" = None) -> None:
    until = None if seconds is None else time.monotonic() + seconds
    reason = None
    while True:
        news = follower.news()
        if engine is not None and engine.state.reason not in (reason, None):
            reason = engine.state.reason  # a cluster that is not there, for instance
            print(reason, file=sys.stderr)
        show(follower.runs, news)
        if follower.done or (until is not None and time.monotonic() > until):
            return
        time.sleep(LOOK_SECONDS)
