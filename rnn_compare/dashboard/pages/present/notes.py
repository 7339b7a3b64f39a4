"""The second screen, for the presenter alone: notes, next step, clock, answers and reviews."""

import time
from html import escape

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.components import ticking
from rnn_compare.dashboard.pages.present import histogram, navigation, permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import Moment, now, still
from rnn_compare.dashboard.pages.present.steps import predict, review, train
from rnn_compare.dashboard.widgets import flash
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.outcomes import is_right
from rnn_compare.lecture.peer_instruction import advice, comparison, percentage
from rnn_compare.lecture.questions import Answer
from rnn_compare.server.app import current_app

LOOK_SECONDS, SLOW_SECONDS = 0.5, 2.0


def render() -> None:
    """Draws the page, for whoever presents."""
    theme.load("pages/present.css")
    if reason := permissions.why_not():
        st.info(reason, icon=":material/lock:")
        return
    moment = now(current_app().services())
    if moment is None:
        st.markdown("## Notes")
        st.info("No lecture is running. Start one under Present.")
        ticking(_look, LOOK_SECONDS, current_app().classroom().state())
        return
    st.html('<span class="rc-second"></span>')
    ticking(_look, LOOK_SECONDS, moment.state)
    _buttons(moment)
    ticking(flash.show, LOOK_SECONDS)  # what a button said that is in a ticking part itself
    notes, hall = st.columns([3, 2])
    with notes, st.container(key="notes_words"):
        st.html(f"<h1>{escape(moment.step.title)}</h1>")
        st.markdown(moment.step.notes or "*No notes for this step.*")
    with hall:
        st.html(f'<p class="rc-next">Next: <b>{escape(_next(moment))}</b></p>')
        if moment.state.question and moment.state.phase in ("closed", "shown", "revealed"):
            ticking(_split, SLOW_SECONDS, moment.state)
        ticking(_training, SLOW_SECONDS, moment.state)
        st.markdown("#### Reviews from the class")
        ticking(_reviews, SLOW_SECONDS, moment.state)
        start_page.end_button()


def _look(state: State) -> None:
    """Draws what changes by itself; has the page drawn anew when the lecture went on."""
    classroom = current_app().classroom()
    if classroom.state().version != state.version:
        st.rerun(scope="app")
    if not state.lecture:
        return
    minutes, seconds = divmod(int(time.time() - classroom.began()), 60)
    counts = classroom.counts()
    facts = (
        ("clock", time.strftime("%H:%M")),
        ("elapsed", f"{minutes}:{seconds:02}"),
        ("online", f"{counts.here:,}"),
        ("joined", f"{counts.joined:,}"),
        ("answered", f"{counts.answered:,}" if state.question else "–"),
        ("vote", f"{state.phase}, round {state.round}" if state.question else "–"),
    )
    st.html(
        f'<dl class="rc-facts">{"".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)}</dl>'
    )


def _buttons(moment: Moment) -> None:
    services, version = moment.services, moment.state.version
    with st.container(horizontal=True, vertical_alignment="center", key="notes_buttons"):
        permissions.button("Back", "notes_back", version, navigation.go_back, services, icon=":material/arrow_back:")
        forward = ":material/arrow_forward:"
        permissions.button("Next", "notes_next", version, navigation.advance, services, type="primary", icon=forward)
        if moment.step.kind.asks and moment.state.phase != "open":  # Next closes it
            predict.buttons(moment)
        st.html(f'<p class="rc-training">Step {moment.index + 1} of {len(moment.lecture.steps)}</p>')


def _next(moment: Moment) -> str:
    if moment.step.kind.asks and moment.state.phase == "open":
        return "close the vote; only you see the answers"
    if moment.step.kind.asks and moment.state.phase == "closed":
        return "show the answers"
    following = navigation.next_outcome(moment)
    if following is not None:
        return f"reveal: {following.text}"
    later = moment.lecture.steps[moment.index + 1 :]
    return later[0].title if later else "the end"


def _split(state: State) -> None:
    """Draws how a closed vote is split, what that recommends, who changed sides and what was gained."""
    if (moment := still(current_app().services(), state)) is None or (question := state.question) is None:
        return
    rounds, earlier = (current_app().classroom().rounds(name) for name in (question.id, question.repeats))
    outcome, answers = moment.outcome(question), moment.answers(question)

    def judged(answer: Answer) -> bool | None:
        return is_right(question, answer, outcome)

    right, sentences = [judged(answer) for answer in answers[-1]] if answers else [], []
    count, is_known = sum(map(bool, right)), bool(right) and None not in right
    if is_known:
        sentences.append(f"{histogram.score(count, len(right))}{percentage(count, len(right))}.")
    if question.id in moment.lecture.repeated:
        sentences.append("This question comes again later: do not give the answer.")
    elif state.phase != "revealed" and rounds and question.kind != "curve":
        count = count if is_known else max(histogram.tallies(question, answers)[-1].counts)
        sentences.append(advice(count, len(right), is_known, len(rounds) > 1))
    if len(rounds) > 1:
        sentences.append(comparison(question, rounds[0], rounds[-1], judged))
    if rounds and earlier:
        sentences.append(f"Since the first time: {comparison(question, earlier[0], rounds[0], judged)}")
    if question.kind == "curve":
        histogram.show(moment, question)
    bars = "" if question.kind == "curve" else histogram.class_bars(moment, question, answers, outcome.answer)
    paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    st.html(f'<section class="rc-outcome">{bars}{paragraphs}</section>')


def _training(state: State) -> None:
    if (moment := still(current_app().services(), state)) is None:
        return
    lines = "<br>".join(f"{escape(run.title)}: {train.how_far([run])}" for run in moment.trained)
    st.html(f'<p class="rc-training">{lines}</p>')


def _reviews(state: State) -> None:
    if moment := still(current_app().services(), state):
        review.show_queue(moment, "notes")
