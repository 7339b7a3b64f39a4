"""What two votes of the same devices show: who changed sides, and how much was learned."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.peer_instruction import advice, comparison, percentage
from tests.kit.classes import BEST, CURVE, LEAD, OVERFITS, OWN

DEVICES = "abcdefghijklmnop"
VOTES = st.dictionaries(st.sampled_from(DEVICES), st.integers(0, 2), max_size=16)


@given(first=VOTES, second=VOTES, right=st.integers(0, 2))
def test_the_gain_counts_the_devices_that_answered_twice_and_no_others(
    first: dict[str, int], second: dict[str, int], right: int
) -> None:
    both = [device for device in DEVICES if device in first and device in second]
    sentence = comparison(BEST, first, second, lambda answer: answer == right)
    if not both:
        assert sentence == "Nobody answered both times."
        return
    assert f" {sum(first[device] != second[device] for device in both)} of {len(both)}" in sentence
    before, after = (Fraction(sum(votes[device] == right for device in both), len(both)) for votes in (first, second))
    gain = "no gain possible" if before == 1 else f"learning gain {float((after - before) / (1 - before)):.2f}."
    assert gain in sentence


def test_changed_answers_are_listed_the_most_frequent_first_as_people_read_them() -> None:
    first: dict[str, Answer] = dict(zip("abcdef", (0, 0, 0, 1, 2, 2), strict=True))
    second: dict[str, Answer] = dict(zip("abcdef", (1, 1, 0, 0, 2, 1), strict=True))
    sentence = comparison(BEST, first, second, lambda _: None)
    assert sentence == "4 of 6 changed their answer: SimpleRNN → LSTM (2); LSTM → SimpleRNN (1); GRU → LSTM (1)."
    assert ": 2.0 → 3.5 (1)." in comparison(LEAD, {"a": 2.0}, {"a": 3.5}, lambda _: None)
    assert ": never → 3 (1)." in comparison(OVERFITS, {"a": 0}, {"a": 3}, lambda _: None)
    assert comparison(CURVE, {"a": (0.5,)}, {"a": (0.6,)}, lambda _: None) == "1 of 1 changed their answer."


def test_percentages_appear_from_ten_devices_on() -> None:
    few, enough = (dict.fromkeys(DEVICES[:number], 0) for number in (9, 10))
    assert "%" not in comparison(OWN, few, few, lambda answer: answer == 1)
    sentence = comparison(OWN, enough, dict.fromkeys(enough, 1), lambda answer: answer == 1)
    assert sentence == (
        "0 of 10 (0 %) correct, then 10 (100 %): learning gain 1.00. "
        "10 of 10 (100 %) changed their answer: input → forget (10)."
    )
    assert percentage(5, 9) == ""


@pytest.mark.parametrize(
    ("count", "is_known", "again", "sentence"),
    [
        (9, True, False, "Fewer than a third are right: explain it again."),
        (10, True, False, "A third to two thirds are right: discuss and vote again."),
        (20, True, False, "A third to two thirds are right: discuss and vote again."),
        (20, True, True, "A third to two thirds are right: explain it."),
        (21, True, False, "More than two thirds are right: explain briefly and go on."),
        (21, False, False, "More than two thirds agree, rightly or not: go on, or have them discuss it."),
        (20, False, False, "The class is divided: discuss and vote again."),
        (20, False, True, "The class is divided: go on."),
    ],
)
def test_a_vote_is_discussed_where_a_third_to_two_thirds_are_right(
    count: int, is_known: bool, again: bool, sentence: str
) -> None:
    assert advice(count, 30, is_known, again) == sentence
