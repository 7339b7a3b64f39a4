"""What the pages look like beyond Streamlit's own settings in `.streamlit/config.toml`."""

import streamlit as st

from rnn_compare.dashboard.server.assets import ASSETS


def apply() -> None:
    """Sets the page's title, icon and style."""
    # A file of our own: Streamlit fetches its named icons from the network.
    st.set_page_config(page_title="RNN Compare", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.html(ASSETS / "page.css")
