"""The pages and how one gets from one to another."""

import streamlit as st

from rnn_compare.dashboard import services, theme
from rnn_compare.dashboard.pages import compare, try_review
from rnn_compare.errors import UserError


def render() -> None:
    """Runs the page that the visitor is on."""
    theme.apply()
    page = st.navigation(
        [
            st.Page(compare.render, title="Compare", icon=":material/show_chart:", url_path="compare", default=True),
            st.Page(try_review.render, title="Try a review", icon=":material/rate_review:", url_path="try"),
        ],
        position="top",
    )
    try:
        services.get()
        page.run()
    except UserError as error:
        st.error(str(error))
        st.button("Try again")
