"""Whatever a phone sends is an answer or is refused in a sentence; and what a class answered is counted rightly."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rnn_compare.errors import UserError
from rnn_compare.lecture.controls import MOST_BINS, MOST_POINTS
from rnn_compare.lecture.questions import Question, checked, tally

from .conftest import ALL, BEST, CURVE, LEAD, OVERFITS, OWN

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SOUND: dict[str, st.SearchStrategy[Any]] = {
    "best": st.integers(0, 2),
    "lead": st.floats(0, MOST_POINTS),
    "over": st.integers(0, 4),
    "curve": st.lists(st.floats(0, 1), min_size=4, max_size=4),
    "own": st.integers(0, 1),
}


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


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
@given(data=st.data())
def test_every_sound_answer_is_counted_once(question: Question, data: st.DataObject) -> None:
    answers = data.draw(st.lists(SOUND[question.id], max_size=30))
    result = tally(question, [checked(question, answer) for answer in answers])
    assert result.answered == len(answers)
    if question is not CURVE:
        assert sum(result.counts) == len(answers)
        assert len(result.counts) == len(result.labels)


NO_ANSWERS: list[tuple[Question, tuple[object, ...]]] = [
    (BEST, (4, -1, 1.0, True, "1")),
    (LEAD, (-0.5, 50.5, math.nan, math.inf)),
    (OVERFITS, (5,)),
    (CURVE, (0.5, [0.5] * 3, [0.5] * 5, *([0.5, 0.5, 0.5, wrong] for wrong in (1.01, math.nan, None)))),
]


@pytest.mark.parametrize(("question", "answer"), [(item, wrong) for item, several in NO_ANSWERS for wrong in several])
def test_an_invalid_answer_is_refused(question: Question, answer: object) -> None:
    with pytest.raises(UserError):
        checked(question, answer)


def test_leads_are_stored_in_steps_of_a_half() -> None:
    assert [checked(LEAD, number) for number in (0, 3.2, 3.3, 50)] == [0.0, 3.0, 3.5, 50.0]


def test_bars_of_leads_have_one_width_and_hold_what_their_labels_say() -> None:
    result = tally(LEAD, [0.0, 0.5, 1.0, 4.5])
    assert result.labels == ("0–0.9", "1–1.9", "2–2.9", "3–3.9", "4–4.9")
    assert result.counts == (2, 1, 0, 0, 1)
    wide = tally(LEAD, [0.0, 50.0])
    assert (wide.labels[0], wide.labels[-1]) == ("0–4.9", "50–54.9")
    assert len(wide.labels) <= MOST_BINS


def test_two_rounds_side_by_side_have_the_same_bars() -> None:
    first, second = [1.0, 30.0], [2.0]
    both = [*first, *second]
    assert tally(LEAD, first, both).labels == tally(LEAD, second, both).labels


def test_never_has_a_bar_of_its_own() -> None:
    assert tally(OVERFITS, [0, 0, 3]).counts == (2, 0, 0, 1, 0)


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


def test_an_own_question_may_have_no_right_answer() -> None:
    assert OWN.model_copy(update={"right": None}).right is None
