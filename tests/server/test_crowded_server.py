"""What keeps a crowded server going: scripts take turns."""

import logging
import queue
import threading
import time
from typing import Any
from unittest.mock import Mock

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner, ScriptRunnerEvent

from rnn_compare.server import tuning
from tests.patience import PATIENCE


def test_scripts_of_many_pages_run_a_few_at_a_time_and_all_of_them_run(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, ended = set(), [], []

    def script(runner: Any, _rerun_data: Any) -> None:
        at_work.add(runner)
        most.append(len(at_work))
        time.sleep(0.02)
        at_work.remove(runner)
        ended.append(runner)
        if runner == 3:
            raise ValueError("a script that fails gives its turn back")

    monkeypatch.setattr(ScriptRunner, "_run_script", script)
    monkeypatch.setattr(ScriptRunner, "start", ScriptRunner.start)  # put back afterwards
    tuning.limit_scripts()
    runs: Any = ScriptRunner._run_script

    def run(page: int) -> None:
        try:
            runs(page, None)
        except ValueError:
            ended.append("failed")

    threads = [threading.Thread(target=run, args=(page,)) for page in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 13
    assert max(most) == tuning.SCRIPTS_AT_ONCE


def test_scripts_behind_others_that_hang_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(tuning, "TURN_SECONDS", 0.1)
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda hangs, _: hangs and go_on.wait())
    monkeypatch.setattr(ScriptRunner, "start", ScriptRunner.start)
    tuning.limit_scripts()
    runs: Any = ScriptRunner._run_script
    threads = [threading.Thread(target=runs, args=(True, None)) for _ in range(tuning.SCRIPTS_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        runs(False, None)  # the first of them waits for a moment
    assert all(thread.is_alive() for thread in threads)
    go_on.set()
    for thread in threads:
        thread.join()


def test_who_has_a_script_started_does_not_wait_until_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, started = threading.Event(), queue.SimpleQueue[Any]()

    def start(runner: Any) -> None:
        go_on.wait(PATIENCE)
        started.put(runner)

    monkeypatch.setattr(ScriptRunner, "start", start)
    monkeypatch.setattr(ScriptRunner, "_run_script", ScriptRunner._run_script)
    tuning.limit_scripts()
    runners: list[Any] = [1, 2]
    for runner in runners:
        ScriptRunner.start(runner)
    assert started.empty()
    go_on.set()
    assert [started.get(timeout=PATIENCE) for _ in runners] == runners


def test_a_session_is_told_of_a_script_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    logged: list[str] = []
    monkeypatch.setattr(logging.getLogger(tuning.__name__), "exception", logged.append)
    monkeypatch.setattr(ScriptRunner, "start", start)
    monkeypatch.setattr(ScriptRunner, "_run_script", ScriptRunner._run_script)
    tuning.limit_scripts()
    events, runner = queue.SimpleQueue[Any](), Mock()
    runner.on_event.send = lambda _, event, client_state: events.put((event, client_state))
    ScriptRunner.start(runner)
    assert events.get(timeout=PATIENCE) == (ScriptRunnerEvent.SHUTDOWN, None)
    assert logged == ["A page's script could not be started."]
