"""The step `reveal`: the curves, and the class's predictions beside the results."""

from html import escape

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present import histogram
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.steps.train import offer_to_continue
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.outcomes import is_right
from rnn_compare.lecture.questions import Question
from rnn_compare.runs.events import Status
from rnn_compare.server.board.board_message import View, packed

VIEW = View(("accuracy",))
BAND = "Grey: median and middle half of the class's drawings."


def show(moment: Moment) -> None:
    """Draws both beside each other."""
    runs, question = moment.shown, moment.state.question
    if not runs:
        st.info("Nothing is trained yet. Go back (←) to the training step.")
        return
    if any(run.status is Status.INTERRUPTED for run in moment.trained):  # one that was stopped is over for the class
        offer_to_continue(moment)
    curves, guesses = st.columns([5, 3]) if question else (st.container(), None)
    with curves, st.container(key="wall_board"):
        if moment.state.recorded and not any(run.replayed for run in runs):  # while it plays the board says so
            st.html(f'<p class="rc-replay">{escape(moment.played)}</p>')
        band = _drawn(moment, question)
        components.show_board(moment.services, [run.id for run in runs], VIEW, key="wall_curves", drawn=band)
    if question and guesses:
        with guesses:
            _beside_the_outcome(moment, question)


def _beside_the_outcome(moment: Moment, question: Question) -> None:
    outcome, rounds = moment.outcome(question), moment.answers(question)
    last = rounds[-1] if rounds else []
    right = [is_right(question, answer, outcome) for answer in last]
    score = histogram.score(sum(map(bool, right)), len(last)) if outcome.answer is not None or not last else ""
    bars = histogram.class_bars(moment, question, rounds, outcome.answer) if rounds and question.kind != "curve" else ""
    band = f'<p class="rc-note">{BAND}</p>' if rounds and question.kind == "curve" else ""
    st.html(
        f'<section class="rc-outcome"><h3>{escape(question.text)}</h3>{bars}<p class="rc-told" role="status">'
        f"{escape(score)}</p><p>{escape(outcome.explanation)}</p>{band}</section>"
    )


def _drawn(moment: Moment, question: Question | None) -> dict[str, str] | None:
    """Returns the band of the class's drawings for the chart, as small as its curves are."""
    rounds = moment.answers(question) if question and question.kind == "curve" else []
    if not rounds or question is None:
        return None
    votes = histogram.tallies(question, rounds)[-1]
    lines = {name: packed(getattr(votes, name)) for name in ("low", "middle", "high")}
    return {"chart": "accuracy", "text": "the class", **lines}


STEP = StepKind("reveal", show, ticks=True, reveals=True)
