"""The page that phones get of the networks: only while it is offered, only what was revealed, made once for all."""

import asyncio
import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.phone_message import for_all
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Status
from rnn_compare.server.app import current_app
from rnn_compare.server.lecture import handout as module
from rnn_compare.server.lecture.handout import Handout
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot
from tests.kit.classes import hold
from tests.kit.runs import shipped


@pytest.fixture
def runs(services: Services, reviews_cache: Path) -> list[str]:
    (services.store.path.parent / "reviews").symlink_to(reviews_cache / "reviews")
    ids = [run.id for run in shipped(services.store, BOOK)]
    current_app().classroom().begin("x")
    current_app().classroom().show_step(0, "Home", "", None)
    current_app().classroom().show_runs(ids)
    services.refresh()
    return ids


def fetched(handout: Handout, **headers: str) -> tuple[int, dict[str, str], bytes]:
    async def ask() -> tuple[int, dict[str, str], bytes]:
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/join/networks"}
        scope["headers"] = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        response = await handout.answer(Request(scope))
        parts = getattr(response, "body_iterator", None)
        body = bytes(response.body) if parts is None else b"".join([bytes(part) async for part in parts])
        return response.status_code, dict(response.headers), body

    return asyncio.run(ask())


def test_phones_get_the_networks_while_the_presenter_offers_them(
    services: Services, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom: Classroom = current_app().classroom()
    handout = Handout(lambda: classroom, lambda: services)
    status, _, sentence = fetched(handout)
    assert (status, b"not offered" in sentence) == (404, True)

    classroom.offer_networks(True)
    assert for_all(classroom.state(), [], [], None)["networks"]
    status, headers, packed = fetched(handout, accept_encoding="gzip")
    page = gzip.decompress(packed)
    assert status == 200
    assert len(packed) < 1_600_000 < len(page) < 2_100_000
    assert all(run.encode() in page for run in runs)
    monkeypatch.setattr(module, "html", lambda *_: pytest.fail("It is made once."))
    assert fetched(handout)[2] == page
    assert fetched(handout, if_none_match=headers["etag"])[0] == 304

    finished = services.snapshot().charted
    pages = iter(["while they train", "at their end"])  # the epochs are the same, but there is a verdict
    with monkeypatch.context() as server:
        server.setattr(module, "html", lambda _: next(pages))
        at_work = [replace(run, status=Status.RUNNING) for run in finished]
        server.setattr(Snapshot, "charted", property(lambda _: at_work))
        assert fetched(handout)[2] == b"while they train"
        server.setattr(Snapshot, "charted", property(lambda _: finished))
        assert fetched(handout)[2] == fetched(handout)[2] == b"at their end"

    classroom.hide(runs)  # they are predicted once more
    services.refresh()
    assert fetched(handout)[0] == 404


def test_a_class_gets_the_page_of_its_own_networks_once_they_are_shown_and_keeps_it_after_the_end(
    services: Services, reviews_cache: Path
) -> None:
    (services.store.path.parent / "reviews").symlink_to(reviews_cache / "reviews")
    classroom = current_app().classroom()
    handout = Handout(lambda: classroom, lambda: services)
    hold(classroom, 6, is_shown=False)
    classroom.offer_networks(True)
    assert fetched(handout)[0] == 404, "nobody sees the networks of others before the presenter shows them"
    classroom.show_task()
    assert b"Your class: 6 networks" in fetched(handout)[2]
    classroom.mark_network(classroom.networks.sent()[0].deal, "left out")
    assert b"Your class: 5 networks" in fetched(handout)[2]
    classroom.end()
    assert b"Your class: 5 networks" in fetched(handout)[2]
    hold(classroom, 2, is_shown=False)
    classroom.offer_networks(True)
    assert fetched(handout)[0] == 404, "an earlier class's are not this one's"
