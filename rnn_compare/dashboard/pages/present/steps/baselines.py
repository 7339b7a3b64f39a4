"""The networks beside baselines without memory."""

from html import escape

import streamlit as st

from rnn_compare.charts.palette import looks
from rnn_compare.comparison.inference.intervals import mean
from rnn_compare.dashboard.pages.present.lecture_context import NOT_REVEALED, LectureContext
from rnn_compare.formatting import percent
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.known_baselines import meaning
from rnn_compare.server.snapshot import with_older_repeats


def show(context: LectureContext) -> None:
    """Draws a bar per network and baseline, the longest first."""
    results = context.services.baselines.look_up(context.visible_runs)
    rows = [(baseline.title, baseline.val_accuracy, "") for baseline in results.baselines]
    groups = with_older_repeats(context.visible_runs)
    for group, look in zip(groups, looks(group.experiment.cell for group in groups), strict=True):
        best = mean([run.best["val_accuracy"] for run in group.runs if run.best])
        rows += [(group.name, best.mean, look.color)] if best else []
    if not rows:
        st.info(NOT_REVEALED)
        return
    bars = "".join(_bar(*row) for row in sorted(rows, key=lambda row: -row[1]))
    sentences = meaning(results.baselines) if results.baselines else results.remark
    st.html(
        f'<ol class="rc-against" aria-label="Validation accuracy">{bars}</ol>'
        '<p class="rc-note">Validation accuracy; networks at their best epoch.</p>'
    )
    with st.container(key="wall_meaning"):
        st.markdown(sentences)


def _bar(name: str, share: float, color: str) -> str:
    own = f' class="rc-network" style="--rc-color: {color}"' if color else ""
    return (
        f'<li{own}><span>{escape(name)}</span><div><i style="width: {100 * share:.2f}%"></i>'
        f"<b>{percent(share)}</b></div></li>"
    )


STEP = StepKind("baselines", show, ticks=True)
