"""Reviews as a file of a few megabytes, which ``arithmetic/packed_reviews.js`` unpacks: a byte or two for each word.

Gzip of: how many reviews there are (32 bits), their labels (8 bits each), their lengths in words (16 bits each), and
the codes of all words. Frequent words take one byte, others two: film reviews need a sixth less than as 16-bit numbers.
"""

import base64
import gzip

import numpy as np
from numpy.typing import NDArray

from rnn_compare.reviews.vocabulary import INDEX_FROM
from rnn_compare.sources.source import Labelled

ONE_BYTE = 208
"""Codes below it take one byte; the first of two bytes is at least this. So there are 12,496 codes."""
MOST_IDS = 10_000
"""Words with ids from here on have code 0, as unknown words; any other word has its rank."""
LONGEST = 500
"""Of a longer review the last so many words are packed: the most that a network can read with the book's maxlen."""


def packed_reviews(reviews: Labelled, count: int) -> bytes:
    """Returns the first ``count`` reviews, packed; the same bytes for the same reviews."""
    offsets = reviews.offsets[: count + 1]
    lengths = np.diff(offsets)
    ranks = reviews.ranks[offsets[0] : offsets[-1]]
    from_end = np.repeat(offsets[1:] - offsets[0], lengths) - np.arange(len(ranks))
    parts = (
        np.array([count], "<u4"),
        reviews.labels[:count].astype(np.uint8),
        np.minimum(lengths, LONGEST).astype("<u2"),
        _codes(ranks[from_end <= LONGEST]),
    )
    return gzip.compress(b"".join(part.tobytes() for part in parts), mtime=0)


def as_text(packed: bytes) -> str:
    """Returns packed reviews as text for a file, of which 5 characters stand for 4 bytes.

    The digits are those of ``base64.b85encode`` without ``<``, which no page's script element should hold. Base 64
    would take 7 % more.

    Example:
        >>> as_text(bytes([0, 1, 2, 255, 7]))
        '009F32L'
    """
    return base64.b85encode(packed).decode("ascii").replace("<", ",")


def _codes(ranks: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Returns the codes of words by their ranks, one after the other."""
    codes = np.where(ranks + INDEX_FROM < MOST_IDS, ranks, 0)
    above = codes - ONE_BYTE
    is_long = above >= 0
    pairs = np.stack([np.where(is_long, ONE_BYTE + (above >> 8), codes), above & 0xFF], axis=1).astype(np.uint8)
    flat: NDArray[np.uint8] = pairs[np.stack([np.ones_like(is_long), is_long], axis=1)]
    return flat
