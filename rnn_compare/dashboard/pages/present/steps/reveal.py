"""Two steps: the curves with the class's predictions beside the outcome, and the curves with sentences about them."""

from html import escape

import streamlit as st

from rnn_compare.browser.numbers import packed
from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present import histogram
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.steps.train import offer_to_continue
from rnn_compare.formatting import unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.questions import Question, is_right
from rnn_compare.runs.events import Status
from rnn_compare.server.live import View, message
from rnn_compare.server.phones.phone_message import curves_of

VIEW, BOTH = View(("accuracy",)), View(("accuracy", "loss"))
BAND = "Grey: median and middle half of the class's drawings."


def show(context: LectureContext) -> None:
    """Draws the curves and, beside them, the answers to a question with its outcome."""
    runs, question = context.visible_runs, context.state.question
    if problem := context.problem:
        st.info(problem)
    if not runs:
        return
    if any(run.status is Status.INTERRUPTED for run in context.all_runs):  # not for runs stopped on purpose
        offer_to_continue(context)
    curves, guesses = st.columns([5, 3]) if question else (st.container(), None)
    with curves, st.container(key="wall_board"):
        if context.state.recorded and not any(run.replayed for run in runs):  # the board says so while it plays
            st.html(f'<p class="rc-replay">{escape(context.played)}</p>')
        band = _band(context, question)
        components.show_board(context.services, [run.id for run in runs], VIEW, key="wall_curves", drawn=band)
    if question and guesses:
        with guesses:
            explanation = _show_outcome(context, question)
        st.html(f'<p class="rc-why">{escape(unbroken(explanation))}</p>')


def _show_outcome(context: LectureContext, question: Question) -> str:
    """Draws the answers; returns the explanation of what is right, which takes the wall's whole width."""
    outcome, rounds = context.outcome(question), context.answers(question)
    last = rounds[-1] if rounds else []
    right = [is_right(question, answer, outcome) for answer in last]
    score = histogram.score(sum(map(bool, right)), len(last)) if outcome.answer is not None or not last else ""
    is_drawn = question.kind.control.is_drawn
    bars = histogram.class_bars(context, question, rounds, outcome.answer) if rounds and not is_drawn else ""
    legend = f'<p class="rc-note">{BAND}</p>' if rounds and is_drawn else ""
    st.html(
        f'<section class="rc-outcome"><h3>{escape(question.text)}</h3>{bars}<p class="rc-told" role="status">'
        f"{escape(score)}</p>{histogram.sure_and_wrong(context, question)}{legend}</section>"
    )
    return outcome.explanation


def _band(context: LectureContext, question: Question | None) -> dict[str, str] | None:
    """Returns the band of the class's drawings for the chart, packed like its curves."""
    if question is None or not question.kind.control.is_drawn or not (rounds := context.answers(question)):
        return None
    votes = histogram.tallies(question, rounds)[-1]
    lines = {name: packed(getattr(votes, name)) for name in ("low", "middle", "high")}
    return {"chart": "accuracy", "text": "the class", **lines}


def show_findings(context: LectureContext) -> None:
    """Draws both charts and the sentences, which the board updates itself."""
    if not context.visible_runs:
        st.info(context.problem)
        return
    runs = [run.id for run in context.visible_runs]
    shown = message(context.services, runs, BOTH)
    context.to_phones(curves=curves_of(context.visible_runs), lines=[finding["text"] for finding in shown["findings"]])
    with st.container(key="wall_findings"):
        components.show_board(context.services, runs, BOTH, key="wall_said")


FINDINGS = StepKind("findings", show_findings)
STEP = StepKind("reveal", show, ticks=True, reveals=True)
