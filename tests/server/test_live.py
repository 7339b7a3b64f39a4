import asyncio
import gzip
import json
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

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
from tests.kit.runs import epoch_end, finished_run


def request(url: str, **headers: str) -> Request:
    path, _, query = url.partition("?")
    sent = {"accept_encoding": "gzip", **headers}
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("127.0.0.1", 8501),
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
    }
    return Request(scope)


def get(url: str, **headers: str) -> Response:
    return asyncio.run(current_app().live.answer(request(url, **headers)))


def told(answer: Response) -> Any:
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(bytes(answer.body)) if packed else bytes(answer.body))


def train(services: Services, **settings: Any) -> str:
    run = finished_run(services.store, 0.7, status=Status.RUNNING, **settings)
    services.refresh()
    return run


def shown(url: str) -> list[str]:
    return [run["id"] for run in told(get(url))["groups"]]


def test_without_a_name_the_newest_comparison_is_shown_also_when_it_changes(services: Services) -> None:
    first = train(services)
    assert shown(live.url([], View())) == [first]
    second = train(services, cell="LSTM")
    assert shown(live.url([], View())) == [second]
    assert shown(live.url([first], View())) == [first]
    assert shown(live.url(["nobody"], View())) == [second]


def test_a_browser_that_has_it_all_is_told_so_in_a_few_bytes(services: Services) -> None:
    run = train(services)
    url = live.url([run], View(gap=True))
    first = get(url)
    assert told(first)["gap"]
    assert first.headers["Content-Encoding"] == "gzip"
    again = get(url, if_none_match=first.headers["ETag"])
    assert (again.status_code, again.body) == (304, b"")
    services.store.record([epoch_end(run, 2, 0.7, 0.5, 0.8, 0.5, 2.0)])
    services.refresh()
    changed = get(url, if_none_match=first.headers["ETag"])
    assert changed.status_code == 200
    assert told(changed)["groups"][0]["figures"]["val_accuracy"] == packed([0.7, 0.8])


def test_a_browser_that_knows_no_compression_gets_it_plain(services: Services) -> None:
    train(services)
    plain = get(live.url([], View()), accept_encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert told(plain) == told(get(live.url([], View())))


def test_200_viewers_who_ask_in_one_moment_have_the_record_read_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(services)
    readings = []
    read = RunStore.runs

    def counted(self: RunStore, ids: Collection[str] | None = None) -> list[Run]:
        readings.append(ids)
        return read(self, ids)

    monkeypatch.setattr(RunStore, "runs", counted)
    monkeypatch.setattr("rnn_compare.services.snapshot.SNAPSHOT_SECONDS", 3600.0)
    for _ in range(200):
        assert get(live.url([run], View())).status_code == 200
    assert readings.count(None) <= 1


def test_what_the_board_says_is_worked_out_in_a_thread_and_not_on_the_event_loop(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noted(_services: Services, *_arguments: Any) -> list[Any]:
        threads.append(threading.current_thread())
        return []

    monkeypatch.setattr(Services, "findings", noted)
    train(services)
    assert get(live.url([], View())).status_code == 200
    assert threads
    assert threading.current_thread() not in threads


def test_who_asks_while_the_board_is_made_gets_the_same(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    original = board._build

    def slow(*arguments: Any) -> Any:
        made.append(arguments)
        time.sleep(0.5)
        return original(*arguments)

    monkeypatch.setattr(board, "_build", slow)
    train(services)

    async def ask() -> list[Response]:
        return await asyncio.gather(*(current_app().live.answer(request(live.url([], View()))) for _ in range(20)))

    assert {answer.status_code for answer in asyncio.run(ask())} == {200}
    assert len(made) == 1


def test_each_viewer_is_sent_the_charts_that_were_chosen_and_nonsense_is_passed_over(services: Services) -> None:
    train(services)

    def charts(url: str) -> list[str]:
        return [chart["name"] for chart in told(get(url))["charts"]]

    assert charts(live.PATH) == charts(live.url([], View())) == ["accuracy", "loss"]
    assert charts(live.url([], View(("loss",)))) == ["loss"]
    assert charts(f"{live.PATH}?charts=../../etc/passwd") == ["accuracy", "loss"]


@pytest.mark.parametrize(
    "query", ["show=" + "x," * 1100, "gap=%00", "show=../../etc/passwd", "show=<script>", "?show", "charts=<script>"]
)
def test_what_nobody_would_ask_is_answered_without_harm(services: Services, query: str) -> None:
    train(services)
    answer = get(f"{live.PATH}?{query}")
    assert answer.status_code in (200, 414)
    assert "passwd" not in str(bytes(answer.body))
    assert "<script>" not in str(bytes(answer.body))


@pytest.mark.usefixtures("own_app")
def test_a_record_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))
    answer = get(live.url([], View()))
    assert answer.status_code == 503
    assert "is not writable" in str(bytes(answer.body))
