"""The pages and their navigation."""

import contextlib
import json
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from rnn_compare.charts import palette
from rnn_compare.dashboard.components import component, load_styles, ticking
from rnn_compare.dashboard.pages import chance, try_review
from rnn_compare.dashboard.pages.compare import page as compare
from rnn_compare.dashboard.pages.inside import page as inside
from rnn_compare.dashboard.pages.present import page as present
from rnn_compare.dashboard.pages.present import permissions
from rnn_compare.dashboard.pages.reviews import page as reviews
from rnn_compare.dashboard.pages.runs import page as runs
from rnn_compare.dashboard.widgets import sign_in, url_state
from rnn_compare.errors import UserError
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.assets import PACKAGE
from rnn_compare.services.services import FIRST_PAGE_SECONDS

LOOK_SECONDS = 3.0
"""Seconds between checks of a cache that could not be used, and of warnings."""


def render() -> None:
    """Runs the page that the visitor is on, when it is its turn."""
    with current_app().turns.turn():
        _render()
    current_app().turns.wait_until_sent()
    st.session_state.get("sent")  # ends a run that was stopped meanwhile: it would forget the fragments of the next


def _render() -> None:
    current_app().upload_gate.close_for_this_session()  # the uploader opens it again
    load_styles("dashboard/assets/common/streamlit.css", "browser/common/theme.css")
    _set_properties(palette.CSS)
    access_version = current_app().access.version()
    of_present: Literal["hidden", "visible"] = "hidden" if permissions.why_not() else "visible"
    front = [
        st.Page(compare.render, title="Compare", icon=":material/show_chart:", url_path="compare", default=True),
        st.Page(try_review.render, title="Try a review", icon=":material/rate_review:", url_path="try"),
        st.Page(inside.render, title="Inside the cell", icon=":material/neurology:", url_path="inside"),
        st.Page(
            present.render, title="Present", icon=":material/slideshow:", url_path="present", visibility=of_present
        ),
    ]
    more = [
        st.Page(reviews.render, title="Reviews", icon=":material/menu_book:", url_path="reviews"),
        st.Page(runs.render, title="Runs", icon=":material/list:", url_path="runs"),
        st.Page(chance.render, title="Could it be chance?", url_path="chance", visibility="hidden"),
    ]
    page = st.navigation({"": front, "More": more}, position="top")
    # A local file: Streamlit fetches its named icons from the network.
    icon = str(PACKAGE / "dashboard" / "assets" / "common" / "icon.png")
    st.set_page_config(page_title=f"{page.title} · RNN Compare", page_icon=icon, layout="wide")
    _set_properties({"--rc-page": json.dumps(page.title)})  # a phone's menu folds the pages' names and shows this one
    component("dashboard/assets/common/menu.js")(
        key="menu", data={"title": page.title}
    )  # first: its place never changes
    try:
        services = current_app().services()
        services.engine.expect(after=FIRST_PAGE_SECONDS)
        if warnings := _warnings():
            ticking(_show_warnings, LOOK_SECONDS, warnings)
        with url_state.drawing(page.url_path):
            page.run()
    except UserError as error:
        st.error(str(error))
        st.button("Try again")
        if not _usable():
            ticking(_draw_again_once_usable, LOOK_SECONDS)
    sign_in.show()  # last in the sidebar
    sign_in.follow_rule(access_version)


def _set_properties(properties: Mapping[str, str]) -> None:
    st.html(f"<style>:root {{ {'; '.join(': '.join(item) for item in properties.items())} }}</style>")


def _warnings() -> list[str]:
    """Returns what is wrong with the records; to others than the presenter nothing, who can do nothing about it."""
    if visitor.why_not():
        return []
    return [*current_app().services().store.warnings, *current_app().classroom().warnings]


def _show_warnings(warnings: list[str]) -> None:
    for warning in warnings:
        st.warning(warning, icon=":material/report:")
    with contextlib.suppress(UserError):  # the next run of the page says so
        if _warnings() != warnings:
            st.rerun(scope="app")


def _usable() -> bool:
    with contextlib.suppress(UserError):
        return bool(current_app().services().snapshot())
    return False


def _draw_again_once_usable() -> None:
    if _usable():
        st.rerun(scope="app")
