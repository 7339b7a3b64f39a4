"""The one object that a server's process shares: two of them in one process share nothing."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.lecture.questions import Question
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.server import live
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import App
from rnn_compare.server.lecture import phones
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine
from tests.kit.asgi import ask

BEST = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN", "LSTM"))
PHONE = {"Cookie": f"rnn_compare_visitor={'a' * 32}"}
ANSWER = {"question": "best", "round": 1, "answer": 1}


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[list[App]]:
    made = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        app = App(lambda folder=folder: folder)  # type: ignore[misc]  # mypy sees no default
        store = RunStore(folder / "runs.db")
        app._services = Services(store, Engine(store, origin="page"), app.classroom)
        made.append(app)
    yield made
    for app in made:
        app.close()


def test_what_one_class_is_asked_answers_and_hides_the_other_does_not_see(apps: list[App]) -> None:
    first, other = apps
    for app in apps:
        app.classroom().begin("x")
    first.classroom().show_step(0, "Predict", "Which?", BEST)
    first.classroom().open_vote()
    posted = [ask(app, "POST", f"/{phones.PATH}/answer", headers=PHONE, json=ANSWER).status_code for app in apps]
    assert posted == [200, 409], "nobody asked the other it"
    assert [list(answers.values()) for answers in first.classroom().votes.rounds("best")] == [[1]]
    assert other.classroom().votes.rounds("best") == []
    assert (first.classroom().state().title, other.classroom().state().title) == ("Predict", "")
    [run] = first.services().store.create([Experiment()], Owner.current(), "page")
    other.classroom().hide([run])
    shown = [json.loads(ask(app, "GET", f"/{live.url([], View())}").content)["groups"] for app in apps]
    assert [len(groups) for groups in shown] == [1, 0]


def test_whoever_has_used_up_all_turns_with_one_server_has_all_with_the_other(apps: list[App]) -> None:
    first, other = ((app.predictions, app.access.attempts_by_address, app.phones.sending) for app in apps)
    for limit in first:
        while not limit.take("me"):
            pass
    assert [limit.take("me") for limit in other] == [0.0] * 3
    apps[0].access._latest = (-math.inf, Rule("a pass that is gone"))
    assert [app.access.rule().open for app in apps] == [False, True]


def test_a_closed_app_opens_again_with_what_it_recorded(apps: list[App]) -> None:
    app = apps[0]
    app.classroom().begin("x")
    app.close()
    assert app.running() is None
    assert app.classroom().state().lecture == "x"
    app.classroom().end()
    assert app.classroom().state().lecture == ""


def test_the_first_pages_name_and_those_of_former_pages_lead_to_what_took_their_place(apps: list[App]) -> None:
    for path, address in (
        ("/compare?units=16&cell=LSTM", "./?units=16&cell=LSTM"),
        ("/sweep?grid_seed=1e999", "./?grid_seed=1e999"),
        ("/cluster", "./runs"),
    ):
        assert ask(apps[0], "GET", path).headers["location"] == address
