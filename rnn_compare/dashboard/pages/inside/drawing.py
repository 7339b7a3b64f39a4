"""What the charts and cards of this page have in common."""

from html import escape

import numpy as np
import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.pages.inside.chosen import Chosen
from rnn_compare.insight.gradient_norms import Array
from rnn_compare.training.analyses import Analysis

GREY = "#888888"
"""Seen on white and on black."""
PLACE = "word, counted from the end"
FLOOR = 1e-12
"""The smallest gradient that is drawn, as a share of the largest: beyond it lies rounding alone."""
POLL_SECONDS = 0.5
"""How often the page looks how far an analysis is."""


def layout() -> dict[str, object]:
    """Returns what the charts of lines have in common: a legend above them that a hall can read."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 16}}
    return {"legend": legend, "margin": {"l": 10, "r": 15, "t": 10, "b": 50}}


def axis(title: str, **settings: object) -> dict[str, object]:
    """Returns an axis with a title, in type that a hall can read; it cannot be dragged."""
    return {
        "title": {"text": title, "font": {"size": 15}},
        "tickfont": {"size": 15},
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        **settings,
    }


def card(chosen: Chosen, body: str) -> str:
    """Returns a run's card: its title in its colour, and HTML."""
    return theme.card(chosen.title, chosen.look, body)


def plain(text: str) -> str:
    """Returns a text that Plotly shows as it is, though it reads markup.

    Example:
        >>> plain("<b>mine</b>")
        '&lt;b&gt;mine&lt;/b&gt;'
    """
    return escape(text, quote=False)


def words(count: int) -> str:
    """Returns a number of words.

    Example:
        >>> words(1), words(1234)
        ('1 word', '1,234 words')
    """
    return f"{count:,} word{'' if count == 1 else 's'}"


def drawable(values: Array, largest: float) -> Array:
    """Returns the values, and not a number for those that a logarithm cannot show or ``FLOOR`` hides."""
    shown = np.isfinite(values) & (values > 0) & (values >= FLOOR * largest)
    kept: Array = np.where(shown, values, np.nan)
    return kept


def wait_for(title: str, *analyses: Analysis) -> None:
    """Shows how far analyses are, and draws the page anew when all have ended."""
    st.fragment(_wait, run_every=POLL_SECONDS)(title, *analyses)


def _wait(title: str, *analyses: Analysis) -> None:
    if all(analysis.ended for analysis in analyses):
        st.rerun(scope="app")
    progress(title, *analyses)


def progress(title: str, *analyses: Analysis) -> None:
    """Shows how far an analysis is, or several together."""
    done, total = sum(one.done for one in analyses), sum(one.total for one in analyses)
    share = done / total if total else 0.0
    # The title is people's own: as code it is read as no markup.
    said = f"{100 * share:.0f} %" if total else "waiting for a worker"
    st.progress(min(share, 1.0), text=f"`{title.replace('`', ' ')}` {said}")
