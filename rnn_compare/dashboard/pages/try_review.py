"""A box for a review, and what each network makes of it."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.dashboard import review_text, services
from rnn_compare.dashboard.palette import Look, looks
from rnn_compare.dashboard.shown import shown
from rnn_compare.dashboard.words import percent
from rnn_compare.errors import UserError
from rnn_compare.experiment import MAX_COMPARED, labels
from rnn_compare.insight.verdict import Verdict, ask
from rnn_compare.runs.files import Which
from rnn_compare.runs.record import Run

EXAMPLES = {
    "Praise": "A wonderful film. The acting is superb, the story is moving, and I left the cinema happy.",
    "Panned": "What a waste of time. The plot is dull, the acting is awful, and the jokes fall flat.",
    "Turn at the end": (
        "The first hour is slow and I nearly left. The dialogue is poor and some scenes are simply bad. "
        "But then it becomes one of the best films I have ever seen, brilliant and beautiful to the last minute."
    ),
    "Irony": "Oh great, another masterpiece about a talking dog. I could hardly stay awake for all that excitement.",
    "Negation": "This is not a bad movie at all. It is never boring, and nobody should miss it.",
}
WEIGHTS: dict[str, Which] = {"best epoch": "best", "last epoch": "last"}


def render() -> None:
    """Draws the page."""
    of = services.get()
    askable = [run for run in of.runs() if run.has_weights]
    if not askable:
        st.info(
            "No network has finished an epoch yet. Train one on the Compare page; as soon as its first epoch is "
            "done, it can be asked here.",
            icon=":material/hourglass_empty:",
        )
        return
    runs, which = _choose(askable)
    text = _text()
    if text.strip() and runs:
        _answers(runs, text, which)


def _choose(askable: Sequence[Run]) -> tuple[list[Run], Which]:
    by_id = {run.id: run for run in askable}

    def name(run: str) -> str:
        return f"{by_id[run].title} · {run.rpartition('-')[2]}"

    with st.sidebar:
        chosen = st.multiselect(
            "Networks",
            list(reversed(by_id)),
            [run.id for run in shown(askable)],
            max_selections=MAX_COMPARED,
            format_func=name,
            placeholder="Choose at least one",
        )
        which = st.segmented_control("Weights of the", list(WEIGHTS), default="best epoch", required=True)
        st.caption("Best is the epoch with the highest validation accuracy.")
    return [by_id[run] for run in chosen], WEIGHTS[which or "best epoch"]


def _text() -> str:
    def take_example() -> None:
        if picked := st.session_state["example"]:
            st.session_state["review"] = EXAMPLES[picked]

    st.text_area("Review", key="review", height=110, placeholder="Type or paste a review in English …")
    with st.container(horizontal=True, vertical_alignment="center", key="ask_box"):
        st.button("Ask the networks", type="primary")
        st.pills("Examples", list(EXAMPLES), key="example", on_change=take_example, label_visibility="collapsed")
    return str(st.session_state["review"])


def _answers(runs: Sequence[Run], text: str, which: Which) -> None:
    drawn = looks(run.experiment.cell for run in runs)
    names = labels(run.experiment for run in runs)
    cards = []
    verdicts: list[tuple[Run, str, Verdict]] = []
    for run, name, look in zip(runs, names, drawn, strict=True):
        title = run.name or name
        try:
            verdict = ask(run, text, which)
        except UserError as error:
            cards.append(_card(title, look, f'<p class="rc-problem">{escape(str(error))}</p>'))
            continue
        verdicts.append((run, title, verdict))
        epoch = run.best if which == "best" else run.last
        cards.append(_card(title, look, _answer(verdict, f"weights of epoch {epoch.epoch}" if epoch else "")))
    st.html(f'<div class="rc-verdicts">{"".join(cards)}</div>')
    _what_was_given(verdicts, text)


def _what_was_given(verdicts: Sequence[tuple[Run, str, Verdict]], text: str) -> None:
    """Shows the review as the networks got it, once for all that got the same."""
    groups: dict[tuple[str, int, int], list[tuple[str, Verdict]]] = {}
    for run, title, verdict in verdicts:
        given = (run.experiment.source, run.experiment.vocabulary_size, run.experiment.maxlen)
        groups.setdefault(given, []).append((title, verdict))
    parts = []
    for (_, vocabulary_size, maxlen), members in groups.items():
        readers = "" if len(groups) == 1 else f"{', '.join(title for title, _ in members)}: "
        heading = f"{readers}maxlen {maxlen:,}, the {vocabulary_size:,} most frequent words"
        read = review_text.html(text, members[0][1].review)
        parts.append(
            f'<div class="rc-read"><h3>What was read</h3><p class="rc-given">{escape(heading)}</p>{read}</div>'
        )
    st.html(review_text.CSS + "".join(parts))


def _card(title: str, look: Look, body: str) -> str:
    return f'<section style="--rc-color: {look.color}"><h4>{escape(title)}</h4>{body}</section>'


def _answer(verdict: Verdict, note: str) -> str:
    word = "positive" if verdict.positive else "negative"
    share = verdict.probability
    left, width = (50, 100 * share - 50) if verdict.positive else (100 * share, 50 - 100 * share)
    return (
        f'<p class="rc-verdict"><b>{word}</b> <span>{percent(share)} positive</span></p>'
        f'<div class="rc-scale" role="img" aria-label="{percent(share)} positive">'
        f'<i style="left: {left:.1f}%; width: {max(width, 0.6):.1f}%"></i></div>'
        f'<p class="rc-ends"><span>negative</span><span>positive</span></p>'
        f'<p class="rc-note">{escape(note)}</p>'
    )
