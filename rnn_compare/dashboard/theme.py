"""What the pages look like beyond Streamlit's own settings in `.streamlit/config.toml`."""

import streamlit as st

# A projector shows 1280 × 720: Streamlit's generous margins would push the charts out of sight.
CSS = """
<style>
[data-testid="stMainBlockContainer"] { padding: 3.6rem 1.5rem 2rem; max-width: 120rem; }
[data-testid="stSidebarHeader"] { height: auto; padding-top: 0.5rem; padding-bottom: 0; min-height: 2.2rem; margin-bottom: 0; }
[data-testid="stSidebarUserContent"] { padding: 0 1.25rem 1rem; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 0.6rem; }
[data-testid="stSidebarUserContent"] [data-testid="stCaptionContainer"] p { font-size: 0.875rem; line-height: 1.35; }
[data-testid="stMain"] h2 { font-size: 1.5rem; padding: 0.25rem 0 0; }
[data-testid="stMain"] h3 { font-size: 1.2rem; padding: 0.25rem 0 0; }
/* A tick every second must not make the page flicker. */
[data-stale="true"] { opacity: 1 !important; }
</style>
"""


def apply() -> None:
    """Sets the page's style."""
    st.html(CSS)
