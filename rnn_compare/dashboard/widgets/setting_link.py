"""The guard of settings in a link: it reads them before Streamlit, which drops some values and fails on others."""

import streamlit as st

from rnn_compare.dashboard.widgets.setting import OTHERS
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_SEEDS, experiment_from, whole_number
from rnn_compare.settings import SETTINGS
from rnn_compare.sources.registry import names, source

_BOUND_BY = {"reviews": ("source",), "distance": ("source", "maxlen")}
"""Settings that bound another one."""
_PROBLEMS = "link_problems"


def show_problems() -> None:
    """Shows what is wrong with the settings in the link, and takes it out of the link."""
    if _PROBLEMS not in st.session_state:
        parameters = st.query_params.to_dict()
        st.session_state[_PROBLEMS] = _problems()
        if st.query_params.to_dict() != parameters:
            st.rerun()  # with the mended link
    for problem in st.session_state[_PROBLEMS]:
        warn(f"{problem} The default is used instead.")


def warn(problem: str) -> None:
    """Shows a sentence on a value in the link that cannot be taken."""
    st.warning(f"In this link: {problem}", icon=":material/link_off:")


def _problems() -> list[str]:
    link, problems, values = st.query_params, list[str](), dict[str, str]()
    _write_networks()
    source_of_title = {source(name).title: name for name in names()}
    if link.get("source") in names():
        link["source"] = source(link["source"]).title  # as Streamlit reads and writes it; people write the name
    for name in ("source", *SETTINGS, "seeds"):
        bounding = {other: values[other] for other in _BOUND_BY.get(name, ()) if other in values}
        for text in link.get_all(name):
            values[name] = source_of_title.get(text, text)
            try:
                if name == "seeds":
                    whole_number(name, text, 1, MAX_SEEDS)
                else:
                    experiment_from(bounding | {name: values[name]})
            except UserError as error:
                problems.append(str(error))
                link[name] = [other for other in link.get_all(name) if other != text]
                del values[name]
    return problems


def _write_networks() -> None:
    """Puts each network into the parameter of its widget, those of the second one as the titles that Streamlit reads.

    As on the command line, all may stand in ``cell``. Unknown ones stay there.
    """
    link, name_of_title = st.query_params, {title: name for name, title in OTHERS.items()}
    texts = [*link.get_all("cell"), *link.get_all("others")]
    networks = [name_of_title.get(text, text) for text in texts]
    if titles := [OTHERS[name] for name in networks if name in OTHERS]:
        link["others"] = titles
    else:
        link.pop("others", None)
    if networks:
        link["cell"] = [name for name in networks if name not in OTHERS]
