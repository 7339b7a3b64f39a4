import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from keras.src.trainers.data_adapters.array_slicing import train_validation_split

from rnn_compare.atomic import UNFINISHED
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared, preparing
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.preparing import SHUFFLE_SEED
from rnn_compare.sources import keras_imdb
from rnn_compare.sources.source import RankedReviews
from tests.kit.threads import at_once


@pytest.fixture
def bundled(reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Reviews:
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(reviews_cache))
    return prepared.load("bundled")


@pytest.fixture(autouse=True)
def named_keras_folder(keras_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(keras_folder))
    return keras_folder


def small(**settings: object) -> Experiment:
    return Experiment.model_validate({"reviews": 30, "maxlen": 20, "vocabulary_size": 100, **settings})


def test_the_bundled_reviews_have_keras_figures_and_the_books_shapes(bundled: Reviews) -> None:
    labels, words = bundled.training.labels, bundled.vocabulary
    assert (len(labels), labels.sum(), len(words), round(bundled.mean_length, 2)) == (25_000, 12_500, 88_582, 237.71)
    assert " ".join(words.words[:10]) == "the and a of to is br in it i"
    assert all(abs(labels[:count].mean() - 0.5) < 0.04 for count in (1_000, 5_000, 20_000)), "in any order"
    split = bundled.padded(Experiment())
    assert (split.x_train.shape, split.x_val.shape) == ((20_000, 500), (5_000, 500))
    assert split.x_train.dtype == np.int32
    assert split.x_train.max() == 9_999
    assert bundled.testing is None
    assert bundled.test(Experiment()) is None


def test_arrays_are_read_only_maps_of_files(bundled: Reviews) -> None:
    assert bundled.texts is not None
    for array in (*bundled.training, bundled.texts.content, bundled.texts.offsets):
        assert isinstance(array, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_keras_file_keeps_its_reviews_in_a_fixed_new_order(named_keras_folder: Path) -> None:
    reviews = prepared.load("keras")
    with np.load(named_keras_folder / "imdb.npz", allow_pickle=True) as arrays:
        order = np.random.RandomState(SHUFFLE_SEED).permutation(30)
        assert order.tolist() != list(range(30))
        texts = [" ".join(f"word{rank}" for rank in arrays["x_train"][index]) for index in order]
        assert [reviews.text(index) for index in range(30)] == texts
        assert [reviews.label(index) for index in range(30)] == arrays["y_train"][order].tolist()


def test_the_split_is_that_of_keras_validation_split() -> None:
    reviews = prepared.load("keras")
    whole = reviews.padded(small(validation_split=0.5))
    x, y = np.concatenate([whole.x_train, whole.x_val]), np.concatenate([whole.y_train, whole.y_val])
    for share, count in ((0.2, 30), (0.33, 30), (0.5, 11), (0.01, 30)):
        training, validation = train_validation_split((x[:count], y[:count]), validation_split=share)
        split = reviews.padded(small(validation_split=share, reviews=count))
        ours = (split.x_train, split.y_train, split.x_val, split.y_val)
        for array, keras in zip(ours, (*training, *validation), strict=True):
            np.testing.assert_array_equal(array, keras)
    with pytest.raises(UserError, match="31 reviews requested, but this source has 30"):
        reviews.padded(small(reviews=31))


def test_test_reviews_are_encoded_where_the_source_has_them(named_keras_folder: Path) -> None:
    test = prepared.load("keras").test(small())
    assert test is not None
    with np.load(named_keras_folder / "imdb.npz", allow_pickle=True) as arrays:
        last = [rank + 3 if rank + 3 < 100 else 2 for rank in arrays["x_test"][0]]
        assert test[0].shape == (12, 20)
        assert test[0][0].tolist() == ([0] * 20 + [1, *last])[-20:]
        np.testing.assert_array_equal(test[1], arrays["y_test"])


def test_a_changed_source_is_prepared_anew(named_keras_folder: Path, write_keras_files: Callable[..., Path]) -> None:
    assert len(prepared.load("keras").training.labels) == 30
    assert prepared.is_prepared("keras")
    write_keras_files(named_keras_folder, x_train=[[1], [2, 3]], y_train=np.array([0, 1]))
    assert not prepared.is_prepared("keras")
    assert len(prepared.load("keras").training.labels) == 2


def test_of_several_that_prepare_at_once_one_does_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[keras_imdb.KerasFile] = []
    really_read = keras_imdb.read

    def read(file: keras_imdb.KerasFile) -> RankedReviews:
        reads.append(file)
        return really_read(file)

    monkeypatch.setattr(keras_imdb, "read", read)
    assert len({*at_once(lambda _: prepared.prepare("keras"))}) == 1
    assert len(reads) == 1


def test_a_full_disk_gives_a_sentence_and_what_a_crash_has_left_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache" / "reviews" / f"{UNFINISHED}-1-keras-of-before").mkdir(parents=True)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(preparing, "_write_array", full)
        with pytest.raises(UserError, match=r"cannot be prepared .*No space left.* set RNN_COMPARE_CACHE"):
            prepared.prepare("keras")
    assert not prepared.is_prepared("keras")
    folder = prepared.prepare("keras")
    assert {path.name for path in folder.parent.iterdir()} == {"keras.lock", folder.name}


def test_an_unwritable_cache_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be prepared"):
        prepared.load("keras")


@pytest.mark.parametrize(
    ("name", "size"),
    [("train_ranks.npy", None), ("train_ranks.npy", 0), ("train_ranks.npy", 60), ("train_offsets.npy", 60)],
)
def test_damaged_prepared_reviews_give_a_sentence(name: str, size: int | None) -> None:
    file = prepared.prepare("keras") / name
    if size is None:
        file.unlink()
    else:
        os.truncate(file, size)
    with pytest.raises(UserError, match=r"damaged .* Delete that folder"):
        prepared.load("keras")
