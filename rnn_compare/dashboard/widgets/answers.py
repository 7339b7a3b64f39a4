"""Each network's prediction for a text, and the text as the networks read it."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import one_each
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.review import review_text
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import ReviewPrediction, ask
from rnn_compare.formatting import percent
from rnn_compare.paths import Which
from rnn_compare.runs.record import Run

OUTDATED = '<p class="rc-outdated" role="status">The text has changed. Press “Ask the networks”.</p>'
"""Shown by the style sheet as long as the box holds other words than were judged."""


Answers = Sequence[tuple[Run, str, ReviewPrediction]]
"""Runs with their titles and predictions."""


def show(runs: Sequence[Run], text: str, which: Which, label: bool | None = None) -> Answers:
    """Draws each network's prediction for a text, right or wrong where its label is known; returns the predictions."""
    cards = []
    predictions: list[tuple[Run, str, ReviewPrediction]] = []
    for group in one_each(runs):
        run, title, drawn_as = group.runs[0], group.name, look(group)
        try:
            prediction = ask(run, text, which)
        except UserError as error:
            cards.append(components.card(title, drawn_as, f'<p class="rc-problem">{escape(str(error))}</p>'))
            continue
        predictions.append((run, title, prediction))
        epoch = run.best if which == "best" else run.last
        note = f"{which} epoch: {epoch.epoch}" if epoch else ""
        cards.append(components.card(title, drawn_as, _answer(prediction, note, label)))
    st.html(f'<div class="rc-judged"><div class="rc-verdicts">{"".join(cards)}</div>{OUTDATED}</div>')
    return predictions


def show_text(predictions: Answers, text: str) -> None:
    """Draws a text as the networks read it, once for all that read the same."""
    groups: dict[tuple[str, int, int], list[tuple[str, ReviewPrediction]]] = {}
    for run, title, prediction in predictions:
        encoding = (run.experiment.dataset, run.experiment.vocabulary_size, run.experiment.maxlen)
        groups.setdefault(encoding, []).append((title, prediction))
    parts = ""
    for (_, vocabulary_size, _), members in groups.items():
        read = "What was read" if len(groups) == 1 else f"Read by {', '.join(title for title, _ in members)}"
        if len({size for _, size, _ in groups}) > 1:
            read += f" (vocabulary size {vocabulary_size:,})"
        body = review_text.html(text, members[0][1].review)
        parts += f"<h2>{escape(read)}</h2>{body}"
    if parts:
        st.html(f'<div class="rc-judged rc-read">{parts}</div>')


def _answer(prediction: ReviewPrediction, note: str, label: bool | None) -> str:
    weights = f'<p class="rc-note">{note}</p>'
    if prediction.knows_no_word:
        return f'<p class="rc-problem">{_why_none(prediction)}</p>{weights}'
    low, high = map(escape, prediction.labels)
    sentence = f"{percent(prediction.share)} {escape(prediction.label)}"
    start = escape(prediction.course)
    if prediction.warning:
        output = f"Its output, {sentence}, means little."
        return f'<p class="rc-problem"><b>{prediction.warning}</b> {output}</p><p class="rc-note">{start}</p>{weights}'
    ends = f"--rc-from: {100 * prediction.prior:.1f}%; --rc-to: {100 * prediction.probability:.1f}%"
    truth = "" if label is None else f" <small>{'✓ right' if label == prediction.positive else '× wrong'}</small>"
    return (
        f'<p class="rc-verdict">{sentence}{truth}</p>'
        f'<div class="rc-scale" style="{ends}" role="img" aria-label="{sentence}, on a scale from {low} to {high}">'
        f'<i class="rc-side-{prediction.positive:d}"></i></div>'
        f'<p class="rc-ends"><span class="rc-side-0">{low}</span><span class="rc-side-1">{high}</span></p>'
        f'<p class="rc-note rc-prior">{start}</p>{weights}'
    )


def _why_none(prediction: ReviewPrediction) -> str:
    """Returns why a network that knows no word gives no prediction: it would depend on their number alone."""
    unknown = prediction.review.count("unknown")
    words = f"the last {unknown:,} words, all it reads," if prediction.review.count("cut off") else "these words"
    return f"None of {words} is in the vocabulary, so there is nothing to judge."
