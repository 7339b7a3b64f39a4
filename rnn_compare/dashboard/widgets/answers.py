"""Each network's verdict on a text, and the text as the networks read it."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from rnn_compare.charts.palette import looks
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets import network_choice
from rnn_compare.dashboard.widgets.review import review_text
from rnn_compare.errors import UserError
from rnn_compare.explain.verdict import Verdict, ask
from rnn_compare.formatting import percent
from rnn_compare.paths import Which
from rnn_compare.runs.record import Run

OUTDATED = '<p class="rc-outdated" role="status">The text has changed. Press “Ask the networks”.</p>'
"""Shown by the style sheet as long as the box holds other words than were judged."""


Answers = Sequence[tuple[Run, str, Verdict]]
"""Runs with their titles and verdicts."""


def show(runs: Sequence[Run], text: str, which: Which, label: bool | None = None) -> Answers:
    """Draws each network's verdict on a text, right or wrong where its label is known; returns the verdicts."""
    colours = looks(run.experiment.cell for run in runs)
    cards = []
    verdicts: list[tuple[Run, str, Verdict]] = []
    for run, title, look in zip(runs, network_choice.card_titles(runs), colours, strict=True):
        try:
            verdict = ask(run, text, which)
        except UserError as error:
            cards.append(components.card(title, look, f'<p class="rc-problem">{escape(str(error))}</p>'))
            continue
        verdicts.append((run, title, verdict))
        epoch = run.best if which == "best" else run.last
        note = f"epoch {epoch.epoch}" if epoch else ""
        cards.append(components.card(title, look, _answer(verdict, note, label)))
    st.html(f'<div class="rc-judged"><div class="rc-verdicts">{"".join(cards)}</div>{OUTDATED}</div>')
    return verdicts


def show_text(verdicts: Answers, text: str) -> None:
    """Draws a text as the networks read it, once for all that read the same."""
    groups: dict[tuple[str, int, int], list[tuple[str, Verdict]]] = {}
    for run, title, verdict in verdicts:
        encoding = (run.experiment.dataset, run.experiment.vocabulary_size, run.experiment.maxlen)
        groups.setdefault(encoding, []).append((title, verdict))
    parts = ""
    for (_, vocabulary_size, _), members in groups.items():
        read = "What was read" if len(groups) == 1 else f"Read by {', '.join(title for title, _ in members)}"
        body = review_text.html(text, members[0][1].review)
        parts += f"<h3>{escape(read)} (vocabulary size {vocabulary_size:,})</h3>{body}"
    if parts:
        st.html(f'<div class="rc-judged rc-read">{parts}</div>')


def _answer(verdict: Verdict, note: str, label: bool | None) -> str:
    if verdict.knows_no_word:
        return f'<p class="rc-problem">{_why_none(verdict)}</p><p class="rc-note">{escape(note)}</p>'
    low, high = map(escape, verdict.labels)
    sentence = f"{percent(verdict.share)} {escape(verdict.label)}"
    empty = replace(verdict, probability=verdict.prior)
    note = f"Empty text: {percent(empty.share)} {empty.label} · {note}"
    if verdict.warning:
        output = f"Its output, {sentence}, means little."
        return f'<p class="rc-problem"><b>{verdict.warning}</b> {output}</p><p class="rc-note">{escape(note)}</p>'
    ends = f"--rc-from: {100 * verdict.prior:.1f}%; --rc-to: {100 * verdict.probability:.1f}%"
    truth = "" if label is None else f" <small>{'✓ right' if label == verdict.positive else '× wrong'}</small>"
    return (
        f'<p class="rc-verdict">{sentence}{truth}</p>'
        f'<div class="rc-scale" style="{ends}" role="img" aria-label="{sentence}, on a scale from {low} to {high}">'
        f'<i class="rc-side-{verdict.positive:d}"></i></div>'
        f'<p class="rc-ends"><span class="rc-side-0">{low}</span><span class="rc-side-1">{high}</span></p>'
        f'<p class="rc-note">{escape(note)}</p>'
    )


def _why_none(verdict: Verdict) -> str:
    """Returns why a network that knows no word gives no verdict: it would depend on their number alone."""
    unknown = verdict.review.count("unknown")
    words = f"the last {unknown:,} words, all it reads," if verdict.review.count("cut off") else "these words"
    return f"None of {words} is in the vocabulary, so there is nothing to judge."
