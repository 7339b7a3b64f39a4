"""Checks of the settings in a link, before Streamlit reads it."""

import streamlit as st

from rnn_compare.dashboard.widgets.setting import OTHERS
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import LONGEST_ECHO, MAX_SEEDS, experiment_from
from rnn_compare.formatting import listed
from rnn_compare.sources.registry import names, source

LONGEST_NUMBER = 1_000
"""Digits; Python refuses more than 4,300."""
_PROBLEMS = "link_problems"


def show_problems() -> None:
    """Shows what is wrong in the link: Streamlit silently drops values that a widget cannot take."""
    if _PROBLEMS not in st.session_state:
        parameters = st.query_params.to_dict()
        st.session_state[_PROBLEMS] = _problems()
        if st.query_params.to_dict() != parameters:
            st.rerun()  # with the mended link: Streamlit fails on some values, such as 1e999
    for problem in st.session_state[_PROBLEMS]:
        st.warning(f"In this link: {problem} The default is used instead.", icon=":material/link_off:")


def _problems() -> list[str]:
    problems = _seeds_in_link() + _others_in_link()
    name = _source_in_link()  # first, for it bounds the reviews
    source_field = {"source": name} if name else {}
    for field in (name for name in Experiment.model_fields if name not in source_field):
        for value in st.query_params.get_all(field):
            try:
                experiment_from({**_beside(field, source_field), field: value})
            except UserError as error:
                problems.append(str(error))
                st.query_params.pop(field, None)
    return problems


def _beside(field: str, source_field: dict[str, str]) -> dict[str, str]:
    """Returns the other fields of the link that a field depends on: a distance must fit into the maxlen."""
    if field == "maxlen":
        return {}  # which is checked before the distance
    if field == "distance" and "maxlen" in st.query_params:
        return {**source_field, "maxlen": st.query_params["maxlen"]}
    return source_field


def _source_in_link() -> str | None:
    """Returns the name of the link's source if it is known, and replaces it in the link by the title.

    People write the name; Streamlit reads and writes the title.
    """
    text = st.query_params.get("source")
    name = next((name for name in names() if text in (name, source(name).title)), None)
    if name and name == text:
        st.query_params["source"] = source(name).title
    return name


def _others_in_link() -> list[str]:
    """Replaces the names of the second widget's networks by their titles, which Streamlit reads.

    As on the command line, they may stand among the values of ``cell``.
    """
    cells = st.query_params.get_all("cell")
    texts = [*st.query_params.get_all("others"), *(name for name in cells if name in OTHERS)]
    titles = [OTHERS.get(text, text) for text in texts]
    if titles:
        st.query_params["cell"] = [name for name in cells if name not in OTHERS]
        st.query_params["others"] = [title for title in titles if title in OTHERS.values()]
    wrong = [text for text, title in zip(texts, titles, strict=True) if title not in OTHERS.values()]
    return [f"others is {text[:LONGEST_ECHO]!r}; it must be one of {listed(list(OTHERS))}." for text in wrong]


def _seeds_in_link() -> list[str]:
    text = st.query_params.get("seeds", "1")
    if text in map(str, range(1, MAX_SEEDS + 1)):
        return []
    del st.query_params["seeds"]
    return [f"seeds is {text[:LONGEST_ECHO]}; it must be between 1 and {MAX_SEEDS}."]
