"""The explanation of verdicts: a page of the docs, for whoever has no network."""

import streamlit as st

from rnn_compare.paths import explanation


def render() -> None:
    """Draws the page."""
    st.markdown(explanation().read_text(encoding="utf-8"))
