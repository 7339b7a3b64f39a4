"""The memory test: whether a network still knows a word that it read long before the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside.chosen import Chosen
from rnn_compare.dashboard.pages.inside.drawing import GREY, POLL_SECONDS, axis, card, layout, plain, progress
from rnn_compare.dashboard.services import Services
from rnn_compare.insight import questions
from rnn_compare.training.analyses import Analysis

HEIGHT = 440
TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
PLACE = "sentiment word, counted from the end"


@dataclass(frozen=True)
class Recalled:
    """One run and what the memory test found: the lists of ``insight.analyses.memory``."""

    chosen: Chosen
    found: dict[str, Any]


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws a button that tests the chosen runs and, once they are tested, what was found."""
    st.markdown(
        "**The test:** many texts of neutral words hold one sentiment word each, once a positive and once a negative "
        "one, ever farther from the end. Does the network still tell the two apart?"
    )
    begun: dict[Any, Analysis] = st.session_state.setdefault("memory_tests", {})

    def begin() -> None:
        begun.update({_key(one): services.engine.analyse(questions.memory, *_key(one)) for one in untested})

    untested = [one for one in chosen if (known := begun.get(_key(one))) is None or known.problem]
    if untested:
        st.button(_invitation(len(untested), len(chosen)), type="primary", key="run_memory_test", on_click=begin)
    tests = [(one, begun[_key(one)]) for one in chosen if _key(one) in begun]
    if tests:
        waiting = not all(analysis.ended for _, analysis in tests)
        st.fragment(_watch, run_every=POLL_SECONDS if waiting else None)(tests, waiting)


def kept_apart(tested: Sequence[Recalled]) -> go.Figure:
    """Returns the chart of how many pairs are told apart, by where the sentiment word stands."""
    drawn = go.Figure()
    chance = _chance(tested)
    drawn.add_hrect(0.5 - chance, 0.5 + chance, fillcolor=GREY, opacity=0.18, line_width=0, layer="below")
    drawn.add_hline(0.5, line={"color": GREY, "dash": "dash", "width": 3})
    drawn.add_annotation(
        x=0.99,
        xref="paper",
        xanchor="right",
        y=0.5,
        yanchor="bottom",
        text="<b>guessing</b>",
        showarrow=False,
        font_size=16,
    )
    lowest = 0.5 - chance
    for width, test in zip(_widths(len(tested)), tested, strict=True):
        _add(drawn, test, "told_apart", width, "%{y:.1%} told apart")
        lowest = min(lowest, *test.found["told_apart"])
    _finish(drawn, tested)
    drawn.update_yaxes(axis("pairs told apart", range=[lowest - 0.04, 1.03], tickformat=".0%", dtick=0.1))
    return drawn


def effects(tested: Sequence[Recalled]) -> go.Figure:
    """Returns the chart of how far apart the two verdicts of a pair lie."""
    drawn = go.Figure()
    for width, test in zip(_widths(len(tested)), tested, strict=True):
        _add(drawn, test, "effect", width, "verdicts %{y:.3f} apart")
    _finish(drawn, tested)
    drawn.update_layout(showlegend=False)
    drawn.update_yaxes(axis("distance of the two verdicts (log-odds)", rangemode="tozero"))
    return drawn


def used_words(tested: Sequence[Recalled], shown: int = 10) -> str:
    """Returns as HTML which words were used, once for all networks that were tested with the same ones."""
    groups: dict[tuple[str, ...], list[Recalled]] = {}
    for test in tested:
        used = [*test.found["positive"], *test.found["negative"], *test.found["neutral"]]
        groups.setdefault(tuple(used), []).append(test)
    parts = []
    for members in groups.values():
        whose = "" if len(groups) == 1 else f"<p><b>{escape(', '.join(test.chosen.title for test in members))}</b></p>"
        rows = []
        for kind in ("positive", "negative", "neutral"):
            words = members[0].found[kind]
            more = f" … ({len(words)} in all)" if len(words) > shown else ""
            rows.append(f"<p><b>{kind}</b> {escape(', '.join(words[:shown]))}{more}</p>")
        parts.append(whose + "".join(rows))
    return f'<div class="rc-used-words">{"".join(parts)}</div>'


