"""Three charts of a sweep's accuracies, and their table."""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts import sweep_charts
from rnn_compare.comparison.inference.accuracies import MEASURES, Measure
from rnn_compare.comparison.sweeps import Outcome, Sweep, outcomes, varied
from rnn_compare.dashboard import components
from rnn_compare.formatting import as_markdown, counted, listed
from rnn_compare.networks.parameters import parameters
from rnn_compare.runs.record import Run, names
from rnn_compare.server.services import Services
from rnn_compare.settings import SETTINGS, text

COSTS = {"parameters": "Parameters", "seconds": "Seconds"}
MOST_NAMED = 6
"""The largest number of runs that a sentence names."""
MARGIN = "±, bands: 95 % t-interval of the mean over n seeds."
_BARE: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
PICTURES = ("Heat maps", "Along a setting", "Accuracy and cost")


def show(services: Services, sweep: Sweep) -> None:
    """Draws the chosen chart, and its table."""
    if not sweep.trained:
        components.show_figure(sweep_charts.sweep_heat_maps([], sweep.experiments), "sweep_heat")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        picture = st.segmented_control(
            "Picture", PICTURES, default=PICTURES[0], key="picture", bind="query-params", **_BARE
        )
        measure = choose_measure("measure", services, sweep)
    points = measured(services, sweep.runs.values(), measure)
    if not points:
        st.info("These runs are from a version that kept no probabilities: choose a typical epoch.")
        return
    title = _title(measure)
    match picture:
        case "Along a setting":
            _along(points, title)
        case "Accuracy and cost":
            show_cost(points, measure, "sweep")
        case _:
            components.show_figure(sweep_charts.sweep_heat_maps(points, sweep.experiments), "sweep_heat")
            if others := [
                SETTINGS[name].label
                for name in varied([point.experiment for point in points])
                if name not in ("cell", "units", "maxlen")
            ]:
                st.caption(f"Means also across {', '.join(others)}, so without intervals.")
    _show_excluded_runs(sweep, points)
    _explain_identical_curves(points)
    with st.expander("Numbers"):
        st.caption(f"{MEASURES[measure].meaning.capitalize()} {MARGIN}")
        st.dataframe(_table(points), hide_index=True)


def choose_measure(key: str, services: Services, sweep: Sweep) -> Measure:
    """Draws the choice of the accuracy measure, and returns it; test reviews are offered if a run was tested."""
    is_tested = bool(measured(services, sweep.runs.values(), "test"))
    name = st.segmented_control(
        "Accuracy",
        [name for name in MEASURES if is_tested or name != "test"],
        default="kept",
        format_func=lambda name: MEASURES[name].title,
        key=key,
        bind="query-params",
        **_BARE,
    )
    return next((measure for measure in get_args(Measure) if measure == name), "kept")


def measured(services: Services, runs: Iterable[Run], measure: Measure) -> list[Outcome]:
    """Returns the outcome of each setting, computed once for all viewers."""
    selection = tuple(runs)

    def accuracy(run: Run) -> float | None:
        score = services.evidence.score(run, measure)
        return score.accuracy if score else None

    wanted = ("outcomes", measure, tuple((run.id, run.status, len(run.epochs)) for run in selection))
    return services.snapshot().cached(wanted, lambda _: outcomes(selection, accuracy))


def show_cost(points: Sequence[Outcome], measure: Measure, place: str) -> None:
    """Draws accuracy against parameters or seconds, with the Pareto front; ``place`` names the chart on its page."""
    cost = st.segmented_control(
        "Cost", list(COSTS), default="parameters", format_func=COSTS.__getitem__, key=f"{place}_cost", **_BARE
    )
    components.show_figure(_cost_figure(points, cost or "parameters", _title(measure)), f"{place}_cost_chart")
    st.caption("Pareto front: the networks that none beats at a lower cost.")


def _title(measure: Measure) -> str:
    return f"accuracy ({MEASURES[measure].title.lower()})"


def _cost_figure(points: Sequence[Outcome], cost: str, title: str) -> go.Figure:
    if cost == "seconds":
        seconds = [_seconds(point) for point in points]
        return sweep_charts.cost_chart(points, seconds, "seconds per training, measured", "s", title)
    counts = [float(parameters(point.experiment).recurrent) for point in points]
    return sweep_charts.cost_chart(points, counts, "parameters between embedding and Dense", "parameters", title)


def _seconds(outcome: Outcome) -> float:
    trained = outcome.group.counted
    return sum(epoch.seconds for run in trained for epoch in run.epochs) / len(trained)


def _along(points: Sequence[Outcome], title: str) -> None:
    settings = varied([point.experiment for point in points]) or ["units"]
    usual = next((name for name in settings if name != "cell"), settings[0])
    setting = st.pills(
        "Setting", settings, default=usual, format_func=lambda name: SETTINGS[name].label, key="along", **_BARE
    )
    components.show_figure(sweep_charts.axis_chart(points, setting or usual, title), "sweep_along")


def _show_excluded_runs(sweep: Sweep, points: Sequence[Outcome]) -> None:
    counted_ids = sum(point.accuracy.runs for point in points)
    if lacking := len(sweep.trained) - counted_ids:
        st.caption(f"Not in these means (not measured this way): {counted(lacking, 'trained run')}.")
    all_runs = list(sweep.runs.values())
    broken_off = {run.id for run in sweep.broken_off}
    called = zip(all_runs, names(all_runs), strict=True)
    if broken := [as_markdown(name) for run, name in called if run.id in broken_off]:
        more = f" and {len(broken) - MOST_NAMED} more" if len(broken) > MOST_NAMED else ""
        st.caption(f"Interrupted, not in the means: {', '.join(broken[:MOST_NAMED])}{more}.")


def _explain_identical_curves(points: Sequence[Outcome]) -> None:
    """Explains curves that are equal to the last digit, which look like a fault."""
    same: dict[tuple[float, ...], list[Outcome]] = {}
    for point in points:
        same.setdefault(tuple(epoch["val_loss"] for run in point.group.runs for epoch in run.epochs), []).append(point)
    for equal in same.values():
        if len({point.experiment.model_copy(update={"maxlen": 1}) for point in equal}) < len(equal):
            st.caption(
                f"{listed([as_markdown(point.group.name) for point in equal])} are identical in every epoch: words "
                "farther back had no effect. A forget gate at σ(1) = 73 % leaves 10⁻¹⁴ after 100 words, below 32-bit "
                "precision."
            )


def _table(points: Sequence[Outcome]) -> pd.DataFrame:
    def in_points(share: float | None) -> float | None:
        return None if share is None else round(100 * share, 1)

    settings = varied([point.experiment for point in points]) or ["cell"]
    return pd.DataFrame(
        [
            {SETTINGS[name].label: text(name, getattr(point.experiment, name)) for name in settings}
            | {
                "accuracy (%)": in_points(point.accuracy.mean),
                "± (95 %)": in_points(point.accuracy.margin),
                "standard deviation": in_points(point.accuracy.deviation),
                "n": point.accuracy.runs,
                "recurrent parameters": parameters(point.experiment).recurrent,
                "seconds": round(_seconds(point), 1),
            }
            for point in points
        ]
    )
