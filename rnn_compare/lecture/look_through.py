"""A lecture to be read before it is begun: its steps, questions and notes as one page, which prints on two sheets."""

from functools import cache
from html import escape
from pathlib import Path

from rnn_compare.formatting import counted
from rnn_compare.lecture.controls import Choices, Curve, Epochs, Slider
from rnn_compare.lecture.lecture_file import Lecture
from rnn_compare.lecture.plain_text import html
from rnn_compare.lecture.questions import Question

PAGE = Path(__file__).parent / "pages" / "common" / "look_through.html"


def page(lecture: Lecture) -> str:
    """Returns a lecture as an HTML page for the presenter alone: it has the answers."""
    length = f"{counted(len(lecture.steps), 'step')}, about {lecture.minutes} minutes."
    about = " ".join(filter(None, [lecture.about, length, "With the answers: for you only."]))
    steps = "\n".join(_step(lecture, index) for index in range(len(lecture.steps)))
    quiz = "".join(f"<li>{escape(question.text)}</li>" for question in lecture.quiz)
    at_home = f"<section><h2><b>To try at home</b></h2><ul>{quiz}</ul></section>" if quiz else ""
    template, styles = _files()
    return template.format(title=escape(lecture.title), about=escape(about), steps=steps + at_home, styles=styles)


@cache
def _files() -> tuple[str, str]:
    return PAGE.read_text(encoding="utf-8"), PAGE.with_suffix(".css").read_text(encoding="utf-8")


def _step(lecture: Lecture, index: int) -> str:
    step = lecture.steps[index]
    heading = f"<b>{index + 1}&ensp;{escape(step.title)}</b><span>{step.minutes} min</span>"
    shows = [("Wall", step.kind.wall), ("Phones", step.kind.phones if step.kind.wall else "")]
    shown = " ".join(f"<b>{where}:</b> {escape(what)}." for where, what in shows if what)
    parts = [
        f"<h2>{heading}</h2>",
        f'<div class="wall">{html(step.text)}</div>' if step.text else "",
        _question(lecture, index, step.question) if step.question else "",
        f'<p class="shows">{shown}</p>' if shown else "",
        f'<div class="notes">{html(step.notes)}</div>' if step.notes else "",
    ]
    return f"<section>{''.join(parts)}</section>"


def _question(lecture: Lecture, index: int, question: Question) -> str:
    """Returns a question, what phones can answer, what counts as right, and which step shows it."""
    outcome = question.from_file() if question.source == "file" else None
    right = question.rule if outcome is None else "" if outcome.only_names else outcome.explanation
    place = lecture.answered_at(index)
    where = f"The answer comes at step {place + 1}." if place != index else ""
    answers = ""
    match question.control:
        case Epochs():
            answers = f"<p>An epoch from 1 to {question.epochs}, or never.</p>"
        case Choices(labels):
            right_place = outcome.answer if outcome else None
            marks = (' class="right"' if place == right_place else "" for place in range(len(labels)))
            items = (f"<li{mark}>{escape(label)}</li>" for mark, label in zip(marks, labels, strict=True))
            answers = f"<ul>{''.join(items)}</ul>"
        case Slider(least, most, units=(_, unit), zero=zero):
            meaning = f"; 0 is “{zero}”" if zero else ""
            answers = f"<p>{escape(f'A number from {least:g} to {most:g} {unit}'.strip() + meaning)}.</p>"
        case Curve(epochs):
            answers = f"<p>A curve of {epochs} epochs.</p>"
    words = f'<p class="asks">{escape(question.text)}</p>{answers}<p>{escape(f"{right} {where}".strip())}</p>'
    return f'<div class="question">{words}</div>'
