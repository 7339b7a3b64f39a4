"""The class's phones train a network each: how many are there and, unless a question hides them, how good they are."""

from collections import Counter
from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import class_dots, histogram
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.steps import predict
from rnn_compare.formatting import counted, listed, unbroken
from rnn_compare.lecture.class_networks import ClassNetwork, Origin
from rnn_compare.lecture.class_task import class_task
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.outcomes import is_right

ORIGINS: dict[Origin, str] = {
    "phone": "by phones",
    "server": "by this machine",
    "recording": "from a recording",
}


def show(context: LectureContext) -> None:
    """Draws a dot for each network or, while the step's question is open, only their number."""
    context.services.class_training.follow()
    networks = context.classroom.networks.all()
    if not context.state.task_shown:
        st.html(f'<p class="rc-wall-status" role="status">{escape(count(context, networks))}</p>')
        predict.show(context)
        return
    dots = class_dots.rows(class_task(context.state.task), networks)
    st.html(
        f'<div class="rc-class">{dots}<p class="rc-class-note" role="status">{escape(count(context, networks))} '
        f"{escape(remarks(context))}{_answers(context)}</p></div>"
    )


def show_progress(context: LectureContext) -> None:
    """Draws for the presenter how many networks there are, and which phones' do not count."""
    networks = context.classroom.networks
    repeated = sum(network.status == "repeated" for network in networks.all())
    lines = [count(context, networks.all()), f"{counted(repeated, 'result')} trained again by this machine."]
    lines += [f"Left out: {network.cell} no. {network.seed}, {network.best} right." for network in networks.left_out()]
    if networks.unable:
        lines.append(f"{counted(networks.unable, 'phone')} computed in another way and sent no network.")
    st.html(f'<p class="rc-training">{"<br>".join(map(escape, lines))}</p>')


def _answers(context: LectureContext) -> str:
    """Returns how many answers to the step's question are right, and why, as HTML."""
    if (question := context.step.question) is None:
        return ""
    outcome, rounds = context.outcome(question), context.answers(question)
    answers = rounds[-1] if rounds else []
    right = sum(bool(is_right(question, answer, outcome)) for answer in answers)
    return (
        f" <b>Your guesses: {escape(histogram.score(right, len(answers)).lower())}.</b> "
        f"{escape(unbroken(outcome.explanation))}"
    )


def count(context: LectureContext, networks: list[ClassNetwork]) -> str:
    """Returns how many networks are trained, of how many phones, and by whom."""
    origins = Counter(network.origin for network in networks)
    training = context.classroom.phones_training().total()
    parts = [f"{origins[origin]:,} {words}" for origin, words in ORIGINS.items() if origins[origin]]
    phones = f"{origins['phone']:,} of {counted(origins['phone'] + training, 'phone')} done. " if training else ""
    if len(origins) == 1:
        return f"{phones}{counted(len(networks), 'network')} {ORIGINS[networks[0].origin]}."
    return f"{phones}{counted(len(networks), 'network')}{f': {listed(parts)}' if parts else ''}."


def remarks(context: LectureContext) -> str:
    """Returns what is the same for all networks, and which do not count."""
    task, left_out = class_task(context.state.task), context.classroom.networks.left_out()
    text = f"Best of {task.epochs} epochs on the same {task.held_out} held-out reviews: only seeds differ."
    if left_out:
        them = "it" if len(left_out) == 1 else "them"
        text += f" {counted(len(left_out), 'result')} left out: this machine could not repeat {them}."
    if problem := context.services.class_training.problem:
        text += f" This machine trains none: {problem}"
    return text


STEP = StepKind("class_trains", show, ticks=True, phones_train=True)
