"""The choice of a source, and the download of one whose files are missing."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.components import wait_for
from rnn_compare.dashboard.widgets import flash, presenter_controls
from rnn_compare.server import presenter
from rnn_compare.server.app import current_app
from rnn_compare.sources import registry
from rnn_compare.sources.source import Source
from rnn_compare.training.analyses import Analysis

_DOWNLOADS = "fetched_sources"


def options(key: str) -> tuple[str, ...]:
    """Returns the options of a widget before it is drawn; if its source is gone, it is set to the default one."""
    names, current = registry.names(), st.session_state.get(key)
    if current is None or current in names:
        return names
    if registry.is_known(current):  # an earlier version of a file that was read again
        return (*names, current)
    st.session_state[key] = registry.DEFAULT.name
    return names


def show_missing(source: Source, problem: str) -> None:
    """Draws the reason why a source cannot be used, and a button to download it where that is possible."""
    more = f" Also {source.test_size:,} test reviews." if source.test_size else ""
    st.html(f"<p class='rc-box rc-missing'>{escape(problem)}{more}</p>")
    if source.fetch is None:
        return
    fetch, services = source.fetch, current_app().services()
    downloads: dict[str, Analysis] = st.session_state.setdefault(_DOWNLOADS, {})
    if services.engine.scheduler:  # its workers have other disks
        st.caption(f"With an Internet connection: `python -m rnn_compare fetch {source.name}`")
        return

    def begin() -> None:
        with flash.noting():
            presenter.require()
            downloads[source.name] = services.engine.analyse(fetch, again=True)

    if analysis := downloads.get(source.name):
        if not analysis.ended:
            wait_for(f"Fetching {source.title}", analysis)
            return
        del downloads[source.name]
        if analysis.problem is None:
            st.rerun()
        st.error(analysis.problem, icon=":material/cloud_off:")
    presenter_controls.button("Fetch it", icon=":material/cloud_download:", on_click=begin)
