"""The program from Python, for notebooks: train, compare and read networks; `rnn_compare/__init__.py` names it."""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import comparison, experiment_from, several, without_effect
from rnn_compare.formatting import listed
from rnn_compare.networks import parameters as counts
from rnn_compare.networks.parameters import Parameters
from rnn_compare.paths import Which, cache_folder
from rnn_compare.presets import BOOK
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local import fork_server

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

    from rnn_compare.explain.prediction import ReviewPrediction
    from rnn_compare.training.engine import Engine

# What takes long to import is imported where it is needed, and Keras in a notebook only for its own models.


def train(
    cell: str | Iterable[str] = BOOK.cells,
    *,
    units: int | Iterable[int] = 32,
    maxlen: int | Iterable[int] = 500,
    seeds: int | Iterable[int] | None = None,
    **settings: Any,
) -> "Networks":
    """Trains one network for each cell × units × maxlen × seed, several at once, and shows their progress.

    Interrupting (Ctrl-C, or a notebook's stop button) stops them; finished epochs are kept and returned.

    Args:
        cell, units, maxlen, seeds: The values to compare, one or several of each. ``seed`` is another name of
            ``seeds``; without either it is 1.
        settings: Any other field of ``Experiment``, such as ``epochs``.

    Raises:
        UserError: If a setting is out of bounds, or a network cannot be trained.
    """
    _check_effect(cell, settings)
    experiments = comparison(cell, units, maxlen, seeds, **settings)
    return _trained(lambda engine: engine.submit(experiments))


def load(*ids: str | Iterable[str]) -> "Networks":
    """Returns recorded runs by their ids, one or several, also those trained on the page."""
    if not (names := list(map(str, chain.from_iterable(map(several, ids))))):
        raise UserError("No run was named. Name at least one, as `rc.runs()` lists them.")
    store = _store(cache_folder())
    return Networks(store, tuple(store.run(run).id for run in names))


def runs() -> "pd.DataFrame":
    """Returns a row for each recorded run, the oldest first; the index is their ids."""
    import pandas as pd

    rows = [output.run_json(run) for run in _store(cache_folder()).runs()]
    settings = ("units", "maxlen", "seed", "epochs")
    table = pd.DataFrame([row | {name: row["experiment"][name] for name in settings} for row in rows])
    return table.drop(columns="experiment").set_index("run") if rows else table


def parameters(cell: str = BOOK.cells[0], **settings: Any) -> Parameters:
    """Returns the parameter counts of the network with these settings, term by term.

    Example:
        >>> import rnn_compare as rc
        >>> lstm = rc.parameters("LSTM", units=32)
        >>> lstm.total, lstm.layers[1].arithmetic
        (328353, '4 · (32·32 + 32·32 + 32) = 8,320')
    """
    _check_effect(cell, settings)
    return counts.parameters(experiment_from({"cell": cell, **settings}))


@dataclass(frozen=True)
class Network:
    """One trained network and its recorded run: ``run.id``, ``run.experiment``, ``run.epochs``, ``run.best``, …"""

    run: Run

    def __repr__(self) -> str:
        return f"{self.run.title} ({self.run.id}): {output.progress_text(self.run)}"

    @property
    def parameters(self) -> Parameters:
        """Its parameter counts."""
        return counts.parameters(self.run.experiment)

    def predict(self, text: str, which: Which = "best") -> "ReviewPrediction":
        """Returns its prediction for a review: ``label``, ``probability`` of being positive, and more."""
        from rnn_compare.explain.prediction import ask

        return ask(self.run, text, which)

    def read(self, text: str, which: Which = "best") -> "pd.DataFrame":
        """Returns a row for each word: ``word``, ``known``, ``probability`` after it, ``change`` of the log-odds."""
        import numpy as np
        import pandas as pd

        from rnn_compare.cells.formula import sigmoid
        from rnn_compare.explain.prediction import encode, run_weights
        from rnn_compare.explain.word_by_word import read

        experiment = self.run.experiment
        reading = read(experiment, run_weights(self.run, which), encode(experiment, text))
        return pd.DataFrame(
            {
                "word": [token.word for token in reading.words],
                "known": [token.state == "known" for token in reading.words],
                "probability": sigmoid(reading.logits[1:]),
                "change": np.diff(reading.logits),
            }
        )

    def keras_model(self, which: Which = "best") -> Any:
        """Returns it as a compiled stock Keras model; imports TensorFlow, which takes seconds."""
        from rnn_compare.explain.prediction import run_weights

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.networks import keras_models

        model = keras_models.build(self.run.experiment)
        keras_models.set_weights(model, run_weights(self.run, which))
        return model


class Networks:
    """Networks that were trained or loaded together."""

    def __init__(self, store: RunStore, ids: Sequence[str]) -> None:
        self._store = store
        self.ids = tuple(ids)

    def __iter__(self) -> Iterator[Network]:
        return map(Network, self._store.runs(self.ids))

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> Network:
        return list(self)[place]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    @property
    def curves(self) -> "pd.DataFrame":
        """A row for each epoch of each run: ``run``, ``network``, ``seed``, ``epoch``, its metrics, ``seconds``."""
        import pandas as pd

        from rnn_compare.comparison.groups import groups

        return pd.DataFrame(
            [
                {"run": run.id, "network": group.name, "seed": run.experiment.seed, "epoch": epoch.epoch}
                | dict(epoch.figures)
                | {"seconds": epoch.seconds}
                for group in groups(self._store.runs(self.ids))
                for run in group.runs
                for epoch in run.epochs
            ]
        )

    @property
    def verdicts(self) -> list[str]:
        """The verdict and what the curves show, in the page's sentences."""
        from rnn_compare.comparison.evidence import Evidence
        from rnn_compare.comparison.findings import findings

        return [finding.text for finding in findings(self._store.runs(self.ids), Evidence(self._store))]

    def figure(self, *names: str) -> "Figure":
        """Returns the page's charts as one Plotly figure: accuracy and loss, or the named ones."""
        from rnn_compare.report.contents import gather
        from rnn_compare.report.report_charts import figure

        return figure(gather(self._store, self.ids), names)

    def resume(self, more: int = 0) -> "Networks":
        """Trains stopped runs to their end and, with ``more``, all for so many additional epochs; returns them."""
        unfinished = [network.run.id for network in self if more or network.run.can_be_continued]

        def submit(engine: "Engine") -> Sequence[str]:
            for run in unfinished:
                engine.continue_run(run, more)
            return unfinished

        if unfinished:
            _trained(submit)
        return self


def _check_effect(cells: str | Iterable[str], settings: Mapping[str, Any]) -> None:
    for sentence in without_effect(cells, settings):
        print(sentence, file=sys.stderr)


def _trained(submit: Callable[["Engine"], Sequence[str]]) -> Networks:
    folder = cache_folder()
    engine = _engine(folder)
    ids = submit(engine)
    foreground.follow(engine, _store(folder), ids, _progress)
    result = Networks(_store(folder), ids)
    if reasons := [f"{run.title}: {run.reason}" for network in result if (run := network.run).reason]:
        raise UserError(f"Not everything was trained. {' '.join(reasons)} `rc.load` returns what there is.")
    return result


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
