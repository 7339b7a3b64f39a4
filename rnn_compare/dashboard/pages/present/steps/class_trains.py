"""Two steps: the class's phones train a network each, as many dots, and the verdict on these networks."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.comparison.inference.wording import sentence
from rnn_compare.dashboard.pages.present import histogram
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.dashboard.pages.present.steps import predict
from rnn_compare.formatting import counted, listed, unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.questions import is_right
from rnn_compare.lecture.trained.class_networks import ClassNetwork, Origin
from rnn_compare.lecture.trained.class_task import ClassTask, class_task
from rnn_compare.lecture.trained.class_verdict import FEW, drawn, judgement, turned
from rnn_compare.report import class_dots

ORIGINS: dict[Origin, str] = {
    "phone": "by phones",
    "server": "by this machine",
    "recording": "from a recording",
}
DRAWING = "class_drawing"
WAITS = "The verdict waits for the last networks."


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
    is_known = outcome.answer is not None and answers
    score = f"<b>Your guesses: {escape(histogram.score(right, len(answers)))}.</b> " if is_known else ""
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
    """Returns how many of the phones' networks this machine has trained again, how many differed, and how many wait."""
    networks = context.classroom.networks
    differed, again = len(networks.sent("left out")), len(networks.sent("left out", "repeated"))
    text = ""
    if again:
        some = f"{differed:,} {'is' if differed == 1 else 'are'} left out, which came out differently."
        text = f"This machine trained {again:,} of the {len(networks.sent()):,} again: "
        text += some if differed else "all the same."
    if waiting := len(networks.waiting()):
        waits = "waits" if waiting == 1 else "wait"
        text += f" {waiting:,} far from all others {waits} until this machine has trained the same."
    return text.strip()


def show_verdict(context: LectureContext) -> None:
    """Draws the verdict with all networks; with a press, a few of each at random, or an earlier class's below."""
    if not context.state.task_shown:
        st.info("Nothing is trained yet. Go back (←) to the step where phones train.")
        return
    context.services.class_training.follow()
    task, networks = class_task(context.state.task), context.classroom.networks.all()
    waits = context.services.class_training.waits
    number = st.session_state.get(DRAWING, 0)
    sentences = [WAITS] if waits else _verdicts(task, networks)
    few = drawn(task, networks, number) if number else []
    if earlier := context.classroom.class_of(context.state.compared):
        # The brackets above have the numbers of reviews and the interval.
        short = _verdicts(task, earlier.networks, numbers=False)
        beside = _paragraph(earlier.date, *short, "Only the seeds differ between the two classes.")
        dots = class_dots.rows(task, networks, (), class_dots.LOWEST, {earlier.date: earlier.networks})
    else:
        sentences += [] if waits else [turned(task, networks)]
        beside = _paragraph(f"{FEW} of each", *_verdicts(task, few)) if few else ""
        dots = class_dots.rows(task, networks, few, class_dots.LOW)
    above = _paragraph(f"All {len(networks)}", *sentences)
    st.html(f'<div class="rc-class rc-class-verdict">{above}{beside}{dots}</div>')
    context.to_phones(lines=[sentence for sentence in sentences if sentence])
    with st.container(horizontal=True, key="wall_buttons"):
        _buttons(context, number)


def _verdicts(task: ClassTask, networks: Sequence[ClassNetwork], numbers: bool = True) -> list[str]:
    return [sentence(pair, numbers=numbers, advice=False) for pair in judgement(task, networks).pairs]


def _paragraph(title: str, *sentences: str) -> str:
    return f"<p><b>{title}:</b> {escape(unbroken(' '.join(sentences)))}</p>"


def _buttons(context: LectureContext, number: int) -> None:
    """Draws the buttons for another drawing and, if there is an earlier class of this task, for both classes."""
    state, compare = context.state, context.classroom.compare
    if state.compared:
        button("This class alone", "compare_none", state.version, compare, 0)
        return
    label = f"Draw another {FEW} of each" if number else f"Draw {FEW} of each"
    button(label, f"draw_{number}", state.version, _draw_again, type="primary")
    results = [result for result in context.classroom.classes() if result.preset == state.task]
    if earlier := [result for result in results if result.lecture != context.classroom.number()]:
        # With on_change the server knows that the popover is open, so a redrawn step keeps it open.
        with st.popover("Compare with an earlier class", key="compare_classes", on_change="rerun"):
            for result in earlier:
                button(result.title, f"compare_{result.lecture}", state.version, compare, result.lecture)


def _draw_again() -> None:
    st.session_state[DRAWING] = st.session_state.get(DRAWING, 0) + 1


VERDICT = StepKind("class_verdict", show_verdict, ticks=True)
STEP = StepKind("class_trains", show, ticks=True, phones_train=True)
