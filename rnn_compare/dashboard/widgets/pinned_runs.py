"""The runs on a visitor's page: named in its address, and remembered from page to page."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.presets import BOOK
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.services import HIDDEN_NOTICE, Services
from rnn_compare.services.snapshot import TOGETHER, chosen, link_names, named, newest
from rnn_compare.sources import own_texts

PARAMETER = "show"
"""The address's parameter."""
_PINNED, _OPENED, _CHOSEN = "pinned_runs", "opened_runs", "networks_chosen"


def pinned() -> list[str]:
    """Returns the names in the page's address, or those on the page before.

    Streamlit drops parameters that are no widget's when the page changes.
    """
    names = [run for run in st.query_params.get(PARAMETER, "").split(",") if run]
    if names:
        st.session_state[_PINNED] = names
    return names or list(st.session_state.get(_PINNED, []))


def pin(names: list[str]) -> None:
    """Sets the runs in the page's address."""
    st.session_state[_PINNED] = names
    st.session_state[_CHOSEN] = False
    st.query_params[PARAMETER] = ",".join(names)


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
    if snapshot.hides(pinned()):
        return []
    _open(snapshot.charted)
    return shown(snapshot.charted)


def names_on_the_charts(services: Services) -> list[str]:
    """Returns the names of what is on this visitor's charts, for the board."""
    snapshot = services.snapshot()
    is_named = snapshot.hides(pinned()) or named(snapshot.charted, pinned()) is not None
    return pinned() if is_named else link_names(on_the_charts(services), snapshot.charted)


def shown(runs: Sequence[Run]) -> list[Run]:
    """Returns the runs that this visitor's page shows, in order: those of its address, or what a bare address shows."""
    for names in (pinned(), st.session_state.get(_OPENED, [])):
        if (picked := named(runs, names)) is not None:
            return picked
    return chosen(runs, link_names(opened(runs), runs))


def news(runs: Sequence[Run]) -> list[Run]:
    """Returns what a running lecture shows, else the newest comparison that trains, one's own before others'."""
    lecture = set(current_app().classroom().state().runs)
    at_work = [run for run in runs if not run.status.ended]
    own = list(filter(visitor.has_trained, at_work))
    return [run for run in runs if run.id in lecture] or _whole(runs, own or at_work)


def opened(runs: Sequence[Run]) -> list[Run]:
    """Returns what a bare address shows: the news, else what this browser trained last, else the book's experiment.

    That one is recorded. Only if its recording was deleted, others' trainings are shown.
    """
    own = list(filter(visitor.has_trained, runs))
    book = [run for run in runs if run.is_from_elsewhere and run.experiment.setting in BOOK.hashes]
    return news(runs) or _whole(runs, own) or newest(book or runs)


def _whole(runs: Sequence[Run], some: Sequence[Run]) -> list[Run]:
    """Returns all runs of the newest comparison among some of them."""
    comparisons = {run.comparison for run in newest(some)}
    return [run for run in runs if run.comparison in comparisons]


def _open(runs: Sequence[Run]) -> None:
    """Decides what the page shows at a bare address; it stays there after its training.

    A visitor follows the news. The presenter's page may be on a wall: it says that there are some.
    """
    before = {run.id for run in named(runs, st.session_state.get(_OPENED, [])) or ()}
    is_new = not before.issuperset(run.id for run in news(runs))
    if not before or (is_new and not visitor.may_lead()):
        st.session_state[_OPENED] = link_names(opened(runs), runs)


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
