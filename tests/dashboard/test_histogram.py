"""How a class answered, as bars: what is counted, what is marked, and that texts of people stay texts."""

import re

import pytest

from rnn_compare.charts.in_words import in_words
from rnn_compare.dashboard.pages.present.histogram import bars, drawn_curves
from rnn_compare.lecture.controls import POINTS, Answer, Tally
from rnn_compare.lecture.questions import Question, tally

WHICH = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN(32)", "LSTM(32)"))
LEAD = Question(id="lead", kind="lead", text="By how much?")
EPOCH = Question(id="when", kind="overfits_from", text="When?", network="LSTM(32)", epochs=5)
OWN = Question(id="own", kind="own", text="Well?", choices=("<b>yes</b>", "no"), right=0)


def counts(html: str) -> list[int]:
    return [int(count) for count in re.findall(r"<b>([\d,]+)</b></i>", html)]


def test_every_answer_is_counted_once_in_the_colour_of_its_network() -> None:
    html = bars(WHICH, [[1, 1, 0]], {"LSTM(32)": "#0072B2"})
    assert counts(html) == [1, 2]
    assert "--rc-color: #0072B2" in html
    assert "3 answers" in html
    assert "rc-tick" not in html, "nothing is right before the outcome"


def test_two_votes_stand_beside_each_other_to_one_scale() -> None:
    html = bars(WHICH, [[0, 0, 1], [1, 1, 1, 1]], {})
    assert counts(html) == [2, 0, 1, 4]
    assert "first vote: 3 answers" in html
    assert "after discussion: 4 answers" in html
    assert "--rc-share: 0.500" in html, "2 of the 4 that the longest bar stands for"


def test_of_many_votes_the_first_and_the_last_are_shown() -> None:
    assert counts(bars(WHICH, [[0], [0, 0, 0], [1, 1]], {})) == [1, 0, 0, 2]


def test_two_votes_about_a_lead_get_the_same_bars_however_far_they_reach() -> None:
    html = bars(LEAD, [[1.0], [30.0]], {})
    assert len(counts(html)) == 2 * html.count("<li")


def test_nobody_has_answered_is_said() -> None:
    assert "No answers." in bars(WHICH, [], {})
    unanswered = bars(WHICH, [], {}, right=1)
    assert unanswered.count("rc-right") == 1, "who rehearses sees what is right"


@pytest.mark.parametrize(
    ("question", "right", "place"),
    [
        (WHICH, 1, 1),
        (OWN, 0, 0),
        (LEAD, 2.3, 2),
        (LEAD, 0.9, 0),
        (LEAD, 6.2, None),
        (EPOCH, 0, 0),
        (EPOCH, 4, 4),
        (WHICH, None, None),
        (EPOCH, (0.5, 0.6), None),
    ],
)
def test_the_bar_that_the_outcome_lies_in_is_marked(
    question: Question, right: Answer | None, place: int | None
) -> None:
    answers: list[Answer] = [3.0] if question.kind.control is POINTS else [0]
    assert tally(question, answers).bar(right) == place


def test_what_a_lecturer_typed_is_read_as_no_markup() -> None:
    html = bars(OWN, [[0]], {}, 0)
    assert "&lt;b&gt;yes&lt;/b&gt;" in html
    assert "rc-tick" in html


def test_the_band_lies_around_the_median_and_both_are_named() -> None:
    figure = drawn_curves("LSTM(32)", Tally(12, ("1", "2"), (), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8)))
    band, median = figure.data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [50, 60, 80, 70]
    assert list(median.y) == [60, 70]
    assert median.name == "median of 12 drawings"
    description = in_words(figure)
    assert description.title == "Chart of LSTM(32), accuracy by epoch"
    assert "60.0 %" in description.lines[-1]
