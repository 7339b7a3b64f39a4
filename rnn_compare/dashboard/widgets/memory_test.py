"""The memory test: is a word noticed that was read long before the end?"""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts.plotly_style import GREY, axis, over_words, percent_axis, percentages, plain
from rnn_compare.comparison.inference.intervals import share_text
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, problem_card
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import Array
from rnn_compare.explain.word_memory import MemoryTest, WordChoice, choose_words
from rnn_compare.explain.worker_tasks import answer, kept, memory
from rnn_compare.formatting import as_markdown, counted, counted_range
from rnn_compare.reviews import prepared
from rnn_compare.server.services import Services
from rnn_compare.sources import registry
from rnn_compare.sources.source import SENTIMENT
from rnn_compare.training.analyses import Analysis

NULL = "Seeds differ by more: at word 119 six of the book's SimpleRNNs notice 35 to 76 %, six LSTMs 100 %."
CHOICE = "Words are picked by the training labels; neutral ones are about as frequent under both."
HEIGHT = 400
DASHED = {"color": GREY, "dash": "dash", "width": 3}
ROUNDING = 1e-6
"""Difference of log-odds below which it is rounding; the chart's axis is logarithmic and ends here."""
Tested = Sequence[tuple[LoadedNetwork, MemoryTest]]
"""Networks with their tests."""


def telling_word(tested: Tested) -> str:
    """Returns the term for the word that networks must remember: not every label is a sentiment."""
    return "sentiment word" if all(_labels(network) == SENTIMENT for network, _ in tested) else "telling word"


def _labels(network: LoadedNetwork) -> tuple[str, str]:
    return registry.labels(network.run.experiment.dataset)


def noticed_chart(tested: Tested) -> go.Figure:
    """Returns the chart of the share of pairs whose word is noticed, by the distance of the word from the end."""
    figure = go.Figure()
    pairs = min((test.pairs for _, test in tested), default=1)
    chance = 1.96 * 0.5 / math.sqrt(pairs)  # half width of the 95 % range of guessing
    chance_band = {"fillcolor": GREY, "opacity": 0.18, "line_width": 0, "layer": "below"}
    figure.add_hrect(*percentages([0.5 - chance, 0.5 + chance]), **chance_band, name="guessing (95 %)", showlegend=True)
    figure.add_hline(50, line=DASHED)
    for width, (network, test) in zip(_widths(len(tested)), tested, strict=True):
        _add(figure, network, test, percentages(test.told_apart), width, "%{y:.1f} % noticed")
    _finish(figure, tested)
    lowest = min([0.5 - chance, *(share for _, test in tested for share in test.told_apart.tolist())])
    return figure.update_yaxes(percent_axis("noticed", range=percentages([lowest - 0.04, 1.03]), dtick=10))


def effect_chart(tested: Tested) -> go.Figure:
    """Returns the chart of the difference between the two predictions of a pair."""
    figure = go.Figure()
    differences = [np.maximum(np.abs(test.effect), ROUNDING) for _, test in tested]
    if any(values.min() == ROUNDING for values in differences):
        figure.add_hline(ROUNDING, line=DASHED, name="10⁻⁶ or less", showlegend=True)
    for width, (network, test), values in zip(_widths(len(tested)), tested, differences, strict=True):
        _add(figure, network, test, values, width, "%{y:.2g} log-odds apart")
    _finish(figure, tested)
    exponents = np.log10(np.concatenate([[1.0], *differences]))  # ticks are at powers of ten: one is always in sight
    low, high = np.floor(exponents.min()), np.ceil(exponents.max())
    # More of them have no room on a wall.
    ticks = {"dtick": 2 if high - low > 4 else 1, "range": [low - 0.1, high + 0.1], "exponentformat": "power"}
    return figure.update_yaxes(axis("difference (log-odds)", type="log", **ticks))


def _widths(lines: int) -> list[float]:
    """Returns the widths of lines, later ones thinner: all begin at the same height and would hide each other."""
    step = min(2.0, 6 / lines) if lines else 0.0
    return [3 + step * after for after in reversed(range(lines))]


def _add(
    figure: go.Figure,
    network: LoadedNetwork,
    test: MemoryTest,
    values: Sequence[float] | Array,
    width: float,
    hover: str,
) -> None:
    figure.add_scatter(
        x=test.distances,
        y=values,
        name=plain(network.title),
        **network.look.line(width),
        hovertemplate=f"word %{{x:,}} from the end: {hover}",
    )


def _finish(figure: go.Figure, tested: Tested) -> None:
    longest = max((int(test.distances[-1]) for _, test in tested), default=1)
    span = np.log10(longest) or 1.0
    # The end of the text is at the right, as on the page and in the chart of gradients.
    ends = np.log10(longest) + 0.03 * span, -0.03 * span
    title = f"{telling_word(tested)}'s place from the end"  # more would be cut at 1024 pixels
    figure.update_layout(over_words(title, HEIGHT, ends))


def show(services: Services, networks: Sequence[LoadedNetwork]) -> Tested:
    """Draws the button that starts the test of these networks, and the results; returns those that are there."""
    st.markdown("We move a telltale word away from the end of a neutral text. Is it still noticed?")
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
        groups.setdefault((test.words, _labels(network)), []).append(network.title)
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


def conclusion(tested: Tested) -> str:
    """Returns the interpretation of the charts."""
    pairs = counted_range([test.pairs for _, test in tested], "pair")
    numbers = [len(test.words.positive) + len(test.words.negative) for _, test in tested]
    words = counted_range(numbers, telling_word(tested))
    return f"In brackets: 95 % interval over {pairs}, for these weights and the {words} that they share. {NULL}"


def noticed(tested: Tested) -> str:
    """Returns, in a sentence, how often each network notices the word at about a quarter of maxlen from the end.

    One distance, fixed in advance: how far back a curve stays above some share is decided by a few texts.
    """
    by_distance: dict[int, list[str]] = {}
    for network, test in tested:
        place = int(np.abs(np.log(4 * test.distances / test.distances[-1])).argmin())
        share = share_text(float(test.told_apart[place]), test.pairs)
        by_distance.setdefault(int(test.distances[place]), []).append(f"{as_markdown(network.title)} {share}")
    texts = (
        f"{counted(distance, 'word')} from the end: {', '.join(shares)}" for distance, shares in by_distance.items()
    )
    return f"With these weights, noticed {'; '.join(texts)}."


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
        st.markdown("**Is it noticed?** Share of pairs rated in the right order.")
        components.show_figure(noticed_chart(tested), "memory_chart")
    with right:
        st.markdown("**By how much?** Median difference; 0.04 is at most 1 point.")
        components.show_figure(effect_chart(tested), "memory_effects")
    st.html(used_words(tested))
