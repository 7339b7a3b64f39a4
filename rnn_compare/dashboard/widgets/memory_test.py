"""The memory test: recall of a word that was read long before the end."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from rnn_compare.charts.memory_chart import NetworkMemory, effect_chart, telling_word, told_apart_chart
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, problem_card
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.polarity import WordChoice
from rnn_compare.explain.word_memory import keep, kept
from rnn_compare.formatting import as_markdown, counted, counted_range
from rnn_compare.server.services import Services
from rnn_compare.sources import registry
from rnn_compare.sources.source import SENTIMENT
from rnn_compare.training.analyses import Analysis


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws a button that tests the chosen runs and, once they are tested, what was found."""
    labels = {registry.labels(network.run.experiment.dataset) for network in networks}
    st.markdown(
        f"One telling word, {_either(labels)}, farther and farther from the end of a neutral text. Is it still noticed?"
    )
    analyses: dict[Any, Analysis] = st.session_state.setdefault("memory_tests", {})
    for network in networks:
        if network.key not in analyses and (recalled := kept(network.run.id, network.state)):
            analyses[network.key] = Analysis(result=recalled)

    def begin() -> None:
        for network in untested:
            analyses[network.key] = services.engine.analyse(worker_tasks.memory, *network.key)

    untested = [network for network in networks if (test := analyses.get(network.key)) is None or test.problem]
    if untested:
        which = "" if len(untested) == len(networks) else f" for {counted(len(untested), 'more network')}"
        st.button(f"Run the memory test{which}", type="primary", key="run_memory_test", on_click=begin)
    tests = [(network, analyses[network.key]) for network in networks if network.key in analyses]
    for network, analysis in tests:
        if analysis.result:
            keep(network.run.id, network.state, analysis.result)
    if tests:
        waiting = not all(analysis.ended for _, analysis in tests)
        components.ticking(_watch, components.POLL_SECONDS if waiting else None, tests, waiting)


def _either(labels: set[tuple[str, str]]) -> str:
    """Returns the two kinds of telling word; networks of several sources share no names for them."""
    if len(labels) > 1:
        return "of either label"
    no, yes = next(iter(labels), SENTIMENT)
    if (no, yes) == SENTIMENT:
        return "positive or negative"
    return f"for “{as_markdown(yes)}” or “{as_markdown(no)}”"


def used_words(tested: Sequence[NetworkMemory], limit: int = 10) -> str:
    """Returns as HTML which words were used, once for all networks that were tested with the same ones."""
    groups: dict[tuple[WordChoice, tuple[str, str]], list[str]] = {}
    for network in tested:
        groups.setdefault((network.test.words, network.labels), []).append(network.title)
    parts = []
    for (words, labels), titles in groups.items():
        whose = "" if len(groups) == 1 else f"<p><b>{escape(', '.join(titles))}</b></p>"
        rows = []
        for kind, group in ((labels[1], words.positive), (labels[0], words.negative), ("neutral", words.neutral)):
            more = f" … ({len(group)} in all)" if len(group) > limit else ""
            rows.append(f"<p><b>{escape(kind)}</b> {escape(', '.join(word for word, _ in group[:limit]))}{more}</p>")
        parts.append(whose + "".join(rows))
    return f'<div class="rc-used-words">{"".join(parts)}</div>'


def caveat(tested: Sequence[NetworkMemory]) -> str:
    """Returns a note on the choice of the words and its limits."""
    if any(network.labels != SENTIMENT for network in tested):
        return "Words picked by the training labels; neutral: about equally frequent under both."
    good = any(word == "good" for network in tested for word, _ in network.test.words.neutral)
    return (
        "Words picked by the training labels; neutral: about equally frequent under both, "
        f"{'even “good”' if good else 'maybe words such as “good”'} (“not good”)."
    )


def conclusion(tested: Sequence[NetworkMemory]) -> str:
    """Returns the interpretation of the charts."""
    pairs = counted_range([network.test.pairs for network in tested], "pair")
    numbers = [len(network.test.words.positive) + len(network.test.words.negative) for network in tested]
    words = counted_range(numbers, telling_word(tested))
    return (
        f"Each point averages {pairs} that share {words}. A word may be remembered by a trace too small to decide a "
        "prediction."
    )


def _watch(tests: Sequence[tuple[LoadedNetwork, Analysis]], waiting: bool) -> None:
    if waiting and all(analysis.ended for _, analysis in tests):
        st.rerun(scope="app")  # to look no more
    for network, analysis in tests:
        if not analysis.ended:
            components.progress(network.title, analysis)
    problems = [problem_card(network, analysis.problem) for network, analysis in tests if analysis.problem]
    if problems:
        st.html(f'<div class="rc-verdicts">{"".join(problems)}</div>')
    tested = [
        NetworkMemory(network.title, network.look, analysis.result, registry.labels(network.run.experiment.dataset))
        for network, analysis in tests
        if analysis.result
    ]
    if tested:
        _results(tested)


def _results(tested: Sequence[NetworkMemory]) -> None:
    left, right = st.columns(2)
    with left:
        labels = {as_markdown(network.labels[1]) for network in tested}
        label = f"“{labels.pop()}”" if len(labels) == 1 else "the second label"
        st.markdown(f"**Is the word remembered?** Pairs in which the word for {label} raised its probability.")
        components.show_figure(told_apart_chart(tested), "memory_chart")
    with right:
        st.markdown("**How much is left?** Median difference within a pair.")
        components.show_figure(effect_chart(tested), "memory_effects")
    st.markdown(conclusion(tested))
    st.html(used_words(tested))
    st.caption(caveat(tested))
