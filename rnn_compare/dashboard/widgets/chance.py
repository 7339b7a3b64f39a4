"""*Could it be chance?*: the verdict with the picture that it rests on, and what baselines reach."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.charts.palette import look
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import WAITS
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference.accuracies import ON, Judging
from rnn_compare.comparison.inference.wording import meaning_of_interval, result
from rnn_compare.comparison.verdicts import judge
from rnn_compare.formatting import percent, unbroken
from rnn_compare.glossary import TERMS
from rnn_compare.runs.record import Run
from rnn_compare.services.known_baselines import BaselineResults
from rnn_compare.services.services import Services, waits_for_reviews

EXPLAINED = "[How the verdict is reached](chance)"


def show(services: Services, runs: Sequence[Run], baselines: BaselineResults | None = None) -> None:
    """Draws the verdict, its picture, what ± means, and a line on the baselines."""
    networks = groups(runs)
    whole = [group for group in networks if group.counted]
    basis: Judging = "kept"
    with st.expander("Could it be chance?", icon=":material/balance:", key="results"):
        if waits_for_reviews(runs):
            st.caption(WAITS)
        elif not all(group.ended for group in networks):
            st.caption("The verdict appears once all runs have ended.")
        elif len(whole) < 2:
            st.caption("A verdict takes two networks that trained to their end.")
        else:
            verdict, meaning, basis = services.conclusion(
                "chance", services.snapshot(), runs, lambda: _verdict(services.evidence, whole)
            )
            st.html(verdict)
            st.caption(f"{meaning} {EXPLAINED}", help=TERMS["interval"])
        if baselines and baselines.baselines:
            scores = [(item.title.lower(), score) for item in baselines.baselines if (score := item.score(basis))]
            shares = ", ".join(f"{title} {percent(score.accuracy)}" for title, score in scores)
            st.caption(unbroken(f"Baselines {ON[basis]}: {shares}. {baselines.remark}"))


def _verdict(evidence: Evidence, whole: Sequence[Group]) -> tuple[str, str, Judging]:
    judgement = replace(judge(whole, evidence), beside_baselines=())
    colors = {group.name: look(group).color for group in whole}
    html = f"<p><b>{escape(unbroken(result(judgement)))}</b></p>{chance_picture(judgement, colors)}"
    return html, meaning_of_interval(judgement), "test" if judgement.pairs[0].basis == "test" else "kept"
