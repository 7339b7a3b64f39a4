"""Turns of page scripts: few run at a time, all run in the end, and one that hangs holds up nobody."""

import asyncio
import threading
import time

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard import site
from rnn_compare.server.app import App
from rnn_compare.server.process import turns
from rnn_compare.server.process.turns import ScriptTurns
from rnn_compare.server.request_guard import accepted_messages
from tests.patience import PATIENCE


def run_all(*scripts: threading.Thread) -> None:
    for script in scripts:
        script.start()
    for script in scripts:
        script.join(PATIENCE)


def test_scripts_of_many_pages_run_a_few_at_a_time_and_all_of_them_run() -> None:
    in_turn, at_work, most, ended = ScriptTurns(), set[int](), [], []

    def script(page: int) -> None:
        try:
            with in_turn.turn(), in_turn.turn():  # a page, and a fragment in it
                at_work.add(page)
                most.append(len(at_work))
                time.sleep(0.02)
                at_work.remove(page)
                if page == 3:
                    raise ValueError("a script that fails gives its turn back")
        except ValueError:
            pass
        ended.append(page)

    run_all(*(threading.Thread(target=script, args=(page,)) for page in range(12)))
    assert sorted(ended) == list(range(12))
    assert max(most) == turns.AT_ONCE


def test_scripts_behind_others_that_hang_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.1)
    in_turn, go_on = ScriptTurns(), threading.Event()

    def script() -> None:
        with in_turn.turn():
            go_on.wait(PATIENCE)

    hanging = [threading.Thread(target=script) for _ in range(turns.AT_ONCE)]
    for thread in hanging:
        thread.start()
    for _ in range(20):
        with in_turn.turn():  # the first of them waits for a moment
            pass
    assert all(thread.is_alive() for thread in hanging)
    go_on.set()
    for thread in hanging:
        thread.join()


def test_messages_that_start_scripts_wait_while_enough_scripts_do_and_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", PATIENCE)
    in_turn, go_on, letters = ScriptTurns(), threading.Event(), "abc"
    rerun, other = BackMsg(), BackMsg(app_heartbeat=True)
    rerun.rerun_script.query_string = "a"
    sent = {letter: [rerun.SerializeToString(), other.SerializeToString()] for letter in letters}
    received: list[str] = []

    def script() -> None:
        with in_turn.turn():
            go_on.wait(PATIENCE)

    async def browser(letter: str) -> None:
        async def receive() -> Message:
            return {"type": "websocket.receive", "bytes": sent[letter].pop(0)}

        async def send(_: Message) -> None: ...

        accepted = accepted_messages(receive, send, in_turn.may_start)
        for kind in ("rerun", "heartbeat"):
            await accepted()
            received.append(f"{letter} {kind}")

    async def attend() -> None:
        browsers = [asyncio.ensure_future(browser(letter)) for letter in letters]
        await asyncio.sleep(0.2)
        assert received == []
        go_on.set()
        await asyncio.wait_for(asyncio.gather(*browsers), PATIENCE)

    scripts = [threading.Thread(target=script) for _ in range(2 * turns.AT_ONCE)]  # half of them wait for a turn
    for thread in scripts:
        thread.start()
    while in_turn._waiting < turns.AT_ONCE:
        time.sleep(0.01)
    asyncio.run(attend())
    assert [entry[0] for entry in received if entry.endswith("rerun")] == list(letters)
    assert all(received.index(f"{letter} rerun") < received.index(f"{letter} heartbeat") for letter in letters)


def test_no_message_waits_for_ever_for_scripts_that_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.1)
    in_turn = ScriptTurns()
    in_turn._waiting = 100

    async def attend() -> None:
        await asyncio.wait_for(asyncio.gather(*(in_turn.may_start() for _ in range(10))), PATIENCE)

    asyncio.run(attend())


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
    go_on, taken = threading.Event(), threading.Barrier(turns.AT_ONCE + 1)

    def hold() -> None:
        with own_app.turns.turn():
            taken.wait(PATIENCE)
            go_on.wait(PATIENCE)

    threads = [threading.Thread(target=hold) for _ in range(turns.AT_ONCE)]
    for thread in threads:
        thread.start()
    taken.wait(PATIENCE)
    threads.append(threading.Thread(target=AppTest.from_string(script, default_timeout=PATIENCE).run))
    threads[-1].start()
    threads[-1].join(1.0)
    assert threads[-1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
