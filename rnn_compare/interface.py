"""The program from Python, for notebooks: train, compare and read networks; `rnn_compare/__init__.py` names it."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from rnn_compare.cli import output
from rnn_compare.cli.foreground import output_file, path, record, train_here
from rnn_compare.cli.networks import network_content
from rnn_compare.cli.setting_options import warn_of_settings_without_effect
from rnn_compare.comparison.groups import groups, one_each
from rnn_compare.comparison.sweeps import varied
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison, experiment_from, several
from rnn_compare.formatting import listed
from rnn_compare.networks import parameters as counts
from rnn_compare.networks.parameters import Parameters
from rnn_compare.paths import Which
from rnn_compare.presets import BOOK
from rnn_compare.runs import network_file
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.settings import takes_settings
from rnn_compare.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

    from rnn_compare.explain.prediction import ReviewPrediction
    from rnn_compare.training.engine import Engine

ALWAYS_LISTED = ("source", "units", "maxlen", "seed", "epochs")
"""Settings with a column in ``runs`` also where they do not differ."""

# What takes long to import is imported where it is needed, and Keras in a notebook only for its own models.

if TYPE_CHECKING:

    class Compared(Experiment):
        """The settings of a comparison, of which some may have several values."""

        cell: str | Iterable[str] = ""  # type: ignore[assignment]  # several cells, where a network has one
        units: int | Iterable[int] = 0  # type: ignore[assignment]  # several sizes
        maxlen: int | Iterable[int] = 0  # type: ignore[assignment]  # several lengths
        seed: int | Iterable[int] = 0  # type: ignore[assignment]  # several trainings
        seeds: int = 0

else:
    Compared = Experiment


@takes_settings(Compared)
def train(cell: str | Iterable[str] = BOOK.cells, *, seeds: int | None = None, **settings: Any) -> "Networks":
    """Trains one network for each cell × units × maxlen × seed, several at once, and shows their progress.

    Interrupting (Ctrl-C, or a notebook's stop button) stops them; finished epochs are kept and returned.

    Args:
        cell: One or several networks.
        seeds: A number of seeds, the first of which is ``seed``; particular ones are several values of ``seed``.
        settings: Others, such as ``units`` and ``epochs``, one value or several of each.

    Raises:
        UserError: If a setting is out of bounds, or a network cannot be trained.
    """
    warn_of_settings_without_effect(cell, settings)
    experiments = comparison(cell=cell, seeds=seeds, **settings)
    return _trained(lambda engine: engine.submit(experiments))


def load(*ids: str | Iterable[str]) -> "Networks":
    """Returns recorded runs by their ids, one or several, also those trained on the page.

    The name of a network's file, ``FILE.npz``, as a browser's page or ``network.save`` writes it, adds it to the record
    as a run from elsewhere.

    Raises:
        UserError: If there is no such run, or the file is no network's.
    """
    if not _names(ids):
        raise UserError("No run was named. Name at least one, as `rc.runs()` lists them.")
    store = record()
    return Networks(
        store,
        [
            network_file.add(store, path(name)) if name.endswith(network_file.ENDING) else store.run(name).id
            for name in _names(ids)
        ],
    )


def runs() -> "pd.DataFrame":
    """Returns a row for each recorded run, the oldest first, with the settings that differ; the index is their ids."""
    import pandas as pd

    from rnn_compare.comparison.evidence import Evidence

    recorded, evidence = record().runs(), Evidence(record())
    settings = dict.fromkeys([*ALWAYS_LISTED, *varied([run.experiment for run in recorded])])
    rows = [
        output.run_json(run, evidence)
        | {"created": datetime.fromtimestamp(int(run.created))}
        | {name: getattr(run.experiment, name) for name in settings}
        for run in recorded
    ]
    return pd.DataFrame(rows).drop(columns="experiment").set_index("run") if rows else pd.DataFrame()


@takes_settings(Experiment)
def parameters(cell: str = BOOK.cells[0], **settings: Any) -> Parameters:
    """Returns the parameter counts of the network with these settings, term by term.

    Example:
        >>> import rnn_compare as rc
        >>> lstm = rc.parameters("LSTM", units=32)
        >>> lstm.total, lstm.layers[1].arithmetic
        (328353, '4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320')
    """
    warn_of_settings_without_effect(cell, settings)
    return counts.parameters(experiment_from({"cell": cell, **settings}))


@dataclass(frozen=True)
class Network:
    """One trained network and its recorded run: ``run.id``, ``run.experiment``, ``run.epochs``, ``run.best``, …"""

    run: Run

    def __repr__(self) -> str:
        return f"{self.run.title} ({self.run.id}): {output.progress_text(self.run)}"

    def _repr_html_(self) -> str:
        return output.progress_table(one_each([self.run])).html()

    @property
    def parameters(self) -> Parameters:
        """Its parameter counts."""
        return counts.parameters(self.run.experiment)

    @overload
    def predict(self, text: str, which: Which = "best") -> "ReviewPrediction": ...  # type: ignore[overload-overlap]  # a str is one text
    @overload
    def predict(self, text: Iterable[str], which: Which = "best") -> "pd.DataFrame": ...
    def predict(self, text: str | Iterable[str], which: Which = "best") -> "ReviewPrediction | pd.DataFrame":
        """Returns its prediction for a review: ``label``, ``probability`` of being positive, and more.

        For several reviews it returns a row for each: ``text``, ``label``, ``probability``.
        """
        from rnn_compare.explain.prediction import ask

        if isinstance(text, str):
            return ask(self.run, text, which)
        import pandas as pd

        reviews = several(text)
        predictions = [ask(self.run, review, which) for review in reviews]
        columns = {name: [getattr(prediction, name) for prediction in predictions] for name in ("label", "probability")}
        return pd.DataFrame({"text": reviews} | columns)

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

    def lengths(self, which: Which = "best") -> "pd.DataFrame":
        """Returns its accuracy by length: ``words``, ``accuracy``, ``texts``, ``repeated`` among the training texts.

        In a task up to eight times the longest length in training, which is ``attrs["trained_up_to"]``.
        """
        import pandas as pd

        from rnn_compare.explain.accuracy_by_length import accuracy_by_length
        from rnn_compare.explain.prediction import run_weights

        lengths = accuracy_by_length(self.run.experiment, run_weights(self.run, which))
        table = pd.DataFrame(lengths.points)
        table.attrs["trained_up_to"] = lengths.trained_up_to
        return table

    def keras_model(self, which: Which = "best") -> Any:
        """Returns it as a compiled stock Keras model; imports TensorFlow, which takes seconds."""
        from rnn_compare.explain.prediction import run_weights

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.networks import keras_models

        model = keras_models.build(self.run.experiment)
        keras_models.set_weights(model, run_weights(self.run, which))
        return model

    def save(self, file: str, which: Which = "best") -> None:
        """Writes it as one file, ``FILE.npz``, that ``load`` and a browser's page read.

        Raises ``UserError`` if it has no weights, or the file cannot be written.
        """
        output.write_file(output_file(file, f"network{network_file.ENDING}"), network_content(self.run, which)[0])

    def plain_script(self) -> str:
        """Returns a Python file that trains it with NumPy alone, to be read from top to bottom.

        Raises ``UserError`` for a network with settings that the file does without, such as dropout.
        """
        from rnn_compare.networks.plain_script import plain_script

        return plain_script(self.run.experiment)


class Networks(Sequence[Network]):
    """Networks that were trained or loaded together: a sequence, each by its place or id; ``+`` joins two."""

    def __init__(self, store: RunStore, ids: Iterable[str]) -> None:
        self._store = store
        self.ids = tuple(dict.fromkeys(ids))

    @property
    def runs(self) -> list[Run]:
        """Their recorded runs."""
        recorded = {run.id: run for run in self._store.runs(self.ids)}
        return [recorded[run] for run in self.ids if run in recorded]  # others were deleted meanwhile

    def __iter__(self) -> Iterator[Network]:
        return map(Network, self.runs)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int | str) -> Network: ...
    @overload
    def __getitem__(self, place: slice) -> "Networks": ...
    def __getitem__(self, place: int | str | slice) -> "Network | Networks":
        if isinstance(place, slice):
            return Networks(self._store, self.ids[place])
        if isinstance(place, str) and place not in self.ids:
            raise UserError(f"{place[:40]!r} is not among these runs: {', '.join(self.ids)}.")
        return Network(self._store.run(place if isinstance(place, str) else self.ids[place]))

    def __contains__(self, network: object) -> bool:
        return (network.run.id if isinstance(network, Network) else network) in self.ids

    def __add__(self, other: "Networks") -> "Networks":
        if not isinstance(other, Networks):
            raise UserError("Only networks that were trained or loaded can be added: result + rc.load(…).")
        return Networks(self._store, self.ids + other.ids)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return output.progress_table(one_each(self.runs)).html()

    @property
    def curves(self) -> "pd.DataFrame":
        """A row for each epoch of each run: ``run``, ``network``, ``seed``, ``epoch``, its metrics, ``seconds``."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"run": run.id, "network": group.name, "seed": run.experiment.seed, "epoch": epoch.epoch}
                | dict(epoch.figures)
                | {"seconds": epoch.seconds}
                for group in groups(self.runs)
                for run in group.runs
                for epoch in run.epochs
            ]
        )

    @property
    def verdicts(self) -> list[str]:
        """The verdict and what the curves show, in the page's sentences."""
        from rnn_compare.comparison.evidence import Evidence
        from rnn_compare.comparison.findings import findings

        return [finding.text for finding in findings(self.runs, Evidence(self._store))]

    @property
    def results(self) -> Table:
        """The page's table of results; its ``frame()`` has the numbers."""
        from rnn_compare.comparison.evidence import Evidence, results_table
        from rnn_compare.comparison.groups import groups
        from rnn_compare.comparison.verdicts import usual_basis

        compared, evidence = groups(self.runs), Evidence(self._store)
        return results_table(compared, evidence, usual_basis(compared, evidence))

    def figure(self, *names: str | Iterable[str]) -> "Figure":
        """Returns the curves as a Plotly figure, a line for each run: accuracy and loss, or the named charts.

        Args:
            names: ``accuracy``, ``loss``, ``auc``, ``gradient``, or metrics of ``curves`` that they draw.
        """
        import plotly.express as px

        from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
        from rnn_compare.charts.palette import look

        charts = {metric: chart.name for chart in all_charts().values() for metric in (*chart.figures, chart.name)}
        if unknown := [name for name in _names(names) if name not in charts]:
            raise UserError(f"There is no chart {unknown[0][:40]!r}. Choose among {listed(list(all_charts()))}.")
        if (curves := self.curves).empty:
            raise UserError("No epoch has finished yet. Train on with `resume()`.")
        shown = [all_charts()[name] for name in shown_charts(charts[name] for name in _names(names))]
        titles = {metric: chart.title for chart in shown for metric in chart.figures if metric in curves}
        table = curves.melt(["run", "network", "epoch"], list(titles), "metric")
        table["chart"] = table["metric"].map(titles)
        table["of"] = table["metric"].map({chart.validation: chart.solid for chart in shown}).fillna("training")
        figure = px.line(
            table,
            x="epoch",
            y="value",
            color="network",
            color_discrete_map={group.name: look(group).color for group in groups(self.runs)},
            line_group="run",
            line_dash="of",
            line_dash_map={"validation": "solid", "training": "dash"},
            facet_col="chart",
        )
        return figure.update_yaxes(matches=None, showticklabels=True)

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


def _names(values: Iterable[str | Iterable[str]]) -> list[str]:
    return [str(name) for value in values for name in several(value)]


def _trained(submit: Callable[["Engine"], Sequence[str]]) -> Networks:
    result = Networks(record(), train_here(submit))
    if reasons := [f"{run.title}: {run.reason}" for run in result.runs if run.reason]:
        raise UserError(f"Not everything was trained. {' '.join(reasons)} `rc.load` returns what there is.")
    return result
