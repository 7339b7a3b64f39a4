import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.errors import UserError
from rnn_compare.runs.events import Status
from rnn_compare.training.analyses import MOST, Analyses, Analysis
from rnn_compare.training.engine import Engine
from tests.kit.threads import at_once
from tests.kit.trainings import ListeningStore, tiny
from tests.kit.waiting import until, until_ended


def squares(upto: int, *, tell: Any) -> dict[str, Any]:
    for done in range(upto):
        tell(done + 1, upto)
    return {"squares": [number**2 for number in range(upto)], "process": os.getpid()}


def test_a_worker_does_it_and_reports_its_progress_once_for_all_who_ask(engine: Engine) -> None:
    analysis = engine.analyse(squares, 4)
    until(lambda: analysis.ended)
    assert analysis.result["squares"] == [0, 1, 4, 9]
    assert analysis.result["process"] != os.getpid()
    assert analysis.total == 4
    assert engine.analyse(squares, 4) is analysis
    assert engine.analyse(squares, 5) is not analysis


def test_what_needs_no_worker_is_done_in_this_process_also_where_none_ever_starts(store: ListeningStore) -> None:
    analysis = Engine(store, origin="page").analyse(squares, 4, here=True)
    until(lambda: analysis.ended)
    assert analysis.result == {"squares": [0, 1, 4, 9], "process": os.getpid()}
    assert (analysis.done, analysis.total) == (4, 4)


def done(analyses: Analyses, key: int, problem: str = "") -> Analysis:
    def work(_: str) -> int:
        if problem:
            raise UserError(problem)
        return key + 1

    analysis = analyses.get(key, work)
    until(lambda: analysis.ended)
    return analysis


def test_a_failure_is_reported_once_and_then_tried_again() -> None:
    analyses = Analyses()
    failed = done(analyses, 1, "There is nothing to read.")
    assert failed.problem == "There is nothing to read."
    assert done(analyses, 1) is failed
    assert done(analyses, 1).result == 2


def test_the_least_recently_used_result_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnn_compare.training.analyses.KEPT", 4)
    analyses = Analyses()
    first, second, *_ = (done(analyses, key) for key in range(4))
    assert done(analyses, 0) is first
    done(analyses, 4)
    assert done(analyses, 0) is first
    assert done(analyses, 1) is not second


def test_running_analyses_are_never_forgotten_and_their_number_is_limited() -> None:
    analyses, go = Analyses(), threading.Event()
    under_way = [analyses.get(key, lambda _: go.wait(60)) for key in range(MOST)]
    assert "Try again in a moment" in str(analyses.get(MOST, lambda _: 1).problem)
    assert [analyses.get(key, lambda _: 1) for key in range(MOST)] == under_way
    go.set()
    until(lambda: all(analysis.ended for analysis in under_way))
    assert done(analyses, MOST).result == MOST + 1


def at_once_from_many_threads(analyses: Analyses, key: int) -> set[int]:
    answers = at_once(lambda _: analyses.get(key, str))
    until(lambda: all(answer.ended for answer in answers))
    return set(map(id, answers))


def test_what_many_threads_ask_at_once_is_done_once() -> None:
    analyses = Analyses()
    assert [len(at_once_from_many_threads(analyses, key)) for key in range(100)] == [1] * 100


def rest(until_it_is_there: Path, number: int, *, tell: Any) -> int:  # noqa: ARG001  # as an analysis is called
    while not until_it_is_there.exists():
        time.sleep(0.05)
    return number


def test_many_questions_do_not_keep_a_training_waiting(engine: Engine, store: ListeningStore, tmp_path: Path) -> None:
    go = tmp_path / "go"
    questions = [engine.analyse(rest, go, number) for number in range(8)]
    [run] = engine.submit([tiny()])
    until_ended(engine, [run])
    assert store.run(run).status is Status.FINISHED
    assert not any(analysis.ended for analysis in questions)
    go.touch()
    until(lambda: all(analysis.ended for analysis in questions))
    assert [analysis.result for analysis in questions] == list(range(8))
