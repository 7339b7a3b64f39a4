"""Neighbours who disagree: as many pairs as possible disagree, and those who sit close come first."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.classroom.neighbours import COLOURS, SHAPES, checked_row, groups, signs
from rnn_compare.lecture.controls import Answer

DEVICES = [f"device-{number}" for number in range(40)]
ANSWERS = st.dictionaries(st.sampled_from(DEVICES), st.integers(0, 3))
ROWS = st.dictionaries(st.sampled_from(DEVICES), st.integers(1, 9))


def differ(answers: dict[str, Answer], group: tuple[str, ...]) -> bool:
    return len({answers[device] for device in group}) > 1


@given(answers=ANSWERS, rows=ROWS)
def test_each_device_is_in_a_pair_or_three_with_a_sign_and_as_many_as_possible_have_different_answers(
    answers: dict[str, Answer], rows: dict[str, int]
) -> None:
    made, shown = groups(answers, rows), signs(answers, rows)
    members = [device for group in made for device in group]
    assert sorted(members) == (sorted(answers) if len(answers) > 1 else [])
    sizes = Counter(map(len, made))
    assert sizes[3] == (len(answers) % 2 if len(answers) > 1 else 0)
    assert sizes.keys() <= {2, 3}
    most = max(Counter(answers.values()).values(), default=0)
    assert sum(differ(answers, group) for group in made) >= min(len(answers) // 2, len(answers) - most)
    for group in made:
        sign = shown[group[0]]
        assert {device for device, other in shown.items() if other is sign} == set(group)
        assert (sign.others, sign.differs) == (len(group) - 1, differ(answers, group))
    assert len({(sign.colour, sign.shape) for sign in shown.values()}) == len(made)


@given(answers=st.lists(st.integers(0, 3), min_size=2, max_size=40))
def test_three_agree_only_where_the_whole_class_does(answers: list[Answer]) -> None:
    votes = dict(zip(DEVICES, answers, strict=False))
    disagreeing = [group for group in groups(votes, {}) if differ(votes, group)]
    assert bool(disagreeing) == (len(set(answers)) > 1)
    threes = [group for group in groups(votes, {}) if len(group) == 3]
    assert all(group in disagreeing for group in threes) or not disagreeing


@given(sides=st.lists(st.integers(1, 4), min_size=1, max_size=9), shift=st.booleans())
def test_where_each_row_can_be_paired_within_itself_or_with_the_next_nobody_walks_further(
    sides: list[int], shift: bool
) -> None:
    answers: dict[str, Answer] = {}
    rows: dict[str, int] = {}
    for place, pairs in enumerate(sides):
        for number in range(pairs):
            for answer in (0, 1):
                device = f"{place}-{number}-{answer}"
                answers[device], rows[device] = answer, 3 * place + 1 + (answer if shift else 0)
    for group in groups(answers, rows):
        assert differ(answers, group)
        assert abs(rows[group[0]] - rows[group[1]]) == shift


def test_those_of_adjacent_rows_are_paired_before_those_who_sit_far_from_all_also_where_all_agree() -> None:
    made = groups({"a": 0, "b": 0, "c": 1, "d": 1}, {"a": 1, "b": 5, "c": 4, "d": 9})
    assert {tuple(sorted(group)) for group in made} == {("b", "c"), ("a", "d")}
    rows = {device: row for row, device in enumerate(DEVICES, 1)}
    assert all(abs(rows[first] - rows[other]) == 1 for first, other in groups(dict.fromkeys(DEVICES, 0), rows))


def test_more_groups_than_signs_are_numbered() -> None:
    answers: dict[str, Answer] = {f"{number}": number % 2 for number in range(4 * len(COLOURS) * len(SHAPES))}
    shown = signs(answers, {})
    assert {sign.number for sign in shown.values()} == {1, 2}
    assert set(Counter((sign.colour, sign.shape, sign.number) for sign in shown.values()).values()) == {2}


@pytest.mark.parametrize("row", [0, 100, -1, 1.0, True, None, "1", [1], 10**400])
def test_what_is_no_row_is_refused(row: object) -> None:
    with pytest.raises(UserError, match="row from 1 to 99"):
        checked_row(row)


def test_signs_are_shown_until_the_vote_closes_and_neither_they_nor_rows_are_kept(
    classroom: Classroom, restart: Callable[[], Classroom]
) -> None:
    with pytest.raises(UserError, match="do not ask"):
        classroom.take_row("a", 3)
    classroom.ask_rows(True)
    classroom.take_row("a", 3)
    for device, answer in (("a", 0), ("b", 1), ("gone", 1)):
        classroom.answer(device, "best", 1, answer)
    classroom.close_vote()
    with classroom.pages.opened("a"):
        with pytest.raises(UserError, match="Fewer than two"):
            classroom.pair_neighbours()
        with classroom.pages.opened("b"):
            classroom.pair_neighbours()
        mine = classroom.contribution("a")
        assert (mine.row, mine.sign) == (3, classroom.contribution("b").sign)
        assert mine.sign is not None
        assert mine.sign.differs
        assert classroom.contribution("gone").sign is None, "its page is closed"
        classroom.vote_again()
        assert classroom.contribution("a").sign == mine.sign, "they are still looking for each other"
        for device in "ab":
            classroom.answer(device, "best", 2, 1)
        classroom.close_vote()
        assert classroom.contribution("a").sign is None
        with classroom.pages.opened("b"):
            classroom.pair_neighbours()
        assert classroom.contribution("a").sign
        classroom.show_step(2, "Next", "")
        assert classroom.contribution("a").sign is None, "the lecture goes on"
    after = restart()
    assert after.contribution("a").row is None
    assert not after.state().neighbours
