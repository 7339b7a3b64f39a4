from pathlib import Path

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import build, get_weights
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights, load, save

EXPERIMENT = Experiment(cell="LSTM", units=3, embedding_size=2, vocabulary_size=100, layers=2, bidirectional=True)


def random_weights(experiment: Experiment) -> Weights:
    random = np.random.default_rng(0)
    tensors = parameters(experiment).tensors
    return {tensor.path: random.normal(size=tensor.shape).astype(np.float32) for tensor in tensors}


def with_tensor(weights: Weights, path: str, array: np.ndarray) -> Weights:
    return {**weights, path: array}


def test_saved_weights_come_back_bit_for_bit_in_keras_order(tmp_path: Path) -> None:
    model = build(EXPERIMENT)
    save(get_weights(model), tmp_path / "new" / "last.npz")
    loaded = load(tmp_path / "new" / "last.npz", EXPERIMENT)
    assert len(loaded) == len(model.get_weights())
    for array, keras_array in zip(loaded.values(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, keras_array)


def test_saving_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    path.write_bytes(b"older")
    weights = random_weights(EXPERIMENT)
    save(weights, path)
    assert list(tmp_path.iterdir()) == [path]
    np.testing.assert_array_equal(load(path, EXPERIMENT)["dense/kernel"], weights["dense/kernel"])


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


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_cut_short_is_named_with_the_way_to_mend_it(tmp_path: Path, share: float) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(EXPERIMENT), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UserError, match=r"last\.npz cannot be read.*train the network again"):
        load(path, EXPERIMENT)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(EXPERIMENT), path)
    content = bytearray(path.read_bytes())
    content[400] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match="cannot be read"):
        load(path, EXPERIMENT)


def test_a_file_of_pickled_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    np.savez(path, objects=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UserError, match="cannot be read"):
        load(path, EXPERIMENT)


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "last.npz"
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        load(path, EXPERIMENT)


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UserError, match="cannot be read"):
        load(path, EXPERIMENT)


def test_missing_weights_ask_for_an_epoch(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least one epoch"):
        load(tmp_path / "last.npz", EXPERIMENT)


def test_weights_of_another_size_are_refused_with_both_shapes(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(Experiment(units=4)), path)
    with pytest.raises(UserError, match=r"simple_rnn_cell/kernel with shape \(32, 4\).*needs \(32, 5\)"):
        load(path, Experiment(units=5))


def test_weights_of_another_cell_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(Experiment(cell="GRU", units=4)), path)
    with pytest.raises(UserError, match=r"lack lstm/lstm_cell/kernel, which LSTM\(4\) needs"):
        load(path, Experiment(cell="LSTM", units=4))


def test_a_tensor_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    save(random_weights(Experiment(units=4, layers=2)), path)
    with pytest.raises(UserError, match="hold simple_rnn_1"):
        load(path, Experiment(units=4))


def test_numbers_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.npz"
    weights = random_weights(EXPERIMENT)
    save(with_tensor(weights, "dense/bias", np.zeros(1, np.int64)), path)
    with pytest.raises(UserError, match="dense/bias as int64"):
        load(path, EXPERIMENT)
