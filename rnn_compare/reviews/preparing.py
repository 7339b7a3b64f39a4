"""Preparation of a source as the flat arrays that ``prepared`` maps into memory."""

import json
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.reviews.vocabulary import INDEX_FROM, Vocabulary, rank_words, tokenize
from rnn_compare.sources.source import Labelled, RankedReviews, WrittenReviews

SHUFFLE_SEED = 113
"""Seed of the order of the training reviews, the same for all experiments: sources sort them by label."""
UNSEEN = np.iinfo(np.int32).max - INDEX_FROM
"""The rank of a test review's word that is in no training review: its id exceeds every vocabulary size."""


def write(folder: Path, content: WrittenReviews | RankedReviews) -> None:
    """Writes all files of a prepared source into an empty folder; raises ``OSError`` if they cannot be written."""
    ranked = _ranked(content) if isinstance(content, WrittenReviews) else content
    # RandomState, since its stream is the same in every version of NumPy.
    order = np.random.RandomState(SHUFFLE_SEED).permutation(len(ranked.train.labels))
    (folder / "words.json").write_text(json.dumps(ranked.words), encoding="ascii")
    _write_labelled(folder, "train", _reordered(ranked.train, order))
    if ranked.test is not None:
        _write_labelled(folder, "test", ranked.test)
    if isinstance(content, WrittenReviews):
        _write_texts(folder, "", [content.texts[index] for index in order])
        if content.test_texts:
            _write_texts(folder, "test_", content.test_texts)


def _ranked(content: WrittenReviews) -> RankedReviews:
    words, ranks, offsets = rank_words(content.texts)
    train = Labelled(ranks, offsets, np.array(content.labels, np.int64))
    if not content.test_texts:
        return RankedReviews(words, train, test=None)
    vocabulary = Vocabulary(words)
    test = [[vocabulary.rank(word) or UNSEEN for word in tokenize(text)] for text in content.test_texts]
    test_ranks = np.array(list(chain.from_iterable(test)), np.int32)
    return RankedReviews(words, train, Labelled(test_ranks, _offsets(test), np.array(content.test_labels, np.int64)))


def _reordered(reviews: Labelled, order: NDArray[np.int64]) -> Labelled:
    pieces = np.split(reviews.ranks, reviews.offsets[1:-1])
    reordered = [pieces[index] for index in order]
    return Labelled(np.concatenate(reordered), _offsets(reordered), reviews.labels[order])


def _offsets(pieces: Sequence[Sequence[int] | NDArray[np.int32] | bytes]) -> NDArray[np.int64]:
    return np.cumsum([0, *map(len, pieces)], dtype=np.int64)


def _write_labelled(folder: Path, part: str, reviews: Labelled) -> None:
    for name, array in reviews._asdict().items():
        _write_array(folder / f"{part}_{name}.npy", array)


def _write_texts(folder: Path, prefix: str, texts: Sequence[str]) -> None:
    encoded = [text.encode() for text in texts]
    _write_array(folder / f"{prefix}texts.npy", np.frombuffer(b"".join(encoded), np.uint8))
    _write_array(folder / f"{prefix}text_offsets.npy", _offsets(encoded))


def _write_array(path: Path, array: NDArray[np.generic]) -> None:
    with path.open("wb") as stream:
        np.save(stream, array)
        stream.flush()
        os.fsync(stream.fileno())  # a rename must not reach the disk before the content
