"""The calibration of a run's probabilities: its reliability diagram, epoch by epoch."""

import streamlit as st

from rnn_compare.charts.palette import looks
from rnn_compare.charts.reliability_chart import HEIGHT, reliability_chart
from rnn_compare.comparison.calibration import Calibration, calibration
from rnn_compare.comparison.evidence import known_labels
from rnn_compare.dashboard.components import figure
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.runs.probabilities import decoded
from rnn_compare.runs.record import Run
from rnn_compare.server.services import Services
from rnn_compare.sources import registry

ONE_SIDED = 0.75
"""Of the calibration error: where predictions lie so far to one side, neither sureness nor doubt is what is wrong."""


def show(services: Services, run: Run) -> None:
    """Draws the diagram of the validation reviews, and what it says in words."""
    labels = known_labels(run.experiment, "validation")
    by_epoch = {
        predictions.epoch: predictions
        for predictions in services.store.predictions(run.id)
        if labels is not None and predictions.reviews == len(labels)
    }
    if labels is None or not by_epoch or run.best is None:
        st.html("<p>No probabilities for this run: it finished no epoch, or is from an earlier version.</p>")
        return
    epochs = sorted(by_epoch)
    epoch = run.best.epoch if run.best.epoch in by_epoch else epochs[-1]
    if len(epochs) > 1:
        epoch = st.select_slider("Epoch", epochs, epoch, key=f"calibration_{run.id}")
    label = registry.labels(run.experiment.dataset)[1]
    result = calibration(decoded(by_epoch[epoch].probabilities), labels)
    figure.show(reliability_chart(result, looks([run.experiment.cell])[0], label), f"reliability_{run.id}", HEIGHT)
    st.markdown(conclusion(result, label))


def conclusion(result: Calibration, label: str) -> str:
    """Returns a paragraph on how well the probabilities of a label are calibrated.

    Example:
        >>> print(conclusion(Calibration((), 0.052, 0.011, True), "positive"))
        **Expected calibration error 5.2 %**: mean gap between predicted and actual share of positive reviews; by \
chance about 1.1 %. This network is overconfident: its probabilities are too extreme.
        >>> conclusion(Calibration((), 0.05, 0.011, True, 0.048), "positive")[-66:]
        'The share of positive reviews is 4.8 points higher than predicted.'
    """
    sure = "overconfident: its probabilities are too extreme"
    unsure = "underconfident: its probabilities are not extreme enough"
    verdict = f"This network is {sure if result.overconfident else unsure}."
    if abs(result.lean) >= ONE_SIDED * result.error:
        side = "higher" if result.lean > 0 else "lower"
        points = f"{100 * abs(result.lean):.1f} points {side}"
        verdict = f"The share of {as_markdown(label)} reviews is {points} than predicted."
    if result.error <= 2 * result.by_chance:
        verdict = "This network is well calibrated."
    return (
        f"**Expected calibration error {percent(result.error)}**: mean gap between predicted and actual share of "
        f"{as_markdown(label)} reviews; by chance about {percent(result.by_chance)}. {verdict}"
    )
