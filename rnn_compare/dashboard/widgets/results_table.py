"""*Is it real?*: the verdict on each pair, every group's accuracies, and the baselines."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.comparison.baselines import baseline_table
from rnn_compare.comparison.evidence import Evidence, results_table
from rnn_compare.comparison.findings import WAITS
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference import levels
from rnn_compare.comparison.inference.accuracies import MEASURES
from rnn_compare.comparison.inference.intervals import FEWEST
from rnn_compare.comparison.inference.judgement import Pair
from rnn_compare.comparison.inference.wording import details, sentence
from rnn_compare.comparison.verdicts import judge, usual_basis
from rnn_compare.formatting import counted, percent, unbroken
from rnn_compare.runs.record import Run
from rnn_compare.services.known_baselines import BaselineResults, meaning
from rnn_compare.services.services import Services, waits_for_reviews

_ALL, _FIRST, _LATER = (percent(share, 0) for share in (levels.ALPHA, levels.FIRST, levels.LATER))
WHICH_IS_WHICH = (
    "".join(f"- **{measure.title}**: {measure.meaning}\n" for measure in MEASURES.values())
    + "- **± of a verdict**: over seeds and reviews, of trained networks over reviews alone, at the level stated.\n"
    f"- **Looks** at {FEWEST} seeds or more share {_ALL} of errors: {_FIRST} the first, {_LATER} all later ones "
    "together. The interval is what those of all looks share, so it only narrows. This holds where the seeds of both "
    "spread alike. Three seeds may all be of one kind: where a network learns with every second seed only, such a "
    "verdict is wrong in one case of four; with five or more, in at most one of fifteen."
)


def show(services: Services, runs: Sequence[Run], baselines: BaselineResults | None = None) -> None:
    """Draws the sentences of all pairs with the numbers behind them, below them the table, and the baselines."""
    networks = groups(runs)
    with st.expander("Is it real?", icon=":material/balance:", key="results"):
        if not any(group.counted for group in networks):
            st.caption("Results appear once a network has finished training.")
            return
        results_html, verdicts_html = services.conclusion(
            "results", services.snapshot(), runs, lambda: _results(services.evidence, networks)
        )
        if verdicts_html:
            st.html(unbroken(verdicts_html))
        elif waits_for_reviews(runs):
            st.caption(WAITS)
        elif len(networks) > 1 and not all(group.ended for group in networks):
            st.caption("Verdicts appear once all runs have ended.")
        st.html(results_html)
        st.caption(WHICH_IS_WHICH)
        if baselines and baselines.baselines:
            _show_baselines(baselines)


def _results(evidence: Evidence, networks: Sequence[Group]) -> tuple[str, str]:
    whole = [group for group in networks if group.counted]
    ready = all(group.ended and not waits_for_reviews(group.runs) for group in networks)
    pairs = judge(whole, evidence).pairs if ready else ()
    by_name = {group.name: group for group in whole}
    results = results_table(networks, evidence, usual_basis(networks, evidence), lambda group: look(group).color)
    return results.html("rc-results", scrolls=True), "".join(
        verdict(pair, by_name[pair.a.name], by_name[pair.b.name], len(pairs)) for pair in pairs
    )


def verdict(pair: Pair, group_a: Group, group_b: Group, pairs: int) -> str:
    """Returns the numbers behind the verdict on a pair as HTML; of several pairs each below its sentence."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in details(pair))
    picture = wins_picture(pair, (look(group_a).color, look(group_b).color))
    if pairs == 1:
        return f"<ul class='rc-verdict'>{lines}</ul>{picture}"
    summary = f"<summary>{escape(sentence(pair))}</summary>"
    return f"<details class='rc-verdict'>{summary}<ul>{lines}</ul>{picture}</details>"


def _show_baselines(analysis: BaselineResults) -> None:
    reviews = counted(len(analysis.baselines[0].correct), "held-out review")
    st.markdown(f"**Baselines**, on {reviews}")
    st.html(baseline_table(analysis.baselines).html("rc-results", scrolls=True))
    st.markdown(" ".join(filter(None, [meaning(analysis.baselines), analysis.remark])))


def wins_picture(pair: Pair, colors: tuple[str, str]) -> str:
    """Returns a grid with the first setting's seeds as rows and the second's as columns, the best first; or nothing."""
    if pair.wins is None:
        return ""
    rows, columns = (sorted(setting.accuracies, reverse=True) for setting in (pair.a, pair.b))
    marks = ["<span></span>", *(_mark("rc-seed", colors[1], f"{pair.b.name}: {percent(share)}") for share in columns)]
    for share in rows:
        marks.append(_mark("rc-seed", colors[0], f"{pair.a.name}: {percent(share)}"))
        for other in columns:
            color = "" if share == other else colors[share < other]
            marks.append(_mark("rc-pair-of-seeds", color, f"{percent(share)} and {percent(other)}"))
    squares = "Every seed a dot, every pair of seeds a square in the winner's colour"
    label = escape(f"{squares}: {pair.a.name} wins {percent(pair.wins.share, 0)} of pairs")
    return (
        f"<div class='rc-wins' role='img' aria-label='{label}' style='--rc-columns: {len(columns) + 1}'>"
        f"{''.join(marks)}</div><p class='rc-wins-label' aria-hidden='true'>{label}</p>"
    )


def _mark(kind: str, color: str, hint: str) -> str:
    return f"<i class='{kind}' style='background: {color}' title='{escape(hint)}'></i>"
