"""Confidence in answers: what phones may send, how it is split, and how many were sure and wrong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.peer_instruction import by_confidence, checked_confidence, sure_and_wrong
from rnn_compare.lecture.questions import CONFIDENCE, QuestionOutcome
from tests.kit.classes import BEST, OWN, exported

ASKED = BEST.model_copy(update={"confidence": True})
LSTM = QuestionOutcome(1, "")
UNKNOWN = QuestionOutcome(None, "", final=False)
LEVELS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 2))
VOTES = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 3))


@given(value=st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers()))
def test_any_json_is_a_confidence_or_refused(value: object) -> None:
    if value is None or (type(value) is int and 0 <= value < len(CONFIDENCE)):
        assert checked_confidence(ASKED, value) is value
        return
    with pytest.raises(UserError, match=r"^Choose one of: guessing, fairly sure, sure\.$"):
        checked_confidence(ASKED, value)


@given(votes=VOTES, levels=LEVELS)
def test_those_who_were_sure_and_wrong_are_counted_once_and_among_those_who_were_sure(
    votes: dict[str, int], levels: dict[str, int]
) -> None:
    sure = [device for device in votes if levels.get(device) == 2]
    wrong = [device for device in sure if votes[device] != 1]
    sentence = sure_and_wrong(BEST, votes, levels, LSTM)
    assert sentence.startswith(f"Sure and wrong: {len(wrong)} of {len(sure)}") if sure else not sentence
    assert ("They expected" in sentence) == bool(wrong)


def test_what_surprised_them_is_named_once_the_outcome_is_known_and_few_are_no_percentage() -> None:
    votes: dict[str, int] = dict(zip("abcdef", (0, 0, 2, 1, 1, 0), strict=True))
    levels = dict(zip("abcde", (2, 2, 2, 2, 1), strict=True))
    surprise = "Sure and wrong: 3 of 4. They expected: SimpleRNN (2), GRU (1)."
    assert sure_and_wrong(BEST, votes, levels, LSTM) == surprise
    by_level = "Sure: 1 of 4 correct. Fairly sure: 1 of 1 correct. 1 did not say."
    assert by_confidence(BEST, votes, levels, LSTM) == by_level
    by_answer = "Sure: SimpleRNN (2), GRU (1), LSTM (1). Fairly sure: LSTM (1). 1 did not say."
    assert by_confidence(BEST, votes, levels, UNKNOWN) == by_answer
    assert sure_and_wrong(BEST, votes, levels, UNKNOWN) == ""
    assert by_confidence(BEST, votes, {}, LSTM) == "", "nobody said"
    many = {str(device): device % 2 for device in range(12)}
    assert "6 of 12 (50 %)" in sure_and_wrong(BEST, many, dict.fromkeys(many, 2), LSTM)


def test_confidence_is_kept_with_its_round_over_a_restart_and_goes_when_the_answer_changes(
    classroom: Classroom, restart: Callable[[], Classroom]
) -> None:
    classroom.show_step(1, "Own", "", OWN.model_copy(update={"confidence": True}))
    classroom.open_vote()
    classroom.answer("a", "own", 1, 0, 2)
    classroom.answer("b", "own", 1, 1, 0)
    classroom.answer("b", "own", 1, 0)
    for server in (classroom, restart()):
        assert server.votes.confidence("own") == {"a": 2}
        assert [server.contribution(device).confidence for device in "ab"] == [2, None]
    server.vote_again()
    assert server.contribution("a").confidence is None
    assert server.votes.confidence("own") == {"a": 2}, "until somebody answers again"
    server.answer("a", "own", 2, 1, 1)
    assert server.votes.confidence("own") == {"a": 1}
    levels = [(row["round"], row["device"], row["confidence"]) for row in exported(server)]
    assert levels == [("1", "1", "sure"), ("1", "2", ""), ("2", "1", "fairly sure")]


def test_a_question_that_does_not_ask_takes_no_confidence() -> None:
    assert checked_confidence(BEST, None) is None
    with pytest.raises(UserError, match="does not ask"):
        checked_confidence(BEST, 1)


def test_who_answers_again_without_saying_how_sure_no_longer_counts_as_sure(
    classroom: Classroom, restart: Callable[[], Classroom]
) -> None:
    classroom.show_step(0, "Predict", "Which one?", ASKED)
    classroom.answer("a", "best", 1, 0, 2)
    classroom.answer("a", "best", 1, 1)
    for server in (classroom, restart()):
        assert server.contribution("a").confidence is None
        assert server.votes.confidence("best") == {}
