"""The memory test: is a word noticed that was read long before the end?"""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from rnn_compare.charts import memory_chart
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.memory_chart import CHOICE, Tested, conclusion, effect_chart, labels_of, noticed, noticed_chart
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import problem_card
from rnn_compare.errors import UserError
from rnn_compare.explain.word_memory import WordChoice, choose_words
from rnn_compare.explain.worker_tasks import answer, kept, memory
from rnn_compare.formatting import counted
from rnn_compare.reviews import prepared
from rnn_compare.services.services import Services
from rnn_compare.sources import registry
from rnn_compare.training.analyses import Analysis


def show(services: Services, networks: Sequence[LoadedNetwork]) -> Tested:
    """Draws the button that starts the test of these networks, and the results; returns those that are there."""
    st.markdown(memory_chart.ASKED)
    analyses: dict[Any, Analysis] = st.session_state.setdefault("memory_tests", {})
    for network in networks:
        if network.key not in analyses and (known := kept(memory, network.run.id, network.state)):
            analyses[network.key] = Analysis(result=known)

    def begin() -> None:
        for network in untested:
            analyses[network.key] = services.engine.analyse(answer, memory, *network.key)

    if problem := next(filter(None, map(_without_words, networks)), ""):
        st.info(problem)
        networks = [network for network in networks if not _without_words(network)]
    untested = [network for network in networks if (test := analyses.get(network.key)) is None or test.problem]
    if untested:
        which = "" if len(untested) == len(networks) else f" for {counted(len(untested), 'more network')}"
        st.button(f"Run the memory test{which}", type="primary", key="run_memory_test", on_click=begin)
    tests = [(network, analyses[network.key]) for network in networks if network.key in analyses]
    if tests:
        waiting = not all(analysis.ended for _, analysis in tests)
        components.ticking(_watch, components.POLL_SECONDS if waiting else None, tests, waiting)
    return _tested(tests)


def _without_words(network: LoadedNetwork) -> str:
    """Returns why a task's texts have no words to test with; empty for films, whose choice takes seconds."""
    try:
        if registry.source(network.run.experiment.dataset).distance:
            choose_words(prepared.load(network.run.experiment.dataset), network.run.experiment.vocabulary_size)
    except UserError as error:
        return str(error)
    return ""


def used_words(tested: Tested, limit: int = 5) -> str:
    """Returns the tests' words as HTML, once for all networks with the same words."""
    groups: dict[tuple[WordChoice, tuple[str, str]], list[str]] = {}
    for network, test in tested:
        groups.setdefault((test.words, labels_of(network)), []).append(network.title)
    parts = []
    for (words, labels), titles in groups.items():
        whose = "" if len(groups) == 1 else f"<p><b>{escape(', '.join(titles))}</b></p>"
        rows = []
        kinds = (f"mostly in {labels[1]} texts", f"mostly in {labels[0]} texts", "in both")
        for kind, group in zip(kinds, (words.positive, words.negative, words.neutral), strict=True):
            more = f" … ({len(group)} in all)" if len(group) > limit else ""
            rows.append(f"<p><b>{escape(kind)}</b> {escape(', '.join(word for word, _ in group[:limit]))}{more}</p>")
        parts.append(whose + "".join(rows))
    return f'<div class="rc-used-words">{"".join(parts)}</div>'


def _watch(tests: Sequence[tuple[LoadedNetwork, Analysis]], waiting: bool) -> None:
    if waiting and all(analysis.ended for _, analysis in tests):
        st.rerun(scope="app")  # without further refreshes
    for network, analysis in tests:
        if not analysis.ended:
            components.progress(f"Measuring {network.title}", analysis)
    problems = [problem_card(network, analysis.problem) for network, analysis in tests if analysis.problem]
    if problems:
        st.html(f'<div class="rc-verdicts">{"".join(problems)}</div>')
    if tested := _tested(tests):
        _results(tested)


def _tested(tests: Sequence[tuple[LoadedNetwork, Analysis]]) -> Tested:
    return [(network, analysis.result) for network, analysis in tests if analysis.result]


def _results(tested: Tested) -> None:
    st.markdown(f"**{noticed(tested)}**", help=f"{conclusion(tested)} {CHOICE}")
    left, right = st.columns(2)
    with left:
        st.markdown(memory_chart.NOTICED)
        components.show_figure(noticed_chart(tested), "memory_chart")
    with right:
        st.markdown(memory_chart.EFFECT)
        components.show_figure(effect_chart(tested), "memory_effects")
    st.html(used_words(tested))
