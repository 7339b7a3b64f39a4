"""Training in a notebook's own process: its engine, which stays, and the progress that it shows."""

import functools
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground
from rnn_compare.cli.output import Lines, News, Show, progress_text
from rnn_compare.paths import cache_folder
from rnn_compare.runs.record import Run, names
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local import fork_server

if TYPE_CHECKING:
    from rnn_compare.training.engine import Engine


def record() -> RunStore:
    """Returns the record of runs, opened once for each cache folder."""
    return _store(cache_folder())


def train_here(submit: Callable[["Engine"], Sequence[str]]) -> Sequence[str]:
    """Trains the runs whose ids ``submit`` returns, and shows their progress; returns the ids."""
    folder = cache_folder()
    engine = _engine(folder)
    ids = submit(engine)
    foreground.follow(engine, _store(folder), ids, _progress())
    return ids


@functools.cache
def _store(folder: Path) -> RunStore:
    return RunStore(folder / "runs.db")


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
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td><progress value='{run.fraction_done:.2f}'></progress></td>"
            f"<td>{escape(progress_text(run))}</td></tr>"
            for run, name in zip(runs, names(runs), strict=True)
        )
        if rows != self._shown:
            self._shown = rows
            self._handle.update(self._html(f"<table>{rows}</table>"))
