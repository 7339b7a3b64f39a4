"""A network's file goes to a page and back; what is damaged or no network is refused by both."""

import base64
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn_compare as rc
from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import cell
from rnn_compare.cli.main import main
from rnn_compare.explain.prediction import (
    encode,
    run_weights,
)
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.report import reader
from rnn_compare.runs.events import Status
from tests.kit.javascript import HARNESSES, in_node

from .conftest import Trained

TEXT = "The film was not good, xyzzy! A waste of time; the acting is bad."
HARNESS = HARNESSES / "network_file.js"


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def ids(trained_once: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trained runs, in a record of the test's own."""
    shutil.copytree(trained_once.store.path.parent, tmp_path / "cache", symlinks=True)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return trained_once.ids


def test_a_network_goes_to_a_page_and_back_with_equal_bits_and_predictions(ids: list[str], tmp_path: Path) -> None:
    network = rc.load(ids[2])[0]
    experiment = network.run.experiment
    saved, returned, again = (tmp_path / name for name in ("lstm.npz", "returned.npz", "again.npz"))
    network.save(str(saved))
    question: dict[str, Any] = {"files": [in_base64(saved.read_bytes())]}
    question |= {"formulas": reader.formulas([cell("LSTM")]), "layout": reader.layout(experiment)}
    question |= {"description": trainable(experiment.model_copy(update={"test_split": 0.0}))}
    [page] = in_node(question | {"ids": encode(experiment, TEXT).ids.tolist()}, HARNESS)
    predicted = network.predict(TEXT).probability
    assert page["fits"]
    assert 1 / (1 + np.exp(-page["logit"])) == pytest.approx(predicted, abs=1e-6)
    returned.write_bytes(base64.b64decode(page["file"]))
    [back] = loaded = rc.load(str(returned))
    assert back.run.id not in ids
    before, after = (run_weights(item.run, "best") for item in (network, back))
    assert [*after] == [*before]
    assert [tensor.tobytes() for tensor in after.values()] == [tensor.tobytes() for tensor in before.values()]
    assert back.predict(TEXT).probability == predicted
    assert back.run.experiment == experiment
    assert network.run.best
    assert back.run.best == back.run.epochs[network.run.best.epoch - 1]
    assert [(end.figures, end.seconds) for end in back.run.epochs] == [
        (end.figures, end.seconds) for end in network.run.epochs
    ]
    assert (back.run.status, back.run.origin) == (Status.FINISHED, "recorded elsewhere")
    assert rc.load([str(returned), str(saved)]).ids == loaded.ids, "the same network is one run"
    assert main(["export", back.run.id, "--weights", str(again)]) == 0
    assert members(again.read_bytes()) == members(returned.read_bytes())


def members(content: bytes) -> dict[str, Any]:
    """Returns what a network's file holds: its settings, and the bytes of each array."""
    with np.load(io.BytesIO(content)) as file:
        arrays = {name: file[name].tobytes() for name in file.files if name.startswith("arr_")}
        return arrays | {"settings": json.loads(file["experiment.json"])}


def changed(content: bytes, change: dict[str, Any] | None = None, **arrays: Any) -> bytes:
    """Returns a network's file with another experiment.json and other arrays; without the former if it is None."""
    with np.load(io.BytesIO(content)) as file:
        settings = json.loads(file["experiment.json"])
        members = {name: file[name] for name in file.files if name.startswith("arr_")} | arrays
    made = io.BytesIO()
    np.savez(made, allow_pickle=False, **members)
    with zipfile.ZipFile(made, "a") as archive:
        if change is not None:
            archive.writestr("experiment.json", json.dumps(settings | change))
    return made.getvalue()


def test_a_file_that_is_damaged_or_no_networks_is_refused_by_both(ids: list[str], tmp_path: Path) -> None:
    rc.load(ids[0])[0].save(str(tmp_path / "rnn.npz"))
    good = (tmp_path / "rnn.npz").read_bytes()
    epoch = {"accuracy": 0.5, "loss": 0.7, "val_accuracy": 0.5, "val_loss": 0.7, "seconds": 1.0}
    for_both = {
        b"": "it is damaged",
        b"PK nonsense" * 20: "it is damaged",
        good[: len(good) // 2]: "it is damaged",
        good.replace(b"seconds", b"secondz", 1): "it is damaged",  # a checksum
        changed(good): "lacks experiment.json",
        changed(good, {"weights_epoch": 9}): "weights of epoch 9",
        changed(good, {}, arr_1=np.full((4, 3), np.nan, np.float32)): "no finite numbers",
        changed(good, {}, arr_1=np.zeros((4, 3))): "other shapes",
    }
    for_python = {
        changed(good, {}, arr_1=np.zeros((4, 5), np.float32)): "other shapes than SimpleRNN(3) needs",
        changed(good, {"experiment": {"units": 0}}): "units is 0; it must be between 1 and 512.",
        changed(good, {"experiment": {"source": "nowhere"}}): "source is 'nowhere'; it must be one of",
        changed(good, {"epochs": [epoch | {"val_accuracy": 7}], "weights_epoch": 1}): "val_accuracy",
    }
    count = len(rc.runs())
    for content, sentence in (for_both | for_python).items():
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(rc.UserError) as error:
            rc.load(str(tmp_path / "bad.npz"))
        assert sentence in str(error.value)
    with pytest.raises(rc.UserError, match="cannot be read"):
        rc.load(str(tmp_path / "none.npz"))
    assert len(rc.runs()) == count
    *bad, fine = in_node({"files": [in_base64(content) for content in (*for_both, good)]}, HARNESS)
    assert all(answer["problem"].startswith("This is not a network's file") for answer in bad)
    assert fine["settings"]["experiment"]["cell"] == "SimpleRNN"
