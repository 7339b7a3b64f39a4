"""Fit into N minutes: sets reviews and epochs so that what is set up takes no longer."""

import streamlit as st

from rnn_compare.dashboard.pages.compare.controls import Setup
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import about, counted
from rnn_compare.runs.time_fit import TimeFit, fitted
from rnn_compare.server.services import Services

MOST_MINUTES, USUAL_MINUTES = 240.0, 2.0
_MINUTES, _SAID = "fit_minutes", "fit_said"


def entry(services: Services, setup: Setup) -> None:
    """Draws what opens it, and what was chosen last."""

    def fit() -> None:
        try:
            minutes = st.session_state.get(_MINUTES, USUAL_MINUTES)
            time_fit = fitted(setup.experiments, 60 * minutes, services.seconds)
        except UserError as error:
            st.session_state[_SAID] = str(error)
            return
        st.session_state.update({"reviews": time_fit.reviews, "epochs": time_fit.epochs})
        st.session_state[_SAID] = said(time_fit, setup.experiments[0])

    with st.popover("Fit into a time", icon=":material/timer:", width="stretch"):
        st.number_input("Minutes", 0.5, MOST_MINUTES, USUAL_MINUTES, 0.5, "%g", key=_MINUTES)
        st.button("Set reviews and epochs", on_click=fit, disabled=not setup.experiments, key="fit")
        st.caption(st.session_state.get(_SAID, "As many of both as fit on this machine, by what it has taken before."))


def said(fit: TimeFit, experiment: Experiment) -> str:
    """Returns what was chosen, in words."""
    held_out = experiment.model_copy(update={"reviews": fit.reviews}).validation_reviews
    return (
        f"{counted(fit.reviews, 'review')}, of which {held_out:,} validate, and {counted(fit.epochs, 'epoch')}: "
        f"{about(fit.seconds)}."
    )
