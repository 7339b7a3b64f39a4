"""Two steps: the networks with their parameters, term by term, and the progress of their hidden trainings."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.dashboard.components import load_styles
from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.dashboard.widgets import parameter_table
from rnn_compare.formatting import counted, rough_duration
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.networks.parameters import parameters
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run


def show(context: LectureContext) -> None:
    """Draws a progress bar per network and the time left."""
    groups = with_older_repeats(context.all_runs)
    if not groups:
        button("Train", "train", None, navigation.start_training, context.services, type="primary")
        return
    context.to_phones(cards=parameter_cards(context))
    rows = "".join(
        f'<li style="--rc-color: {look(group).color}">'
        f"<p><b>{escape(group.name)}</b><span>{progress(group.runs)}</span></p>"
        f'<div class="rc-wall-bar"><i style="width: {100 * done(group.runs):.1f}%"></i></div></li>'
        for group in groups
    )
    st.html(
        f'<ul class="rc-progress">{rows}</ul><p class="rc-wall-status" role="status">{escape(_status(context))}</p>'
    )
    if context.played:
        st.html(f'<p class="rc-replay">{escape(context.played)}</p>')
    offer_to_continue(context)


def offer_to_continue(context: LectureContext) -> None:
    """Draws a button that continues interrupted trainings, if there are any."""
    if any(run.can_be_continued for run in context.all_runs):
        button("Continue", "continue", None, navigation.continue_training, context.services, type="primary")


def done(runs: Sequence[Run]) -> float:
    """Returns the completed share of the runs' epochs."""
    return sum(1.0 if run.status.ended else run.fraction_done for run in runs) / len(runs)


def progress(runs: Sequence[Run]) -> str:
    """Returns the progress of the runs of one setting, without any accuracy."""
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


def _status(context: LectureContext) -> str:
    runs, seconds = context.all_runs, [run.seconds_left for run in context.all_runs if run.seconds_left is not None]
    if any(run.can_be_continued for run in runs):
        return "A training was interrupted. It can continue from its last epoch."
    if all(run.status.ended for run in runs):
        return "Finished. The curves are still hidden."
    if context.state.recorded:
        return "Playing a recording."
    begins = context.services.engine.state.reason or "Starting."
    return f"{rough_duration(max(seconds)).capitalize()} left." if seconds else begins


def show_networks(context: LectureContext) -> None:
    """Draws a card per network, on phones with the arithmetic alone."""
    load_styles("dashboard/assets/pages/compare.css")
    context.to_phones(cards=parameter_cards(context))
    legend = parameter_table.legend([network.experiment for network in context.networks])
    st.html(f'{legend}<div class="rc-parameters">{parameter_table.drawings(context.networks)}</div>')


def parameter_cards(context: LectureContext) -> list[dict[str, object]]:
    """Returns a card per network for phones: its layers and their parameters, term by term."""
    return [
        {"title": network.name, "color": look(network).color, "lines": parameters(network.experiment).lines}
        for network in context.networks
    ]


NETWORKS = StepKind("networks", show_networks)
STEP = StepKind("train", show, ticks=True, trains=True)
