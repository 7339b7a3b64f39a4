import asyncio
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import httpx
import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.server import live
from rnn_compare.server.app import current_app
from rnn_compare.services import board
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from tests.kit.asgi import answered, ask, served
from tests.kit.runs import epoch_end, finished_run


def get(url: str, **headers: str) -> httpx.Response:
    return ask(current_app(), "GET", f"/{url}", headers=headers)


def train(services: Services, **settings: Any) -> str:
    run = finished_run(services.store, 0.7, status=Status.RUNNING, **settings)
    services.refresh()
    return run


def shown(url: str) -> list[str]:
    return [run["id"] for run in get(url).json()["groups"]]


def test_without_a_name_the_newest_comparison_is_shown_also_when_it_changes(services: Services) -> None:
    first = train(services)
    assert shown(live.url([], View())) == [first]
    second = train(services, cell="LSTM")
    assert shown(live.url([], View())) == [second]
    assert shown(live.url([first], View())) == [first]
    assert shown(live.url(["nobody"], View())) == [second]
    assert shown(f"{live.PATH}?charts=../../etc/passwd&?show&gap=%00") == [second]
    assert [chart["name"] for chart in get(live.url([], View(("loss",)))).json()["charts"]] == ["loss"]
    assert get(f"{live.PATH}?show={'x,' * 1100}").status_code == 414


def test_a_browser_is_sent_what_is_new_and_told_in_a_few_bytes_that_it_has_all(
    services: Services,
) -> None:
    run = train(services)
    url = live.url([run], View(gap=True))
    first = get(url)
    assert first.json()["gap"]
    assert first.headers["Content-Encoding"] == "gzip"
    again = get(url, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    services.store.record([epoch_end(run, 2, 0.7, 0.5, 0.8, 0.5, 2.0)])
    services.refresh()
    changed = get(url, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["groups"][0]["figures"]["val_accuracy"] == packed([0.7, 0.8])
    plain = get(url, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == changed.json()


def test_200_viewers_have_the_record_read_and_the_board_made_once_in_a_thread(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(services)
    readings, threads = list[object](), list[threading.Thread]()
    read, build = RunStore.runs, board._build

    def counted(self: RunStore, ids: Collection[str] | None = None) -> list[Run]:
        readings.append(ids)
        return read(self, ids)

    def slow(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        time.sleep(0.5)
        return build(*arguments)

    monkeypatch.setattr(RunStore, "runs", counted)
    monkeypatch.setattr(board, "_build", slow)
    monkeypatch.setattr("rnn_compare.services.snapshot.SNAPSHOT_SECONDS", 3600.0)

    async def ask_together() -> list[httpx.Response]:
        application, address = served(current_app()), f"/{live.url([run], View())}"
        return await asyncio.gather(*(answered(application, "GET", address) for _ in range(200)))

    for _ in range(2):
        assert {answer.status_code for answer in asyncio.run(ask_together())} == {200}
    assert readings.count(None) <= 1
    assert len(threads) == 1
    assert threading.current_thread() not in threads, "not on the event loop"


@pytest.mark.usefixtures("own_app")
def test_a_record_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))
    answer = get(live.url([], View()))
    assert answer.status_code == 503
    assert "is not writable" in answer.text
