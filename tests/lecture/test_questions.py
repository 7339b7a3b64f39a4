"""Whatever a phone sends is an answer or is refused in a sentence; and what a class answered is counted rightly."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rnn_compare.errors import UserError
from rnn_compare.lecture.controls import MOST_BARS, Choices, Slider
from rnn_compare.lecture.kinds.number import Number
from rnn_compare.lecture.questions import Question, checked, is_right, kinds, tally
from tests.kit.classes import ALL, BEST, CURVE, LEAD, NUMBER, OVERFITS

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def sound(question: Question) -> st.SearchStrategy[Any]:
    """Returns what a phone may answer."""
    match question.control:
        case Choices(labels):
            return st.integers(0, len(labels) - 1)
        case Slider(least, most):
            return st.floats(least, most)
    return st.lists(st.floats(0, 1), min_size=question.epochs, max_size=question.epochs)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    """Returns a question about a number, with the limits that a file may have."""
    step, steps = draw(st.sampled_from((1, 2, 3, 5, 25))), draw(st.integers(1, 1000))
    least = draw(st.integers(-2000, 2000))
    most = least + step * steps + draw(st.integers(0, step - 1))
    units = {"least": least, "most": most, "step": step, "about": least + step * draw(st.integers(0, steps))}
    decimals = draw(st.integers(0, 4))
    fields = {name: float(Decimal(number).scaleb(-decimals)) for name, number in units.items()}
    return Number.model_validate({"id": "x", "kind": "number", "text": "?", "within": 0, **fields})


def test_a_question_of_every_kind_is_read_as_it_was_written_by_this_version_and_the_last() -> None:
    assert sorted(question.kind for question in ALL) == sorted(kinds())
    for question in ALL:
        assert Question.model_validate_json(question.model_dump_json()) == question
        assert Question.model_validate({"right": None, **question.model_dump()}) == question


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
@given(answer=ANYTHING)
def test_any_json_is_an_answer_or_refused(question: Question, answer: object) -> None:
    try:
        stored = checked(question, answer)
    except UserError:
        return
    assert not isinstance(answer, bool)
    assert checked(question, json.loads(json.dumps(stored))) == stored, "what is kept is read from the disk as it was"
    assert tally(question, [stored]).answered == 1
    for number in stored if isinstance(stored, tuple) else (stored,):
        assert math.isfinite(number)


@given(data=st.data())
def test_a_sound_answer_is_stored_as_it_is_once_more_and_counted_in_one_bar(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(ALL) | numbers())
    answers = [checked(question, answer) for answer in data.draw(st.lists(sound(question), max_size=30))]
    assert [checked(question, answer) for answer in answers] == answers
    result = tally(question, answers)
    assert result.answered == len(answers)
    if question is CURVE:
        return
    assert sum(result.counts) == len(answers)
    assert len(result.counts) == len(result.labels) == len(set(result.labels)) == len(result.edges) - 1
    assert len(result.labels) <= MOST_BARS or not isinstance(question.control, Slider)
    for answer in answers:
        place = result.bar(answer)
        assert place is not None
        assert result.edges[place] <= float(str(answer)) < result.edges[place + 1]
        if isinstance(question.control, Slider):
            low, high = ends(result.labels[place])
            assert low <= float(str(answer)) <= high


def ends(label: str) -> tuple[float, float]:
    """Returns the first and the last number of a slider's bar by its label."""
    low, _, high = label.replace("−", "-").replace(" to ", "–").partition("–")
    return float(low), float(high or low)


NO_ANSWERS: list[tuple[Question, tuple[object, ...]]] = [
    (BEST, (4, -1, 1.0, True, "1")),
    (LEAD, (-0.5, 50.5, math.nan, math.inf)),
    (OVERFITS, (5,)),
    (NUMBER, (-0.1, 10.1, None, "4", [4.0])),
    (CURVE, (0.5, [0.5] * 3, [0.5] * 5, *([0.5, 0.5, 0.5, wrong] for wrong in (1.01, math.nan, None)))),
]


@pytest.mark.parametrize(("question", "answer"), [(item, wrong) for item, several in NO_ANSWERS for wrong in several])
def test_an_invalid_answer_is_refused(question: Question, answer: object) -> None:
    with pytest.raises(UserError):
        checked(question, answer)


