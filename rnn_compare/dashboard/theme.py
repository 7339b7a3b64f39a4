"""The pages' style beyond Streamlit's own settings in `.streamlit/config.toml`."""

import json
from html import escape

import streamlit as st

from rnn_compare.charts import palette
from rnn_compare.server.assets import ASSETS


def apply() -> None:
    """Sets the page's title and icon, and loads the style of all pages."""
    # A local file: Streamlit fetches its named icons from the network.
    st.set_page_config(page_title="RNN Compare", page_icon=str(ASSETS / "common" / "icon.png"), layout="wide")
    load("common/streamlit.css", "common/theme.css")
    st.html(f"<style>:root {{ {'; '.join(': '.join(item) for item in palette.CSS.items())} }}</style>")


def name_page(title: str) -> None:
    """Writes the page's title beside a phone's menu, which folds the pages' names."""
    st.html(f"<style>:root {{ --rc-page: {json.dumps(title)} }}</style>")


def load(*sheets: str) -> None:
    """Sends style sheets of ``assets/``; call it before drawing what they style, not in a fragment that refreshes."""
    for sheet in sheets:
        st.html(ASSETS / sheet)


def card(title: str, look: palette.Look, body: str) -> str:
    """Returns a network's card as HTML, with its title under its colour."""
    return f'<section class="rc-card" style="--rc-color: {look.color}"><h4>{escape(title)}</h4>{body}</section>'
