"""A shipped lecture needs nothing but its recording: no worker, network, training, or reviews prepared in advance."""

import socket
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.dashboard.pages.inside.page import VIEWS
from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import current_context
from rnn_compare.dashboard.pages.present.steps.review import WORDS
from rnn_compare.dashboard.widgets import reading
from rnn_compare.errors import UserError
from rnn_compare.lecture.lecture_file import SHIPPED
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server import visitor
from rnn_compare.server.services import Services
from rnn_compare.training.engine import Engine
from tests.patience import until

from .conftest import html, page

LECTURES = [
    pytest.param(path.stem, marks=pytest.mark.thorough if path.stem == "gates" else ())
    for path in sorted(SHIPPED.glob("*.toml"))
]
"""The gate gives all but one whose steps and views the others have."""
LEFT_OUT = {reading.KEY: {"colouring": "left_out"}, WORDS: True}
"""The colouring for which every network reads a text once without each word."""

CHANCE = {"attention": "5,000 reviews", "book": "5,000 reviews", "gates": "2,400 reviews", "memory": "1,280 reviews"}
MARGIN = {"attention": "1 point", "book": "1 point", "gates": "1.7 points", "memory": "2.7 points"}
"""What the choice of so many reviews alone moves an accuracy by: 1.96 √(p (1 − p) / n), of the widest network."""


@pytest.fixture
def questions(services: Services, prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What pages asked a worker for, or another machine, on a fresh one where none answers."""
    (reviews := tmp_path / "cache" / "reviews").mkdir()
    (bundled,) = (prepared_cache / "reviews").glob("bundled-*")
    (reviews / bundled.name).symlink_to(bundled)
    add_shipped(services.store)
    waiting: list[str] = []

    def no_worker(_engine: Engine, _patience: float) -> None:
        waiting.append("a question")
        raise UserError("No worker answered.")

    def no_network(connection: socket.socket, address: object) -> None:
        if connection.type is socket.SOCK_STREAM:  # a datagram's asks for this machine's own address
            waiting.append(str(address))
        raise OSError("There is no network.")

    monkeypatch.setattr(Engine, "_ready_workers", no_worker)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(navigation, "RECORDING_SECONDS", 0.01)
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    return waiting


def is_complete(app: AppTest) -> bool:
    return not app.run().get("progress")


@pytest.mark.parametrize("name", LECTURES)
def test_it_is_given_to_its_end_and_looked_into_where_no_worker_answers(
    name: str, services: Services, questions: list[str]
) -> None:
    navigation.begin(services, name, recorded=True)
    seen: list[str] = []
    while (context := current_context(services)) and len(seen) < len(context.lecture.steps):
        kind = context.step.kind.name
        if kind == "train":
            until(lambda: all(prepared.is_prepared(item.experiment.dataset) for item in context.networks))
        if kind == "review":
            sent = services.classroom().send_review("a phone", "A slow film, but the end is wonderful.")
            services.classroom().show_review(sent.id)
        services.refresh()
        app = page("present.page", LEFT_OUT)
        until(partial(is_complete, app))
        assert [*app.error, *app.warning] == [], context.step.title
        if kind == "baselines":
            assert html(app).count("<li><span>") == len(all_baselines())
            assert f"sampling only {CHANCE[name]} adds up to ± {MARGIN[name]} (95" in html(app)
        if kind == "memory":
            assert any("With these weights, noticed" in text.value for text in app.markdown)
        if kind == "lengths":
            assert any("At the greatest length" in text.value for text in app.markdown)
        seen.append(kind)
        if context.index + 1 == len(context.lecture.steps):
            break
        while (now := current_context(services)) and now.index == context.index:
            navigation.advance(services)
    assert context
    assert len(seen) == len(context.lecture.steps)
    runs = [run.id for run in context.readers]
    assert bool(runs) == ("train" in seen)
    for view in VIEWS if runs else ():
        app = page("inside.page", LEFT_OUT, view=view, ask=",".join(runs))
        until(partial(is_complete, app))
        untold = [text for text in app.info if name == "state" and text.value.startswith("No frequent word tells")]
        assert [*app.error, *app.exception] == [], view
        assert [*app.info] == untold, view
        assert not [button for button in app.button if "Run the memory test" in button.label]
    assert questions == []
