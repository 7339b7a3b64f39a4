"""The page that phones get of the networks: only while it is offered, only what was revealed, made once for all."""

from dataclasses import replace

import httpx
import pytest

from rnn_compare.lecture.phone_message import for_all
from rnn_compare.lecture.stage import Stage
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Status
from rnn_compare.server.app import current_app
from rnn_compare.server.lecture import handout as module
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot
from tests.kit.asgi import ask
from tests.kit.classes import hold
from tests.kit.runs import shipped


def networks(**headers: str) -> httpx.Response:
    return ask(current_app(), "GET", "/join/networks", headers=headers)


def test_phones_get_the_networks_while_the_presenter_offers_them(
    stage: Stage, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [run.id for run in shipped(services.store, BOOK)]
    classroom = stage.classroom()
    classroom.begin("x")
    classroom.show_step(0, "Home", "", None)
    classroom.show_runs(runs)
    services.refresh()
    assert (networks().status_code, "not offered" in networks().text) == (404, True)

    classroom.offer_networks(True)
    assert for_all(classroom.state(), [], [], None)["networks"]
    answer = networks()
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) < 1_600_000 < len(answer.content) < 2_100_000
    assert all(run in answer.text for run in runs)
    monkeypatch.setattr(module, "html", lambda *_: pytest.fail("It is made once."))
    assert networks().content == answer.content
    assert networks(**{"If-None-Match": answer.headers["etag"]}).status_code == 304

    finished = services.snapshot().charted
    pages = iter(["while they train", "at their end"])  # the epochs are the same, but there is a verdict
    with monkeypatch.context() as server:
        server.setattr(module, "html", lambda _: next(pages))
        at_work = [replace(run, status=Status.RUNNING) for run in finished]
        server.setattr(Snapshot, "charted", property(lambda _: at_work))
        assert networks().text == "while they train"
        server.setattr(Snapshot, "charted", property(lambda _: finished))
        assert networks().text == networks().text == "at their end"

    classroom.hide(runs)  # they are predicted once more
    services.refresh()
    assert networks().status_code == 404


def test_a_class_gets_the_page_of_its_own_networks_once_they_are_shown_and_keeps_it_after_the_end(stage: Stage) -> None:
    classroom = stage.classroom()
    hold(classroom, 6, is_shown=False)
    classroom.offer_networks(True)
    assert networks().status_code == 404, "nobody sees the networks of others before the presenter shows them"
    classroom.show_task()
    assert "Your class: 6 networks" in networks().text
    classroom.mark_network(classroom.networks.sent()[0].deal, "left out")
    assert "Your class: 5 networks" in networks().text
    classroom.end()
    assert "Your class: 5 networks" in networks().text
    hold(classroom, 2, is_shown=False)
    classroom.offer_networks(True)
    assert networks().status_code == 404, "an earlier class's are not this one's"
