"""Several trained networks in a notebook: results, verdicts, figures, reports; they can be trained on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args, overload

from rnn_compare.cli import output
from rnn_compare.cli.files import report
from rnn_compare.cli.foreground import path, record, train_here
from rnn_compare.cli.sweep import facts
from rnn_compare.comparison.groups import groups, one_each
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.levels import MARGIN, check_margin
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import several
from rnn_compare.formatting import listed
from rnn_compare.interface.trained_network import Network, curves
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.table import Table

if TYPE_CHECKING:
    import os

    import pandas as pd
    from plotly.graph_objects import Figure

    from rnn_compare.comparison.inference.judgement import Judgement
    from rnn_compare.report.written_files import Form
    from rnn_compare.training.engine import Engine

FORMS: dict[str, "Form"] = {".html": "html", ".ipynb": "notebook", ".csv": "csv", ".parquet": "parquet"}
"""The forms of a report by the ending of its file."""


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
        return curves(groups(self.runs))

    history = curves  # Keras' name

    def frame(self) -> "pd.DataFrame":
        """Returns a row for each setting: ``network``, the settings that differ, and its result.

        That is ``runs``, of which ``complete`` count and ``left_out`` do not, ``accuracy`` (the mean over seeds, on
        test reviews if all runs have read them, else on held-out reviews), ``spread`` (the standard deviation of single
        runs), ``lowest`` and ``highest``.
        """
        import pandas as pd

        from rnn_compare.comparison.evidence import Evidence

        compared = groups(self.runs)
        frame = pd.DataFrame(facts(compared, Evidence(self._store)))
        frame.insert(0, "network", [group.name for group in compared])
        return frame

    def compare(self, margin: float = MARGIN, measure: Judging | None = None) -> "Judgement":
        """Judges every two settings, as the page and ``judge`` do.

        Args:
            margin: Settings whose accuracies differ by less are equal; chosen beforehand, a share.
            measure: ``test`` for test reviews, ``kept`` for held-out reviews; by default test reviews, if all runs have
                read them.

        Returns:
            The judgement; its ``pairs`` print as sentences, and ``facts()`` of a pair are its numbers.

        Raises:
            UserError: If there is a single setting or too many, a run has not ended, or an argument is not valid.

        Example:
            ``pd.DataFrame(pair.facts() for pair in result.compare().pairs)``
        """
        from rnn_compare.comparison.evidence import Evidence
        from rnn_compare.comparison.inference.judge import MOST_SETTINGS
        from rnn_compare.comparison.verdicts import judge

        check_margin(margin)
        if measure is not None and measure not in get_args(Judging):
            raise UserError(f"measure is {measure!r:.40}; it must be {' or '.join(map(repr, get_args(Judging)))}.")
        compared = groups(self.runs)
        if not 2 <= len(compared) <= MOST_SETTINGS:
            raise UserError(
                f"A comparison takes 2 to {MOST_SETTINGS} settings, not {len(compared)}. Join results by +."
            )
        if working := [group.name for group in compared if not group.ended]:
            raise UserError(f"{working[0]} is not finished. Wait for it, or stop it.")
        return judge(compared, Evidence(self._store), measure, margin)

    def report(self, file: "str | os.PathLike[str]") -> list[Path]:
        """Writes a report to take home, and returns the files.

        Args:
            file: Its ending decides: ``.html`` is a page that works offline, ``.ipynb`` a notebook that trains the same
                in stock Keras; ``.csv`` and ``.parquet`` are a row for each prediction, with the curves in a file
                beside it.

        Raises:
            UserError: If it has another ending, or cannot be written.
        """
        if (form := FORMS.get(path(str(file)).suffix)) is None:
            raise UserError(f"{str(file)[:80]} must end in {listed(list(FORMS), 'or')}.")
        return [written for _, written in report(self._store, self.ids, {form: str(file)})]

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

        wanted = [str(name) for value in names for name in several(value)]
        charts = {metric: chart.name for chart in all_charts().values() for metric in (*chart.figures, chart.name)}
        if unknown := [name for name in wanted if name not in charts]:
            raise UserError(f"There is no chart {unknown[0][:40]!r}. Choose among {listed(list(all_charts()))}.")
        if (curves := self.curves).empty:
            raise UserError("No epoch has finished yet. Train on with `resume()`.")
        shown = [all_charts()[name] for name in shown_charts(charts[name] for name in wanted)]
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

    def resume(self, more: int = 0, progress: bool = True) -> "Networks":
        """Trains stopped runs to their end and, with ``more``, all for so many additional epochs; returns them."""
        unfinished = [network.run.id for network in self if more or network.run.can_be_continued]

        def submit(engine: "Engine") -> Sequence[str]:
            for run in unfinished:
                engine.continue_run(run, more)
            return unfinished

        if unfinished:
            trained(submit, progress)
        return self


def trained(submit: Callable[["Engine"], Sequence[str]], progress: bool) -> Networks:
    """Returns the networks of the runs that ``submit`` begins, once they have ended.

    Raises ``UserError`` if one has failed.
    """
    result = Networks(record(), train_here(submit, progress))
    if reasons := [f"{run.title}: {run.reason}" for run in result.runs if run.reason]:
        raise UserError(f"Not everything was trained. {' '.join(reasons)} `rc.load` returns what there is.")
    return result
