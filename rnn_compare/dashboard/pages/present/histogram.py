"""The answers of a class: bars, with two rounds side by side, or a band of drawn curves."""

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.charts.plotly_style import GREY, axis, between, layout, percent_axis, percentages, plain
from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.formatting import counted
from rnn_compare.lecture import peer_instruction
from rnn_compare.lecture.controls import Answer, Tally
from rnn_compare.lecture.questions import Question, tally

ROUNDS = ("first vote", "after discussion")
REPEATED = ("at the start", "now")
"""Legend of a question that repeats an earlier one: the first answers, and the last."""
HEIGHT = 380
BAND = "rgba(136, 136, 136, 0.35)"


def show(context: LectureContext, question: Question) -> None:
    """Draws the class's answers, of curves those of the last round; after the reveal with the right choice."""
    rounds = context.answers(question)
    if rounds and question.kind.control.is_drawn:
        curves = tallies(question, rounds)[-1]
        components.show_figure(drawn_curves(question.network, curves), "drawn")
    else:
        st.html(class_bars(context, question, rounds, question.right if context.state.phase == "revealed" else None))


def class_bars(
    context: LectureContext, question: Question, rounds: Sequence[Sequence[Answer]], right: Answer | None = None
) -> str:
    """Returns a question's bars as HTML, with networks in their colours, beside those of the question it repeats."""
    if rounds and question.repeats:
        first = context.classroom.votes.rounds(question.repeats)[:1]
        rounds = [*(list(answers.values()) for answers in first), *rounds]
    colors = {network.name: look(network).color for network in context.networks}
    return bars(question, rounds, colors if question.kind.offers_networks else {}, right)


def sure_and_wrong(context: LectureContext, question: Question) -> str:
    """Returns how many were sure and wrong, as HTML; "" if that is not known."""
    votes = (context.classroom.votes.rounds(question.id) or [{}])[-1]
    levels = context.classroom.votes.confidence(question.id)
    sentence = peer_instruction.sure_and_wrong(question, votes, levels, context.outcome(question))
    return f'<p class="rc-answered">{escape(sentence)}</p>' if sentence else ""


def drawn_curves(network: str, curves: Tally) -> go.Figure:
    """Returns the chart of the validation curves that a class drew: their median and middle half."""
    epochs = list(range(1, len(curves.middle) + 1))
    figure = go.Figure()
    half = {"fillcolor": BAND, "name": "the middle half", "showlegend": curves.answered > 1}
    figure.add_scatter(**between(epochs, percentages(curves.low), percentages(curves.high), **half))
    figure.add_scatter(
        x=epochs,
        y=percentages(curves.middle),
        mode="lines+markers",
        name=f"median of {counted(curves.answered, 'drawing')}",
        line={"color": GREY, "width": 6, "dash": "dot"},
        marker={"size": 14},
        hovertemplate="median %{y:.1f} %<extra></extra>",
    )
    return figure.update_layout(
        **layout(HEIGHT),
        xaxis=axis("epoch", dtick=1),
        yaxis=percent_axis(f"{plain(network)}, accuracy", range=[40, 100]),  # as phones draw
    )


def tallies(question: Question, rounds: Sequence[Sequence[Answer]]) -> list[Tally]:
    """Returns the tallies of the first round and, if there are several, of the last, with the same bars."""
    compared = [rounds[0], rounds[-1]] if len(rounds) > 1 else list(rounds)
    return [tally(question, answers, [answer for others in compared for answer in others]) for answers in compared]


def bars(
    question: Question, rounds: Sequence[Sequence[Answer]], colors: Mapping[str, str], right: Answer | None = None
) -> str:
    """Returns bars as HTML, in ``colors`` by label, or a sentence if nobody answered and no answer is right."""
    if not rounds and question.choices and right is not None:
        rounds = [[]]  # an outcome is marked also where nobody answered
    counted_rounds = tallies(question, rounds)
    if not counted_rounds:
        return '<p class="rc-wall-nothing">No answers.</p>'
    labels, mark = counted_rounds[0].labels, counted_rounds[0].bar(right)
    most = max(1, *(count for votes in counted_rounds for count in votes.counts))
    counts = [[(votes.counts[place], votes.answered) for votes in counted_rounds] for place in range(len(labels))]
    kind = "upright" if question.kind.control.is_ordered else "lying"
    rows = "".join(
        _answer(label, of_rounds, most, colors.get(label), place == mark, kind == "lying")
        for place, (label, of_rounds) in enumerate(zip(labels, counts, strict=True))
    )
    style = f"--rc-bars: {len(labels) * len(counted_rounds)}"
    legend = _legend(counted_rounds, REPEATED if question.repeats else ROUNDS)
    return f'{legend}<ol class="rc-votes rc-{kind}" style="{style}">{rows}</ol>'


def score(right: int, answered: int) -> str:
    """Returns how many answers were right, as text.

    Example:
        >>> score(31, 120), score(0, 1), score(0, 0)
        ('31 of 120 correct', '0 of 1 correct', 'No predictions')
    """
    return f"{right:,} of {answered:,} correct" if answered else "No predictions"


def _answer(
    label: str, counts: Sequence[tuple[int, int]], most: int, color: str | None, is_right: bool, is_wide: bool
) -> str:
    strips = "".join(
        f'<i class="rc-vote rc-round-{place if len(counts) > 1 else 1}" style="--rc-share: {count / most:.3f}">'
        f"<b>{count:,}{peer_instruction.percentage(count, answered) if is_wide else ''}</b></i>"
        for place, (count, answered) in enumerate(counts)
    )
    counts_in_words = ", ".join(f"{count} of {counted(answered, 'answer')}" for count, answered in counts)
    own = f' style="--rc-color: {color}"' if color else ""
    mark = '<em class="rc-tick" role="img" title="the outcome" aria-label="the outcome"></em>' if is_right else ""
    kind = "rc-right" if is_right else ""
    return (
        f'<li{own} class="{kind}" aria-label="{escape(label)}: {counts_in_words}">'
        f"<span>{escape(label)}{mark}</span><div>{strips}</div></li>"
    )


def _legend(rounds: Sequence[Tally], names: Sequence[str]) -> str:
    if len(rounds) < 2:
        return f'<p class="rc-votes-legend">{counted(rounds[0].answered, "answer")}</p>'
    entries = (
        f'<span><i class="rc-round-{place}"></i>{name}: {counted(votes.answered, "answer")}</span>'
        for place, (name, votes) in enumerate(zip(names, rounds, strict=True))
    )
    return f'<p class="rc-votes-legend">{"".join(entries)}</p>'
