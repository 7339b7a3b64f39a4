import os
import threading
from typing import Any

import pytest

from rnn_compare.errors import UserError
from rnn_compare.training.analyses import KEPT, Analyses, Analysis
from rnn_compare.training.engine import Engine

from .conftest import until


def squares(upto: int, *, tell: Any) -> dict[str, Any]:
    """Called in a worker."""
    for done in range(upto):
        tell(done + 1, upto)
    return {"squares": [number**2 for number in range(upto)], "process": os.getpid()}


def refuse(sentence: str, *, tell: Any) -> None:  # noqa: ARG001  # as an analysis is called
    raise UserError(sentence)


def stumble(*, tell: Any) -> None:  # noqa: ARG001  # as above
    raise ZeroDivisionError


def ended(engine: Engine, *asked: Any) -> Analysis:
    analysis = engine.analyse(*asked)
    until(lambda: analysis.ended)
    return analysis


def test_a_worker_does_it_tells_its_progress_and_the_result_is_kept(engine: Engine) -> None:
    analysis = ended(engine, squares, 4)
    assert analysis.result["squares"] == [0, 1, 4, 9]
    assert analysis.result["process"] != os.getpid()
    assert analysis.total == 4
    assert engine.analyse(squares, 4) is analysis
    assert engine.analyse(squares, 5) is not analysis


def test_what_cannot_be_done_is_said_in_words_once_and_then_tried_again(engine: Engine) -> None:
    failed = ended(engine, refuse, "There is nothing to read.")
    assert failed.problem == "There is nothing to read."
    assert engine.analyse(refuse, "There is nothing to read.") is failed
    assert engine.analyse(refuse, "There is nothing to read.") is not failed


def test_an_unforeseen_error_is_a_sentence_too(engine: Engine) -> None:
    assert "ZeroDivisionError" in str(ended(engine, stumble).problem)


def test_two_who_ask_at_once_share_one_piece_of_work() -> None:
    analyses, go = Analyses(), threading.Event()
    done: list[int] = []

    def work(_: Analysis) -> int:
        go.wait(10)
        done.append(1)
        return 7

    first, second = analyses.get("key", work), analyses.get("key", work)
    go.set()
    until(lambda: first.ended)
    assert first is second
    assert (first.result, done) == (7, [1])


@pytest.mark.parametrize("more", [0, 1])
def test_only_so_many_are_kept(more: int) -> None:
    analyses = Analyses()
    first = analyses.get(0, lambda _: 1)
    for key in range(1, KEPT + more):
        analyses.get(key, lambda _: 1)
    assert (analyses.get(0, lambda _: 1) is first) == (more == 0)
