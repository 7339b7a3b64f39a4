"""The runs on a visitor's page: named in its address, and remembered from page to page."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.services.services import HIDDEN_NOTICE, Services
from rnn_compare.services.snapshot import TOGETHER, chosen, link_names
from rnn_compare.sources import own_texts

PARAMETER = "show"
"""The address's parameter."""
_PINNED, _CHOSEN = "pinned_runs", "networks_chosen"


def pinned() -> list[str]:
    """Returns the names in the page's address, or those on the page before.

    Streamlit drops parameters that are no widget's when the page changes.
    """
    names = [run for run in st.query_params.get(PARAMETER, "").split(",") if run]
    if names:
        st.session_state[_PINNED] = names
    return names or list(st.session_state.get(_PINNED, []))


def pin_beside(started: Sequence[str], runs: Sequence[Run]) -> None:
    """Adds runs to those that the page's address names."""
    picked = {run.id: run for run in (*shown(runs), *(run for run in runs if run.id in started))}
    pin(link_names(list(picked.values()), runs))


def pin(names: list[str]) -> None:
    """Sets the runs in the page's address; without names the page follows the newest comparison."""
    st.session_state[_PINNED] = names
    st.session_state[_CHOSEN] = False
    if names:
        st.query_params[PARAMETER] = ",".join(names)
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def restore() -> None:
    """Puts the pinned runs back into the address after another page."""
    if PARAMETER not in st.query_params and (runs := pinned()):
        st.query_params[PARAMETER] = ",".join(runs)


def note_choice() -> None:
    """Notes that the visitor has chosen networks, which then no longer follow the charts."""
    st.session_state[_CHOSEN] = True


def has_chosen() -> bool:
    """Returns True if the visitor has chosen networks since runs were pinned."""
    return bool(st.session_state.get(_CHOSEN))


def on_the_charts(services: Services) -> list[Run]:
    """Returns the runs on this visitor's charts, in order; none if those in the address are hidden."""
    snapshot = services.snapshot()
    return [] if snapshot.hides(pinned()) else shown(snapshot.charted)


def shown(runs: Sequence[Run]) -> list[Run]:
    """Returns the runs that this visitor's page shows, in order."""
    return chosen(runs, pinned())


def missing(runs: Sequence[Run]) -> list[str]:
    """Returns the names in this visitor's link that are neither runs nor files of texts."""
    there = {run.id for run in runs} | {f"{TOGETHER}{run.comparison}" for run in runs}
    return [name for name in pinned() if name not in there and not own_texts.find_card(name)]


def show_hidden_notice(services: Services, is_empty: bool = False) -> None:
    """Says that runs are hidden, if any are: to whoever leads, with a way back to the lecture; else on empty pages."""
    if not services.snapshot().hidden:
        return
    if visitor.may_lead():
        label = f"{HIDDEN_NOTICE} Back to the lecture"
        if st.button(label, icon=":material/visibility_off:", type="tertiary"):
            st.switch_page(st.Page(lambda: None, url_path="present"))
    elif is_empty:
        st.info(HIDDEN_NOTICE, icon=":material/visibility_off:")
