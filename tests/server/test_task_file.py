"""What phones train with: packed in Python and unpacked by their worker, and what is known beforehand to be right."""

import gzip
from pathlib import Path

import pytest

from rnn_compare.browser.trained_seed import bit_by_bit
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.reviews import prepared
from rnn_compare.server.phones.handout import task_file
from tests.scripts import HARNESSES, in_node


def test_a_phones_worker_unpacks_checks_trains_and_reads(
    prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    file = tmp_path / "task"
    file.write_bytes(gzip.decompress(task_file(PHONES.name)[0]))
    phone = in_node(None, HARNESSES / "class_task.js", file)
    split = prepared.load("bundled").padded(class_task(PHONES.name).experiments[0])
    assert phone["ids"] == split.x_train[0].tolist()
    assert phone["labels"] == [*split.y_train.tolist(), *split.y_val.tolist()]
    assert phone["training"] == 2000
    assert phone["alike"] == [True, True]
    assert phone["wrong"] is False, "an engine that differs in the eighth digit is silent"
    assert phone["answers"] == [{"differs": True}], "and trains nothing"
    experiment = class_task(PHONES.name).experiment("SimpleRNN", 3).model_copy(update={"epochs": 1})
    [right], correct = bit_by_bit(experiment, lambda *_: None)
    assert phone["epochs"] == [{"right": right, "correct": correct}], "the server repeats which reviews were right, too"
    assert [text["known"] for text in phone["texts"]] == [3, 0]
    assert all(0 < text["share"] < 1 for text in phone["texts"])


def test_the_file_that_phones_fetch_is_small(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    assert len(task_file(PHONES.name)[0]) < 160_000
