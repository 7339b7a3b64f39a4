"""What the charts and cards of this page have in common."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.inside.chosen import Chosen
from rnn_compare.training.analyses import Analysis

GREY = "#888888"
"""Seen on white and on black."""
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
    return f'<section style="--rc-color: {chosen.look.color}"><h4>{escape(chosen.title)}</h4>{body}</section>'


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


def progress(title: str, analysis: Analysis) -> None:
    """Shows how far an analysis is."""
    share = analysis.done / analysis.total if analysis.total else 0.0
    # The title is people's own: as code it is read as no markup.
    said = f"{100 * share:.0f} %" if analysis.total else "waiting for a worker"
    st.progress(min(share, 1.0), text=f"`{title.replace('`', ' ')}` {said}")
