"""The networks beside baselines without memory."""

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import Group, with_older_repeats
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.intervals import Mean, mean, share_variance
from rnn_compare.comparison.inference.wording import WHERE, in_points
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.formatting import percent, unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.known_baselines import meaning
from rnn_compare.server.phones.phone_message import plain


def show(context: LectureContext) -> None:
    """Draws a bar per network and baseline, the longest first."""
    services, runs = context.services, context.visible_runs
    results, judged = services.baselines.look_up(runs), services.accuracies(services.snapshot(), runs)
    measure = next((measure for measure, _ in judged.values()), None)
    scores = [(baseline, measure and baseline.score(measure)) for baseline in results.baselines]
    rows = [(item.title, score.accuracy if score else item.val_accuracy, "") for item, score in scores]
    groups = with_older_repeats(runs)
    for group in groups:
        accuracy = judged[group.runs[0].id][1] if group.runs[0].id in judged else _best(group)
        rows += [(group.name, accuracy.mean, look(group).color)] if accuracy else []
    if not rows:
        st.info(context.problem)
        return
    rows.sort(key=lambda row: -row[1])
    bars = "".join(_bar(*row) for row in rows)
    sentences = " ".join(filter(None, [meaning(results.baselines, runs[0].experiment.source), results.remark]))
    context.to_phones(bars=rows, lines=[plain(sentences)])
    goes_on = any(run.replayed or not run.status.ended for run in runs)
    best = "in the best epoch so far" if goes_on else "in the best epoch"
    where = f"{WHERE[measure].strip()}{_chance(context, groups, measure)}" if measure else best
    st.html(
        f'<ol class="rc-against" aria-label="Accuracy">{bars}</ol><p class="rc-note">Accuracy {unbroken(where)}.</p>'
    )
    with st.container(key="wall_meaning"):
        st.markdown(unbroken(sentences))


def _best(group: Group) -> Mean | None:
    return mean([run.best["val_accuracy"] for run in group.runs if run.best])


def _chance(context: LectureContext, networks: Sequence[Group], measure: Judging) -> str:
    """Returns in words how far the choice of reviews alone can move the networks' bars."""
    scores = [score for group in networks for score in context.services.evidence.scores_of(group, measure) or ()]
    variance, reviews = max((share_variance(score.accuracy, score.reviews), score.reviews) for score in scores)
    margin = in_points(round(1.96 * math.sqrt(variance), 3))
    return f"; sampling only {reviews:,} reviews adds up to ± {margin} (95 %)"


def _bar(name: str, share: float, color: str) -> str:
    own = f' class="rc-network" style="--rc-color: {color}"' if color else ""
    return (
        f'<li{own}><span>{escape(name)}</span><div><i style="width: {100 * share:.2f}%"></i>'
        f"<b>{percent(share)}</b></div></li>"
    )


STEP = StepKind("baselines", show, ticks=True)
