"""Gradient flow: how large the backpropagated gradient still is at every word, and how far back half of it reaches."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.cells.registry import cell
from rnn_compare.charts.cell_pictures import picture
from rnn_compare.charts.gradient_chart import HEIGHT, NetworkGradient, gradient_chart
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside import gradient_history
from rnn_compare.dashboard.pages.inside.chosen import Chosen, card, problem_card
from rnn_compare.dashboard.pages.inside.waiting import wait_for
from rnn_compare.dashboard.services import Services
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted, counted_range
from rnn_compare.insight import questions
from rnn_compare.insight.gradient_flow import FollowedGradient, follow_gradient

NUMBERS_AT_ONCE = 2**18
"""Networks of more ``numbers`` are left to a worker: LSTM(128) on 500 words takes a third of a second."""


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the effective memory of the chosen runs, the gradient at every word, and how it came to be so."""
    followed: list[NetworkGradient] = []
    experiments: list[Experiment] = []
    cards = []
    for one in chosen:
        try:
            known = _followed(services, one)
        except UserError as error:
            cards.append(problem_card(one, str(error)))
            continue
        if known is not None:
            followed.append(NetworkGradient(one.title, one.look, known))
            experiments.append(one.run.experiment)
            cards.append(card(one, memory(known)))
    if followed:
        st.markdown(introduction(followed))
    st.html(f'<div class="rc-verdicts">{"".join(cards)}</div>')
    if followed:
        figure.show(gradient_chart(followed), "gradient_chart", HEIGHT)
        st.markdown(conclusion(experiments))
        gradient_history.show(services, chosen)


def introduction(followed: Sequence[NetworkGradient]) -> str:
    """Returns what the chart shows."""
    reviews = counted_range([network.followed.reviews for network in followed], "long review")
    return (
        "**What you see:** gradient flow, that is, how strongly each word's state could still change the loss, "
        "‖∂L/∂hₜ‖, as the gradient is propagated back from the end (right) to the beginning (left) of "
        f"{reviews}."
    )


def conclusion(experiments: Sequence[Experiment]) -> str:
    """Returns what to make of the lines, in as many sentences as the chosen networks need."""
    sentences = [
        "**What it means:** where a line has fallen, the network can hardly learn from words that far back: the "
        "gradient has vanished. The effective memory (the mark on each line) is the number of last words that hold "
        "half of the whole gradient."
    ]
    cells = dict.fromkeys(experiment.cell for experiment in experiments)
    sentences += [note for name in cells if (note := picture(name).gradient_note)]
    if any(experiment.bidirectional for experiment in experiments):
        sentences.append("A backward cell ends at the first word, so its words are counted from there.")
    if any(experiment.layers > 1 for experiment in experiments):
        sentences.append("Of several layers the last one is shown.")
    return " ".join(sentences)


def memory(followed: FollowedGradient) -> str:
    """Returns the effective memory as HTML: one large number, or one for each direction."""
    parts = []
    for flow in followed.directions:
        which = "" if len(followed.directions) == 1 else (" backward" if flow.backward else " forward")
        parts.append(
            f'<p class="rc-memory"><b>{counted(flow.memory, "word")}</b> <span>effective memory{which}</span></p>'
            if flow.memory
            else f'<p class="rc-memory"><b>none</b> <span>no gradient arrives{which}</span></p>'
        )
        if flow.carry_memory:
            parts.append(f'<p class="rc-note">on the carry track: {counted(flow.carry_memory, "word")}</p>')
    return "".join(parts)


def _followed(services: Services, one: Chosen) -> FollowedGradient | None:
    """Returns a run's gradient; None while a worker is at it, which is then said."""
    experiment, state = one.run.experiment, questions.fingerprint(one.weights)
    if numbers(experiment) <= NUMBERS_AT_ONCE:
        return _followed_at_once(one.run.id, state, one)
    analysis = services.engine.analyse(questions.gradients, one.run.id, one.which, state, experiment)
    if analysis.problem:
        raise UserError(analysis.problem)
    if analysis.result is None:
        wait_for(one.title, analysis)
    found: FollowedGradient | None = analysis.result
    return found


@st.cache_data(max_entries=64, show_spinner=False)
def _followed_at_once(run: str, state: str, _one: Chosen) -> FollowedGradient:  # noqa: ARG001  # the key
    return follow_gradient(_one.run.experiment, _one.weights)


def numbers(experiment: Experiment) -> int:
    """Returns how many numbers the recurrent layers work out for one review."""
    directions = 2 if experiment.bidirectional else 1
    return experiment.maxlen * experiment.units * cell(experiment.cell).blocks * experiment.layers * directions
