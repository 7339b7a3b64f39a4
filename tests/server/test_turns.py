"""Turns of page scripts: few run at a time, all run in the end, and one that hangs holds up nobody."""

import asyncio
import contextlib
import threading
import time

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard import site
from rnn_compare.server.app import App
from rnn_compare.server.process import turns
from rnn_compare.server.process.turns import ScriptTurns
from tests.kit.threads import at_once
from tests.kit.waiting import PATIENCE


def test_scripts_of_many_pages_run_a_few_at_a_time_and_all_of_them_run() -> None:
    in_turn, at_work, most = ScriptTurns(), set[int](), list[int]()

    def script(page: int) -> int:
        with contextlib.suppress(ValueError), in_turn.turn(), in_turn.turn():  # a page, and a fragment in it
            at_work.add(page)
            most.append(len(at_work))
            time.sleep(0.02)
            at_work.remove(page)
            if page == 3:
                raise ValueError("a script that fails gives its turn back")
        return page

    assert at_once(script, threads=12) == list(range(12))
    assert max(most) == turns.AT_ONCE


class Holding:
    """Scripts that take all turns, until they may go on."""

    def __init__(self, in_turn: ScriptTurns) -> None:
        self.go_on, self._taken = threading.Event(), threading.Barrier(turns.AT_ONCE + 1)
        self.threads = [threading.Thread(target=self._hold, args=(in_turn,)) for _ in range(turns.AT_ONCE)]
        for thread in self.threads:
            thread.start()
        self._taken.wait(PATIENCE)

    def _hold(self, in_turn: ScriptTurns) -> None:
        with in_turn.turn():
            self._taken.wait(PATIENCE)
            self.go_on.wait(PATIENCE)

    def end(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_scripts_behind_others_that_hang_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.1)
    in_turn = ScriptTurns()
    hanging = Holding(in_turn)
    for _ in range(20):
        with in_turn.turn():  # the first of them waits for a moment
            pass
    assert all(thread.is_alive() for thread in hanging.threads)
    hanging.end()


PAGE = """
from rnn_compare.dashboard import site
site.render()
"""
FRAGMENT = """
from rnn_compare.dashboard.components import ticking
ticking(lambda: None, None)
"""


@pytest.mark.parametrize("script", [PAGE, FRAGMENT], ids=["page", "fragment"])
def test_a_page_and_a_fragment_wait_for_a_turn(script: str, own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "_render", lambda: None)
    monkeypatch.setattr(turns, "TURN_SECONDS", PATIENCE)
    hanging = Holding(own_app.turns)
    page = threading.Thread(target=AppTest.from_string(script, default_timeout=PATIENCE).run)
    page.start()
    page.join(1.0)
    assert page.is_alive()
    hanging.threads.append(page)
    hanging.end()


@pytest.mark.usefixtures("own_app")
def test_a_run_that_is_stopped_while_it_waits_comes_to_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """There Streamlit would forget the fragments of the run that took its place: they would change no more."""

    def stop(_: ScriptTurns) -> None:
        context = get_script_run_ctx()
        assert context
        assert context.script_requests
        context.script_requests.request_stop()

    def script(ends: "list[str]") -> None:
        from rnn_compare.dashboard import site

        site.render()
        ends.append("a run's end")

    ends = list[str]()
    monkeypatch.setattr(site, "_render", lambda: None)
    for _ in range(2):
        AppTest.from_function(script, default_timeout=PATIENCE, kwargs={"ends": ends}).run()
        assert ends == ["a run's end"]
        monkeypatch.setattr(ScriptTurns, "wait_until_sent", stop)


def test_a_page_ends_once_a_busy_event_loop_has_taken_what_it_drew() -> None:
    in_turn, loop, taken = ScriptTurns(), asyncio.new_event_loop(), list[str]()
    in_turn.wait_until_sent()  # without a server there is nobody to wait for
    in_turn.loop = loop
    server = threading.Thread(target=loop.run_forever)
    server.start()
    loop.call_soon_threadsafe(time.sleep, 0.3)
    loop.call_soon_threadsafe(taken.append, "the last element")
    in_turn.wait_until_sent()
    assert taken == ["the last element"]
    loop.call_soon_threadsafe(loop.stop)
    server.join()
    loop.close()
    in_turn.wait_until_sent()  # nor once it has stopped
