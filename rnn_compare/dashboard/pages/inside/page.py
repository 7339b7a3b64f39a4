"""The page *Inside the cell*: views of a trained network at work."""

import streamlit as st

from rnn_compare.dashboard.components import load_styles
from rnn_compare.dashboard.pages.inside import attention, formulas, memory, word_map
from rnn_compare.dashboard.widgets import network_choice, reading, url_state
from rnn_compare.server.app import current_app

VIEWS = {
    "Word by word": reading.show,
    "Attention": attention.show,
    "Memory": memory.show,
    "Words": word_map.show,
    "Equations": formulas.show,
}
FIRST = "Word by word"
EARLIER = {"Gradient flow", "Memory test", "Length"}
"""Views of older links, all part of *Memory* now."""


def render() -> None:
    """Draws the page."""
    load_styles("browser/common/verdicts.css", "dashboard/assets/pages/views.css")
    services = current_app().services()
    if not (askable := network_choice.askable(services)):
        return
    runs, which = network_choice.choose(askable)
    views = [name for name in VIEWS if name != "Attention" or any(run.experiment.without_recurrence for run in runs)]
    if st.query_params.get("view") in EARLIER:
        st.query_params["view"] = "Memory"
    if st.session_state.get("view", FIRST) not in views:
        st.session_state["view"] = FIRST
    url_state.restore("view", views)
    view = st.segmented_control("View", views, default=FIRST, key="view", required=True, label_visibility="collapsed")
    url_state.save("view", view or FIRST, FIRST)
    if not runs:
        st.info("Choose at least one network on the left.", icon=":material/arrow_back:")
        return
    if networks := network_choice.loaded(runs, which):
        VIEWS[view or FIRST](services, networks)
