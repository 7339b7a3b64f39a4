import threading
import time
from collections.abc import Iterator

import pytest

from rnn_compare.fused import threads


@pytest.fixture(autouse=True)
def alone_afterwards() -> Iterator[None]:
    yield
    threads.allow(1)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_piece_is_done_once_before_it_goes_on(count: int) -> None:
    threads.allow(count)
    done: list[int] = []
    threads.for_each(done.append, range(40))
    assert sorted(done) == list(range(40))


def test_pieces_are_done_side_by_side() -> None:
    threads.allow(2)
    both, arrived = threading.Barrier(2, timeout=60), []  # which one thread alone would wait at for ever
    threads.for_each(lambda _: arrived.append(both.wait()), range(2))
    assert sorted(arrived) == [0, 1]


def test_one_thread_is_the_callers_own() -> None:
    threads.allow(0)
    seen: set[int] = set()
    threads.for_each(lambda _: seen.add(threading.get_ident()), range(5))
    assert threads.allowed() == 1
    assert seen == {threading.get_ident()}


@pytest.mark.parametrize("count", [1, 2])
def test_what_goes_wrong_reaches_the_caller(count: int) -> None:
    threads.allow(count)

    def fail(_: int) -> None:
        raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        threads.for_each(fail, range(4))


def test_work_within_work_does_not_wait_for_itself() -> None:
    """As two layers of one network, in threads of TensorFlow's, each with rows to deal out."""
    threads.allow(threads.MOST)
    done: list[int] = []
    threads.for_each(lambda _: threads.for_each(done.append, range(4)), range(threads.MOST))
    assert len(done) == 4 * threads.MOST


def test_what_threads_share_is_shared_further_by_those_that_are_left() -> None:
    """As the rows of two directions, by eight threads: four for each."""
    threads.allow(5)
    both = threading.Barrier(2, timeout=60)

    def left(_: int) -> int:
        both.wait()
        return threads.allowed()

    assert threads.collect(left, range(2)) == [2, 2]
    assert threads.allowed() == 5


def test_what_was_collected_is_in_the_order_of_the_pieces() -> None:
    threads.allow(3)
    assert threads.collect(str, range(20)) == [str(piece) for piece in range(20)]


def test_little_work_is_the_callers_own() -> None:
    threads.allow(4)
    seen: set[int] = set()
    threads.for_each(lambda _: seen.add(threading.get_ident()), range(20), worth_sharing=False)
    assert seen == {threading.get_ident()}


def test_a_thread_that_was_waited_for_too_long_is_asked_again_later() -> None:
    """As where its core has others to serve."""
    threads.allow(2)
    caller, both = threading.get_ident(), threading.Barrier(2, timeout=60)

    def dawdle(_: int) -> None:
        both.wait()
        time.sleep(0.0 if threading.get_ident() == caller else 0.1)

    threads.for_each(dawdle, range(2))
    seen: list[int] = []
    for _ in range(threads.ALONE):
        threads.for_each(lambda _: seen.append(threading.get_ident()), range(2))
    assert set(seen) == {caller}
    threads.for_each(lambda _: seen.append(both.wait()), range(2))
    assert {0, 1} <= set(seen)
