import gzip
from pathlib import Path

import pytest

from rnn_compare.class_networks.networks import recorded
from rnn_compare.class_networks.task import OF_A_CLASS
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.server.lecture.handout import task_file
from tests.kit.javascript import HARNESSES, in_node


@pytest.fixture
def task(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    return task_file(PHONES.name)[0]


def test_a_worker_unpacks_trains_and_reads(task: bytes, tmp_path: Path) -> None:
    assert len(task) < 160_000
    file = tmp_path / "task"
    file.write_bytes(gzip.decompress(task))
    *epochs, done, known, unknown = in_node(None, HARNESSES / "class_task.js", file)
    network = recorded(PHONES.name)["SimpleRNN", OF_A_CLASS + 1]
    assert epochs == [{"right": count} for count in network.right]
    sent = {"cell": network.cell, "seed": network.seed, "right": [*network.right], "correct": network.correct}
    assert done == {"done": sent, "labels": ["negative", "positive"]}
    assert (known["known"], unknown["known"]) == (3, 0)
    assert all(0 < text["share"] < 1 for text in (known, unknown))
