"""The class's phones train a network each: how many are there and, unless a question hides them, how good they are."""

from collections import Counter
from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import histogram
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.steps import predict
from rnn_compare.formatting import counted, listed, unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.questions import is_right
from rnn_compare.lecture.trained.class_networks import ClassNetwork, Origin
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.report import class_dots

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
    lines = [context.services.class_training.problem, count(context, networks.all()), repetitions(context)]
    lines += [f"Left out: {network.name}, {network.best} right." for network in networks.sent("left out")]
    if networks.unable:
        lines.append(f"{counted(networks.unable, 'phone')} cannot train, or computed in another way.")
    st.html(f'<p class="rc-training">{"<br>".join(map(escape, filter(None, lines)))}</p>')


def _answers(context: LectureContext) -> str:
    """Returns how many answers to the step's question are right, and why, as HTML."""
    if (question := context.step.question) is None:
        return ""
    outcome, rounds = context.outcome(question), context.answers(question)
    answers = rounds[-1] if rounds else []
    right = sum(bool(is_right(question, answer, outcome)) for answer in answers)
    score = f"<b>Your guesses: {escape(histogram.score(right, len(answers)))}.</b> " if answers else ""
    return f" {score}{escape(unbroken(outcome.explanation))}"


def count(context: LectureContext, networks: list[ClassNetwork]) -> str:
    """Returns how many networks are trained, of how many phones, and by whom."""
    origins = Counter(network.origin for network in networks)
    training = context.classroom.phones_training().total()
    sources = dict(ORIGINS)
    if earlier := context.classroom.class_of(context.state.replayed):
        sources["recording"] = f"from the class of {earlier.date}"
    parts = [f"{origins[origin]:,} {words}" for origin, words in sources.items() if origins[origin]]
    if training and set(origins) <= {"phone"}:
        return f"{origins['phone']:,} of {counted(origins['phone'] + training, 'phone')} done."
    phones = f"{origins['phone']:,} of {counted(origins['phone'] + training, 'phone')} done. " if training else ""
    if len(origins) == 1:
        return f"{phones}{counted(len(networks), 'network')} {sources[networks[0].origin]}."
    return f"{phones}{counted(len(networks), 'network')}{f': {listed(parts)}' if parts else ''}."


def remarks(context: LectureContext) -> str:
    """Returns what is the same for all networks, and which were trained again."""
    task = class_task(context.state.task)
    text = f"Best of {task.epochs} epochs on the same {task.held_out} held-out reviews: only seeds differ."
    return f"{text} {repetitions(context)}".strip()


def repetitions(context: LectureContext) -> str:
    """Returns how many of the phones' networks this machine has trained again, and how many of them differed."""
    networks = context.classroom.networks
    differed, again = len(networks.sent("left out")), len(networks.sent("left out", "repeated"))
    if not again:
        return ""
    text = f"This machine trained {again:,} of the {len(networks.sent()):,} again: "
    some = f"{differed:,} {'is' if differed == 1 else 'are'} left out, which came out differently."
    return text + (some if differed else "all the same.")


STEP = StepKind("class_trains", show, ticks=True, phones_train=True)
