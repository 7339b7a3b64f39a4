"""*Is it real?*: the verdict on each pair, every group's accuracies, and the baselines."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.comparison.evidence import Evidence, Result, achievements
from rnn_compare.comparison.findings import WAITS
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference import levels
from rnn_compare.comparison.inference.accuracies import BEST_EPOCH, MEASURES
from rnn_compare.comparison.inference.intervals import FEWEST
from rnn_compare.comparison.inference.judgement import Pair
from rnn_compare.comparison.inference.wording import details, sentence
from rnn_compare.comparison.verdicts import judge
from rnn_compare.formatting import counted, duration, percent, unbroken
from rnn_compare.runs.record import Run
from rnn_compare.server.known_baselines import BaselineResults, meaning
from rnn_compare.server.services import Services, waits_for_reviews

BEST = "Best epoch, as the book reports it"
_ALL, _FIRST, _LATER = (percent(share, 0) for share in (levels.ALPHA, levels.FIRST, levels.LATER))
WHICH_IS_WHICH = (
    "".join(f"- **{measure.title}**: {measure.meaning}\n" for measure in (BEST_EPOCH, *MEASURES.values()))
    + "- **± in the table**: 95 % interval over the seeds alone; 19 of 20 such intervals hold the mean of all seeds.\n"
    "- **± of a verdict**: over seeds and reviews, of trained networks over reviews alone, at the level stated.\n"
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
            _show_baselines(baselines, runs[0].experiment.source)


def _results(evidence: Evidence, networks: Sequence[Group]) -> tuple[str, str]:
    whole = [group for group in networks if group.counted]
    ready = all(group.ended and not waits_for_reviews(group.runs) for group in networks)
    pairs = judge(whole, evidence).pairs if ready else ()
    by_name = {group.name: group for group in whole}
    return table([achievements(group, evidence) for group in networks]), "".join(
        verdict(pair, by_name[pair.a.name], by_name[pair.b.name], len(pairs)) for pair in pairs
    )


def table(rows: Sequence[Result]) -> str:
    """Returns the table of results as HTML."""
    heads = ("Network", "Seeds", BEST, *(measure.title for measure in MEASURES.values()), "Training")
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    body = "".join(map(_row, rows))
    # A phone shifts the table, and so may the keyboard.
    return f"<table class='rc-results' tabindex='0'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def verdict(pair: Pair, group_a: Group, group_b: Group, pairs: int) -> str:
    """Returns the numbers behind the verdict on a pair as HTML; of several pairs each below its sentence."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in details(pair))
    picture = _wins(pair, group_a, group_b)
    if pairs == 1:
        return f"<ul class='rc-verdict'>{lines}</ul>{picture}"
    summary = f"<summary>{escape(sentence(pair))}</summary>"
    return f"<details class='rc-verdict'>{summary}<ul>{lines}</ul>{picture}</details>"


def _wins(pair: Pair, group_a: Group, group_b: Group) -> str:
    if (share := pair.wins) is None:
        return ""
    names, colors = (pair.a.name, pair.b.name), (look(group_a).color, look(group_b).color)
    label = (
        "Every seed a dot, every pair of seeds a square in the winner's colour: "
        f"{names[0]} wins {100 * share.share:.0f} % of pairs"
    )
    return wins_picture(names, (pair.a.accuracies, pair.b.accuracies), colors, label)


def _row(result: Result) -> str:
    whole, seeds = len(result.group.counted), len(result.group.runs)
    means = (mean.text if mean else "–" for mean in (result.best, *result.measured.values()))
    took = duration(result.seconds) if result.seconds is not None else "–"
    cells = (f"{whole}" if whole == seeds else f"{whole} of {counted(seeds, 'seed')}", *means, took)
    head = f"<th scope='row'>{escape(result.group.name)}</th>"
    return f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _show_baselines(analysis: BaselineResults, source: str) -> None:
    reviews = counted(len(analysis.baselines[0].correct), "held-out review")
    st.markdown(f"**Baselines**, on {reviews}")
    st.table([baseline.row for baseline in analysis.baselines])
    st.markdown(" ".join(filter(None, [meaning(analysis.baselines, source), analysis.remark])))


def wins_picture(
    names: tuple[str, str], accuracies: tuple[Sequence[float], Sequence[float]], colors: tuple[str, str], label: str
) -> str:
    """Returns a table with the seeds of the first setting as rows and those of the second as columns, the best first.

    Args:
        names, accuracies, colors: Of the two settings.
        label: What the squares show, in words.
    """
    rows, columns = (sorted(shares, reverse=True) for shares in accuracies)
    head = "".join(f"<th>{_dot(names[1], share, colors[1])}</th>" for share in columns)
    body = "".join(
        f"<tr><th>{_dot(names[0], share, colors[0])}</th>{squares}</tr>"
        for share in rows
        for squares in ["".join(_square(share, other, colors) for other in columns)]
    )
    table = f"<table class='rc-wins'><tr><td></td>{head}</tr>{body}</table>"
    return f"{table}<p class='rc-wins-label'>{escape(label)}</p>"


def _dot(name: str, share: float, color: str) -> str:
    return f"<i style='background: {color}' title='{escape(name, quote=True)}: {percent(share)}'></i>"


def _square(share: float, other: float, colors: tuple[str, str]) -> str:
    color = "" if share == other else f" style='background: {colors[share < other]}'"
    return f"<td{color} title='{percent(share)} and {percent(other)}'></td>"
