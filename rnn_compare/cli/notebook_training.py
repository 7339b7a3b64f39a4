"""Training in a notebook's own process: its engine, which stays, and the progress that it shows."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.formatting import listed
from rnn_compare.paths import cache_folder
from rnn_compare.runs.record import Run
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
    foreground.follow(engine, _store(folder), ids, _progress)
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


def _progress(names: Mapping[str, str]) -> contextlib.AbstractContextManager[output.Show]:
    try:
        from IPython import get_ipython
    except ImportError:
        return output.display(False, names)
    return _notebook_bars(names) if hasattr(get_ipython(), "kernel") else output.display(False, names)


@contextlib.contextmanager
def _notebook_bars(names: Mapping[str, str]) -> Iterator[output.Show]:
    from IPython import display

    html: Callable[[str], Any] = display.HTML  # IPython's own types leave it untyped
    handle = display.display(html(escape(listed(list(names.values())))), display_id=True)  # type: ignore[no-untyped-call]  # as above
    shown = ""

    def show(runs: list[Run], _news: list[output.News]) -> None:
        nonlocal shown
        rows = "".join(
            f"<tr><td>{escape(names[run.id])}</td><td><progress value='{run.fraction_done:.2f}'></progress></td>"
            f"<td>{escape(output.progress_text(run))}</td></tr>"
            for run in runs  # others may have been deleted meanwhile
        )
        if rows != shown:
            shown = rows
            handle.update(html(f"<table>{rows}</table>"))

    yield show