def caveat(tested: Sequence[Recalled]) -> str:
    """Returns how the words were chosen, and what is odd about it."""
    good = any("good" in test.found["neutral"] for test in tested)
    return (
        "The labels of the training reviews chose these words, not we: neutral is what stands in good and bad reviews "
        f"alike. {'Even “good” is neutral by the data' if good else 'Words such as “good” may be neutral'}: "
        "“not good” and “good actors, but” are written too."
    )


def _watch(tests: Sequence[tuple[Chosen, Analysis]], waiting: bool) -> None:
    if waiting and all(analysis.ended for _, analysis in tests):
        st.rerun(scope="app")  # to look no more
    for one, analysis in tests:
        if not analysis.ended:
            progress(one.title, analysis)
    problems = [
        card(one, f'<p class="rc-problem">{escape(analysis.problem)}</p>')
        for one, analysis in tests
        if analysis.problem
    ]
    if problems:
        st.html(f'<div class="rc-verdicts">{"".join(problems)}</div>')
    tested = [Recalled(one, analysis.result) for one, analysis in tests if analysis.result is not None]
    if tested:
        _results(tested)


def _results(tested: Sequence[Recalled]) -> None:
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Is the word remembered?** The share of pairs where the positive word gave the better verdict.")
        figure.show(kept_apart(tested), "memory_chart", HEIGHT)
    with right:
        st.markdown("**How much of it is left?** How far the one word still moves the verdict.")
        figure.show(effects(tested), "memory_effects", HEIGHT)
    pairs = tested[0].found["pairs"]
    words = len(tested[0].found["positive"]) + len(tested[0].found["negative"])
    st.markdown(
        "**What it means:** where a line meets the dashed one, the network has forgotten the word and guesses. Within "
        f"the grey band a line may lie by chance: each point is of {pairs} pairs, which share {words} sentiment words, "
        "so a line just outside proves little. A word can be told apart by a trace too small to decide a verdict, so "
        "look at both charts."
    )
    st.html(used_words(tested))
    st.caption(caveat(tested))


def _key(one: Chosen) -> tuple[Any, ...]:
    return one.run.id, one.which, questions.fingerprint(one.weights), one.run.experiment


def _invitation(untested: int, chosen: int) -> str:
    if untested == chosen:
        return "Run the memory test"
    return f"Run the memory test for {untested} more network{'s' if untested > 1 else ''}"


def _chance(tested: Sequence[Recalled]) -> float:
    """Returns how far from one half guessing leads in 19 of 20 cases."""
    return float(1.96 * 0.5 / np.sqrt(min((test.found["pairs"] for test in tested), default=1)))


def _widths(lines: int) -> list[float]:
    """Returns how wide to draw each of several lines: the later ones thinner, since all begin at the same height."""
    step = min(2.0, 6 / lines) if lines else 0.0
    return [3 + step * after for after in reversed(range(lines))]


def _add(drawn: go.Figure, test: Recalled, values: str, width: float, said: str) -> None:
    look = test.chosen.look
    drawn.add_scatter(
        x=test.found["distances"],
        y=test.found[values],
        mode="lines+markers",
        name=plain(test.chosen.title),
        line={"color": look.color, "width": width},
        marker={"symbol": look.marker, "size": width + 6},
        hoverlabel={"namelength": -1},
        hovertemplate=f"word %{{x:,}} from the end: {said}",
    )


def _finish(drawn: go.Figure, tested: Iterable[Recalled]) -> None:
    longest = max((test.found["distances"][-1] for test in tested), default=1)
    ticks = [tick for tick in TICKS if tick <= longest]
    span = np.log10(longest) or 1.0
    drawn.update_layout(
        **layout(),
        # The end of the text is at the right, as on the page and in the chart of gradients.
        xaxis=axis(
            PLACE,
            type="log",
            range=[np.log10(longest) + 0.03 * span, -0.03 * span],
            tickvals=ticks,
            ticktext=[f"{tick:,}" for tick in ticks],
        ),
    )
