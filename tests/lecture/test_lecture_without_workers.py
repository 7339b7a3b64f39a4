"""A shipped lecture needs nothing but its recording: no worker, network, training, or reviews prepared in advance."""

import json
import re
import socket
from pathlib import Path

import pytest

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.lecture import presses
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server.app import App
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine
from tests.kit.lectures import give, messages
from tests.kit.waiting import until

LECTURES = [
    pytest.param(path.stem, marks=pytest.mark.thorough if path.stem == "gates" else ())
    for path in sorted(SHIPPED_LECTURES.glob("*.toml"))
]
"""The gate gives all but one whose steps the others have."""


@pytest.fixture
def questions(services: Services, prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a worker was asked for, or another machine, on a fresh one where none answers."""
    (reviews := tmp_path / "cache" / "reviews").mkdir()
    (bundled,) = (prepared_cache / "reviews").glob("bundled-*")
    (reviews / bundled.name).symlink_to(bundled)
    add_shipped(services.store)
    waiting: list[str] = []

    def no_worker(_engine: Engine, _patience: float) -> None:
        waiting.append("a question")

    def no_network(connection: socket.socket, address: object) -> None:
        if connection.type is socket.SOCK_STREAM:  # a datagram's asks for this machine's own address
            waiting.append(str(address))
        raise OSError("There is no network.")

    monkeypatch.setattr(Engine, "_ready_workers", no_worker)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 0.01)
    return waiting


@pytest.mark.parametrize("name", LECTURES)
def test_it_is_given_to_its_end_where_no_worker_answers(name: str, own_app: App, questions: list[str]) -> None:
    stage = own_app.stage()
    assert stage
    presses.begin(stage, name, from_recording=True)
    for index, step in enumerate(find(name).steps):
        assert stage.classroom().state().step == index
        if step.kind.trains:
            datasets = [experiment.dataset for experiment in find(name).preset_at(index).experiments()]
            until(lambda: all(map(prepared.is_prepared, datasets)))  # noqa: B023  # called before the next step
        if step.kind.takes_reviews:
            review = stage.classroom().send_review("a phone", "A slow film, but the end is wonderful.")
            give(stage, ("show_review", review.id), ("word_by_word", True))
        stage.services.refresh()
        until(lambda: not re.search("measuring …|reading …", content(stage)))
        sent = content(stage)
        assert messages(stage)["wall"]["problem"] == "", step.title
        assert "No worker" not in sent, step.title
        if step.kind.name == "baselines":
            [bars, _] = messages(stage)["wall"]["parts"]
            assert sum(not color for _, _, color in bars["rows"]) == len(all_baselines()) - 1
            assert bars["note"] == "Accuracy: on held-out reviews."
        for kind, sentence in (("memory", "With these weights, noticed"), ("lengths", "At the greatest length")):
            assert step.kind.name != kind or sentence in sent
        give(stage, "show_next_step")
    assert questions == []


def content(stage: Stage) -> str:
    return json.dumps(messages(stage)["wall"], ensure_ascii=False)
