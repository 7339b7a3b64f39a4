import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import build, get_weights
from rnn_compare.networks.weights import Weights, load, save
from tests.kit.networks import random_weights

EXPERIMENT = Experiment(cell="LSTM", units=3, embedding_size=2, vocabulary_size=100, layers=2, bidirectional=True)


def test_saved_weights_come_back_bit_for_bit_in_keras_order(tmp_path: Path) -> None:
    model = build(EXPERIMENT)
    with pytest.raises(UserError, match="at least one epoch"):
        load(tmp_path / "new" / "last.npz", EXPERIMENT)
    save(get_weights(model), tmp_path / "new" / "last.npz")
    loaded = load(tmp_path / "new" / "last.npz", EXPERIMENT)
    assert len(loaded) == len(model.get_weights())
    for array, keras_array in zip(loaded.values(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, keras_array)


def test_a_save_that_fails_keeps_the_older_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(EXPERIMENT), path)
    before = path.read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(UserError, match=r"No space left on device.*Free some space"):
        save(random_weights(EXPERIMENT), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def archive(write: Callable[..., None], *arrays: Any) -> bytes:
    write(file := io.BytesIO(), *arrays)
    return file.getvalue()


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut at 50 %": lambda content: content[: len(content) // 2],
    "a flipped bit": lambda content: content[:400] + bytes([content[400] ^ 1]) + content[401:],
    "pickled objects": lambda _: archive(np.savez, np.array([{"a": 1}], dtype=object)),
    "a single array": lambda _: archive(np.save, np.zeros(3)),
    "the head of a zip file": lambda _: b"PK\x03\x04",
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_the_way_to_fix_it(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(EXPERIMENT), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=r"last\.npz cannot be read.*train the network again"):
        load(path, EXPERIMENT)


@pytest.mark.parametrize(
    ("weights", "experiment", "message"),
    [
        (random_weights(Experiment(units=4)), Experiment(units=5), r"rnn_cell/kernel .*\(32, 4\).*needs \(32, 5\)"),
        (
            random_weights(Experiment(cell="GRU", units=4)),
            Experiment(cell="LSTM", units=4),
            r"lack lstm/lstm_cell/kernel, which LSTM\(4\) needs",
        ),
        (random_weights(Experiment(units=4, layers=2)), Experiment(units=4), "hold simple_rnn_1"),
        ({**random_weights(EXPERIMENT), "dense/bias": np.zeros(1, np.int64)}, EXPERIMENT, "dense/bias as int64"),
    ],
    ids=["another size", "another cell", "an additional layer", "another type"],
)
def test_weights_of_another_network_are_refused(
    tmp_path: Path, weights: Weights, experiment: Experiment, message: str
) -> None:
    save(weights, tmp_path / "last.npz")
    with pytest.raises(UserError, match=message):
        load(tmp_path / "last.npz", experiment)