@pytest.mark.parametrize(
    ("largest", "labels", "counts"),
    [
        (0.0, ("0–0.9", "1–1.9", "2–2.9", "3–3.9", "4–4.9"), (2, 0, 1, 0, 0)),
        (0.5, ("0–0.9", "1–1.9", "2–2.9", "3–3.9", "4–4.9"), (2, 0, 1, 0, 0)),
        (1.0, ("0–0.9", "1–1.9", "2–2.9", "3–3.9", "4–4.9"), (1, 1, 1, 0, 0)),
        (11.5, tuple(f"{points}–{points}.9" for points in range(12)), (1, 0, 1, *[0] * 8, 1)),
        (12.0, ("0–1.9", "2–3.9", "4–5.9", "6–7.9", "8–9.9", "10–11.9", "12–13.9"), (1, 1, 0, 0, 0, 0, 1)),
        (50.0, ("0–4.9", *(f"{points}–{points + 4}.9" for points in range(5, 50, 5)), "50"), (2, *[0] * 9, 1)),
    ],
)
def test_bars_of_leads_have_one_width_and_as_few_points_as_twelve_bars_allow(
    largest: float, labels: tuple[str, ...], counts: tuple[int, ...]
) -> None:
    result = tally(LEAD, [0.0, 2.0, largest])
    assert (result.labels, result.counts) == (labels, counts)
    assert tally(LEAD, [], [0.0, 2.0, largest]).labels == labels, "the bars of another round are the same"
    assert [result.bar(nowhere) for nowhere in (None, -0.1, result.edges[-1], (0.5, 0.6))] == [None] * 4


def test_drawings_become_a_band_of_quartiles_at_each_epoch() -> None:
    drawings = [tuple([share] * 4) for share in (0.5, 0.6, 0.7, 0.8, 0.9)]
    result = tally(CURVE, drawings)
    assert (result.low[0], result.middle[0], result.high[0]) == (0.6, 0.7, 0.8)
    assert tally(CURVE, [(0.5, 0.6, 0.7, 0.8)]).middle == (0.5, 0.6, 0.7, 0.8)
    assert tally(CURVE, []).middle == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "best_network"},
        {"kind": "own", "choices": ["yes"]},
        {"kind": "own", "choices": ["yes", "yes"]},
        {"kind": "own", "choices": ["yes", "no"], "right": 2},
        {"kind": "best_network", "choices": ["LSTM", "GRU"], "right": 0},
        {"kind": "curve"},
        {"kind": "lead", "epochs": 0},
        {"kind": "lead", "id": "two words"},
        {"kind": "lead", "unknown": 1},
    ],
)
def test_a_question_that_nobody_could_answer_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"id": "x", "text": "?", **wrong})


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({}, "0–0.9, 1–1.9, 2–2.9, 3–3.9, 4–4.9, 5–5.9, 6–6.9, 7–7.9, 8–8.9, 9–9.9, 10"),
        (
            {"about": 1996, "least": 1990, "most": 2000, "step": 2},
            "1990–1991, 1992–1993, 1994–1995, 1996–1997, 1998–1999, 2000",
        ),
        ({"about": 0, "least": -1, "most": 1, "step": 0.5}, "−1 to −0.6, −0.5 to −0.1, 0–0.4, 0.5–0.9, 1"),
        ({"about": 0.3, "most": 0.4, "step": 0.1}, "0, 0.1, 0.2, 0.3, 0.4"),
    ],
)
def test_bars_of_a_number_reach_from_its_least_to_its_most(fields: dict[str, Any], labels: str) -> None:
    assert ", ".join(tally(Number.model_validate(NUMBER.model_dump() | fields), []).labels) == labels


def test_a_number_is_right_within_its_tolerance_and_the_slider_does_not_tell_it() -> None:
    result = NUMBER.from_file()
    assert result.explanation == "The answer: 3.9. Answers within 0.5 count as right."
    assert [is_right(NUMBER, answer, result) for answer in (3.3, 3.4, 4.4, 4.5)] == [False, True, True, False]
    limits = {"least": 0, "most": 10, "step": 0.1, "start": 5}
    assert NUMBER.control.message() == {"name": "slider", **limits, "units": ("", ""), "zero": ""}
    percent = Number.model_validate(NUMBER.model_dump() | {"about": 62.5, "within": 0, "unit": "%", "step": 0.5})
    assert percent.from_file().explanation == "The answer: 62.5 %."
    assert percent.control.message()["units"] == ("%", "%")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"within": None}, "within\n  Field required"),
        ({"about": math.nan}, "about\n  Input should be "),
        ({"about": 12, "most": 10}, "about must lie between least and most, 0 and 10"),
        ({"step": 0.001}, "step must divide the way from least to most into 1,000 steps at most"),
        ({"within": 0.2, "about": 3.5, "step": 1}, "no step of the slider lies within 0.2 of 3.5; lessen step"),
        ({"right": 3}, "right\n  Extra inputs are not permitted"),
    ],
)
def test_a_number_that_nobody_could_set_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Question.model_validate(NUMBER.model_dump() | fields)
    assert sentence in str(caught.value)
