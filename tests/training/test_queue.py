import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.training.dispatcher import MAX_WAITING, MAX_WAITING_PER_VISITOR, check_limits, in_order
from tests.kit.runs import run_of


def run(turn: int, visitor: str = "", status: Status = Status.QUEUED, priority: int = 0) -> Run:
    return run_of(Experiment(), f"run-{turn}", status, turn=turn, visitor=visitor, priority=priority)


@pytest.mark.parametrize(
    ("runs", "at_work", "order"),
    [
        ([run(3, "c"), run(1, "a"), run(2, "b")], (), [1, 2, 3]),
        ([*(run(turn, "a") for turn in range(20)), run(20, "b"), run(21, "b")], (), [0, 20, 1, 21, *range(2, 20)]),
        ([run(0, "a", Status.RUNNING), run(1, "a"), run(2, "a"), run(3, "b")], (), [3, 1, 2]),
        ([run(0, "a"), run(1, "a"), run(2, "a"), run(3, "b")], ("run-0",), [3, 1, 2]),
        ([run(0, "a"), run(1, "b"), run(2, "p", priority=1), run(3, "p", priority=1)], (), [2, 3, 0, 1]),
    ],
    ids=[
        "as submitted",
        "visitors take turns",
        "who is at work had a turn",
        "not yet in the record",
        "the presenter first",
    ],
)
def test_runs_start_in_a_fair_order(runs: list[Run], at_work: tuple[str, ...], order: list[int]) -> None:
    assert [run.turn for run in in_order(runs, at_work)] == order


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Status)), st.integers(0, 1)), max_size=30))
def test_every_queued_run_has_a_place_and_visitors_keep_their_own_order(entries: list[tuple[str, Status, int]]) -> None:
    runs = [run(turn, visitor, status, priority) for turn, (visitor, status, priority) in enumerate(entries)]
    ordered = in_order(runs)
    assert {r.id for r in ordered} == {r.id for r in runs if r.status is Status.QUEUED}
    for visitor in "abc":
        for priority in (0, 1):
            own = [r.turn for r in ordered if r.visitor == visitor and r.priority == priority]
            assert own == sorted(own)


def test_neither_a_visitor_nor_all_together_may_fill_the_queue() -> None:
    waiting = [run(turn, "a") for turn in range(MAX_WAITING_PER_VISITOR - 1)]
    check_limits(waiting, 1, "a")
    check_limits(waiting, 8, "b")
    check_limits([run(turn) for turn in range(MAX_WAITING_PER_VISITOR)], 8, "")  # the only user of a laptop
    with pytest.raises(UserError, match="79 of your networks are waiting; 2 more would exceed the limit of 80"):
        check_limits(waiting, 2, "a")
    with pytest.raises(UserError, match="240 networks are waiting"):
        check_limits([run(turn, str(turn)) for turn in range(MAX_WAITING)], 1, "new")
