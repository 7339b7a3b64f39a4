import threading
import time
from collections.abc import Iterator

import pytest

from rnn_compare.fused import threads


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    threads.allow(1)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_piece_is_done_once_results_are_in_order_and_an_exception_reaches_the_caller(count: int) -> None:
    threads.allow(count)
    done: list[int] = []

    def piece(number: int) -> str:
        done.append(number)
        return str(number)

    assert threads.collect(piece, range(40)) == [str(number) for number in range(40)]
    assert sorted(done) == [*range(40)]
    with pytest.raises(ZeroDivisionError):
        threads.for_each(lambda number: print(1 / (number - 2)), range(4))


@pytest.mark.parametrize(("allowed", "worth_sharing"), [(0, True), (4, False)])
def test_a_single_thread_and_little_work_are_the_callers(allowed: int, worth_sharing: bool) -> None:
    threads.allow(allowed)
    assert threads.allowed() == max(1, allowed)
    assert set(threads.collect(lambda _: threading.get_ident(), range(20), worth_sharing)) == {threading.get_ident()}


def test_nested_work_is_done_at_the_same_time_shares_the_remaining_threads_and_does_not_deadlock() -> None:
    """As with two directions of a layer on eight threads, each with blocks to share: four for each."""
    threads.allow(5)
    both = threading.Barrier(2, timeout=60)  # at which a single thread would wait for ever

    def allowed_within(_: int) -> int:
        both.wait()
        return threads.allowed()

    assert threads.collect(allowed_within, range(2)) == [2, 2]
    assert threads.allowed() == 5
    threads.allow(threads.MAX_THREADS)
    done: list[int] = []
    threads.for_each(lambda _: threads.for_each(done.append, range(4)), range(threads.MAX_THREADS))
    assert len(done) == 4 * threads.MAX_THREADS


def test_the_caller_works_alone_for_a_while_after_a_long_wait_for_a_thread() -> None:
    """As when its core is busy with another process."""
    threads.allow(2)
    caller, both = threading.get_ident(), threading.Barrier(2, timeout=60)

    def dawdle(_: int) -> None:
        both.wait()
        time.sleep(0.0 if threading.get_ident() == caller else 0.1)

    threads.for_each(dawdle, range(2))
    seen: list[int] = []
    for _ in range(threads.CALLS_ALONE):
        threads.for_each(lambda _: seen.append(threading.get_ident()), range(2))
    assert set(seen) == {caller}
    threads.for_each(lambda _: seen.append(both.wait()), range(2))
    assert {0, 1} <= set(seen)
