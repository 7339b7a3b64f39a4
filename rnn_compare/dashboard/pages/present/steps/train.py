"""The step `train`: the progress of the hidden trainings, and nothing else."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import looks
from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.formatting import about, counted
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.server.shown_runs import grouped


def show(moment: Moment) -> None:
    """Draws a bar for each network, and what is left."""
    groups = grouped(moment.trained)
    if not groups:
        button("Train", "train", None, navigation.start_training, moment.services, type="primary")
        return
    styles = looks(group.experiment.cell for group in groups)
    rows = "".join(
        f'<li style="--rc-color: {look.color}"><p><b>{escape(group.name)}</b><span>{how_far(group.runs)}</span></p>'
        f'<div class="rc-wall-bar"><i style="width: {100 * done(group.runs):.1f}%"></i></div></li>'
        for group, look in zip(groups, styles, strict=True)
    )
    st.html(f'<ul class="rc-progress">{rows}</ul><p class="rc-wall-status" role="status">{escape(_said(moment))}</p>')
    if moment.played:
        st.html(f'<p class="rc-replay">{escape(moment.played)}</p>')
    offer_to_continue(moment)


def offer_to_continue(moment: Moment) -> None:
    """Shows a button for trainings that were broken off, where there are any."""
    if any(run.can_be_continued for run in moment.trained):
        button("Continue", "continue", None, navigation.continue_training, moment.services, type="primary")


def done(runs: Sequence[Run]) -> float:
    """Returns which share of their epochs is done."""
    return sum(1.0 if run.status.ended else run.fraction_done for run in runs) / len(runs)


def how_far(runs: Sequence[Run]) -> str:
    """Returns how far runs of one setting are; of how they do it says nothing."""
    if len(runs) > 1:
        ended = sum(run.status.ended for run in runs)
        return f"{ended} of {counted(len(runs), 'seed')}"
    [run] = runs
    epochs = run.experiment.epochs
    if run.status is Status.QUEUED:
        return "starting"
    if not run.status.ended:
        return f"epoch {min(len(run.epochs) + 1, epochs)} of {epochs}"
    return "finished" if run.status is Status.FINISHED else f"ended after {counted(len(run.epochs), 'epoch')}"


def _said(moment: Moment) -> str:
    runs, seconds = moment.trained, [run.seconds_left for run in moment.trained if run.seconds_left is not None]
    if any(run.can_be_continued for run in runs):
        return "A training was interrupted. It can continue from its last epoch."
    if all(run.status.ended for run in runs):
        return "Finished. The curves are still hidden."
    if moment.state.recorded:
        return "Playing a recording."
    begins = moment.services.engine.state.reason or "Starting."
    return f"{about(max(seconds)).capitalize()} left." if seconds else begins


STEP = StepKind("train", show, ticks=True, trains=True)
