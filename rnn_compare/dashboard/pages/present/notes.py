"""The second screen, for the presenter only: notes, next step, clock, votes and reviews."""

import time
from html import escape

import streamlit as st

from rnn_compare.dashboard.components import load_styles, ticking
from rnn_compare.dashboard.pages.present import histogram, navigation, permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext, current_context, unchanged_context
from rnn_compare.dashboard.pages.present.steps import class_trains, home, predict, review, train
from rnn_compare.dashboard.widgets import actions
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.peer_instruction import advice, by_confidence, comparison, percentage
from rnn_compare.lecture.questions import is_right
from rnn_compare.server.app import current_app

LOOK_SECONDS, SLOW_SECONDS = 0.5, 2.0


def render() -> None:
    """Draws the page, for the presenter only."""
    load_styles("browser/common/class_dots.css", "dashboard/assets/pages/present.css")
    if reason := permissions.why_not():
        st.info(reason, icon=":material/lock:")
        return
    context = current_context(current_app().services())
    if context is None:
        st.markdown("## Notes")
        st.info("No lecture is running. Start one under Present.")
        ticking(_facts, LOOK_SECONDS, current_app().classroom().state())
        return
    st.html('<span class="rc-second"></span>')
    ticking(_facts, LOOK_SECONDS, context.state)
    _buttons(context)
    ticking(actions.show_problems, LOOK_SECONDS)  # for problems of buttons in parts that refresh
    notes, beside = st.columns([3, 2])
    with notes, st.container(key="notes_words"):
        st.html(f"<h1>{escape(context.step.title)}</h1>")
        st.markdown(context.step.notes or "*No notes for this step.*")
    with beside:
        st.html(f'<p class="rc-next">Next: <b>{escape(_next(context))}</b></p>')
        if context.state.question and context.state.phase in ("closed", "shown", "revealed"):
            ticking(_vote, SLOW_SECONDS, context.state)
        ticking(_training, SLOW_SECONDS, context.state)
        st.markdown("#### Reviews from the class")
        ticking(_reviews, SLOW_SECONDS, context.state)
        if context.step.kind is home.STEP:
            home.offer_networks(context)
        start_page.end_button()


def _facts(state: State) -> None:
    """Draws clock and counts; reruns the page when the lecture has changed."""
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


def _buttons(context: LectureContext) -> None:
    services, version = context.services, context.state.version
    with st.container(horizontal=True, vertical_alignment="center", key="notes_buttons"):
        permissions.button("Back", "notes_back", version, navigation.go_back, services, icon=":material/arrow_back:")
        forward = ":material/arrow_forward:"
        permissions.button("Next", "notes_next", version, navigation.advance, services, type="primary", icon=forward)
        if context.step.asks and context.state.phase != "open":  # otherwise Next closes the vote
            predict.buttons(context)
        is_asked, ask = context.state.rows_asked, context.classroom.ask_rows
        label = "No longer ask for rows" if is_asked else "Ask phones for rows"
        permissions.button(label, "ask_rows", version, ask, not is_asked, help="Neighbours of one row are paired.")
        st.html(f'<p class="rc-training">Step {context.index + 1} of {len(context.lecture.steps)}</p>')


def _next(context: LectureContext) -> str:
    if context.step.asks and context.state.phase == "open":
        if not navigation.has_no_phone(context):
            return "close the vote; only you see the answers"
        if not navigation.is_revealed_later(context):
            return "show what is right: no phone has joined"
    if context.step.asks and context.state.phase == "closed" and not navigation.comes_again(context):
        return "show the answers"
    if question := navigation.next_outcome(context):
        return f"reveal: {question.text}"
    return next((step.title for step in context.lecture.steps[context.index + 1 :]), "the end")


def _vote(state: State) -> None:
    """Draws the answers to a closed vote, the advice, the changed answers and the gain."""
    if (context := unchanged_context(state)) is None or (question := state.question) is None:
        return
    rounds, earlier = (context.classroom.votes.rounds(name) for name in (question.id, question.repeats))
    outcome, answers, is_drawn = context.outcome(question), context.answers(question), question.kind.control.is_drawn

    def judged(answer: Answer) -> bool | None:
        return is_right(question, answer, outcome)

    right, sentences = [judged(answer) for answer in answers[-1]] if answers else [], []
    count, is_known = sum(map(bool, right)), bool(right) and None not in right
    if is_known:
        sentences.append(f"{histogram.score(count, len(right))}{percentage(count, len(right))}.")
    if rounds and question.confidence:
        levels = context.classroom.votes.confidence(question.id)
        sentences.append(by_confidence(question, rounds[-1], levels, outcome))
    if question.id in context.lecture.repeated:
        sentences.append("This question comes again later: do not give the answer.")
    elif state.phase != "revealed" and rounds and not is_drawn:
        count = count if is_known else max(histogram.tallies(question, answers)[-1].counts)
        sentences.append(advice(count, len(right), is_known, len(rounds) > 1))
    if len(rounds) > 1:
        sentences.append(comparison(question, rounds[0], rounds[-1], judged))
    if rounds and earlier:
        sentences.append(f"Since the first time: {comparison(question, earlier[0], rounds[0], judged)}")
    if is_drawn:
        histogram.show(context, question)
    bars = "" if is_drawn else histogram.class_bars(context, question, answers, outcome.answer)
    paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
    st.html(f'<section class="rc-outcome">{bars}{paragraphs}</section>')


def _training(state: State) -> None:
    if context := unchanged_context(state):
        if state.task_since:
            class_trains.show_progress(context)
        lines = "<br>".join(f"{escape(run.title)}: {train.progress([run])}" for run in context.all_runs)
        st.html(f'<p class="rc-training">{lines}</p>')


def _reviews(state: State) -> None:
    if context := unchanged_context(state):
        review.show_queue(context, "notes")
