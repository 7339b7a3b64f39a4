"""Words and their ranks: texts split into words, and the vocabulary that numbers them.

The rules are those of Keras' ``Tokenizer``, with which ``keras.datasets.imdb`` was made. Ranks count from 1, the most
frequent word. Networks read ids, which are ranks + 3: those below mean padding (0), start (1) and unknown words (2).
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

PADDING, START, UNKNOWN = 0, 1, 2
INDEX_FROM = 3
SPECIAL_WORDS = {PADDING: "[padding]", START: "[start]", UNKNOWN: "[unknown]"}
"""Names of the three ids that are no word; no tokenised word can hold a bracket."""

# Keras' filter characters (the apostrophe is not one of them) and the space. Other white space, such as the no-break
# space, is part of a word there, so str.split() would not do.
_SEPARATORS = """ !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"""
_WORD = re.compile(f"[^{re.escape(_SEPARATORS)}]+")
_IS_LETTER = bytes(chr(byte) not in _SEPARATORS for byte in range(256))
_CHUNK = 1_000
"""Texts that are split at once: memory."""


def tokenize(text: str) -> list[str]:
    """Returns the words of a text, in lower case, as Keras' ``text_to_word_sequence`` does.

    Example:
        >>> tokenize("It wasn't good.<br />At ALL!")
        ['it', "wasn't", 'good', 'br', 'at', 'all']
    """
    return _WORD.findall(text.lower())


def word_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yields each word of ``tokenize(text)`` with its place: ``text[start:end]`` is its original spelling."""
    lowered = text.lower()
    if len(lowered) == len(text):
        for match in _WORD.finditer(lowered):
            yield match[0], match.start(), match.end()
    else:  # A few letters, such as the Turkish İ, become two in lower case.
        origin = [index for index, letter in enumerate(text) for _ in letter.lower()]
        for match in _WORD.finditer(lowered):
            yield match[0], origin[match.start()], origin[match.end() - 1] + 1


def rank_words(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
    """Ranks all words of the texts by frequency, and encodes the texts as ranks.

    Words of equal frequency keep the order in which they first appear, as in the stable sort of Keras' ``Tokenizer``.

    Returns:
        The words, most frequent first; the ranks of all texts one after the other, shape (words in all
        texts,); and offsets, shape (texts + 1,): text i is ``ranks[offsets[i]:offsets[i + 1]]``.

    Example:
        >>> words, ranks, offsets = rank_words(["bad", "so good so good"])
        >>> words, ranks.tolist(), offsets.tolist()
        (['so', 'good', 'bad'], [3, 1, 2, 1, 2], [0, 1, 5])
    """
    import pyarrow  # type: ignore[import-untyped]  # it brings no types; few processes rank words, so not at the top

    words, offsets = [], [np.zeros(1, np.int64)]
    for start in range(0, len(texts), _CHUNK):
        letters, word_offsets, text_offsets = _split(texts[start : start + _CHUNK])
        buffers = map(pyarrow.py_buffer, (word_offsets, letters))
        words.append(pyarrow.LargeStringArray.from_buffers(len(word_offsets) - 1, *buffers))
        offsets.append(offsets[-1][-1] + text_offsets)
    # Numbered in the order of first appearance. Conversions between NumPy's arrays and Arrow's would import pandas.
    numbered = pyarrow.chunked_array(words, pyarrow.large_string()).combine_chunks().dictionary_encode()
    numbers, seen = np.from_dlpack(numbered.indices), numbered.dictionary.to_pylist()

    by_frequency = np.argsort(-np.bincount(numbers, minlength=len(seen)), kind="stable")
    rank_of = np.empty(len(by_frequency), np.int32)
    rank_of[by_frequency] = np.arange(1, len(by_frequency) + 1)
    return [seen[number] for number in by_frequency], rank_of[numbers], np.concatenate(offsets)


def _split(texts: Sequence[str]) -> tuple[bytes, NDArray[np.int64], NDArray[np.int64]]:
    # The letters of all words; where each word begins, and the last ends; which word is the last of each text.
    encoded = [text.lower().encode() for text in texts]  # Arrow's lower case differs for some letters
    joined = b" ".join([b"", *encoded, b""])
    is_letter = np.frombuffer(joined.translate(_IS_LETTER), np.bool_)
    begins, ends = np.flatnonzero(is_letter[1:] != is_letter[:-1]).reshape(-1, 2).T
    word_offsets = np.concatenate([[0], np.cumsum(ends - begins)])
    text_offsets = np.searchsorted(begins, np.cumsum([len(text) + 1 for text in encoded]))
    return joined.translate(None, _SEPARATORS.encode()), word_offsets, text_offsets


class Vocabulary:
    """The words of a source by rank, the most frequent first, looked up either way.

    Example:
        >>> vocabulary = Vocabulary(["the", "and"])
        >>> vocabulary.rank("and"), vocabulary.rank("xyzzy"), len(vocabulary)
        (2, None, 2)
        >>> vocabulary.id("and"), vocabulary.word(5), vocabulary.word(2)
        (5, 'and', '[unknown]')
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._ranks = dict(zip(words, range(1, len(words) + 1), strict=True))

    def __len__(self) -> int:
        return len(self.words)

    def rank(self, word: str) -> int | None:
        """Returns the rank of a lower-case word, 1 for the most frequent, or None for an unseen one."""
        return self._ranks.get(word)

    def id(self, word: str, vocabulary_size: int | None = None) -> int:
        """Returns the id a network reads for a word; ids from ``vocabulary_size`` on become unknown."""
        rank = self._ranks.get(word)
        if rank is None or (vocabulary_size is not None and rank + INDEX_FROM >= vocabulary_size):
            return UNKNOWN
        return rank + INDEX_FROM

    def word(self, word_id: int) -> str:
        """Returns the word that an id stands for; raises ``IndexError`` if no word has that id."""
        if word_id in SPECIAL_WORDS:
            return SPECIAL_WORDS[word_id]
        rank = word_id - INDEX_FROM
        if not 1 <= rank <= len(self.words):
            raise IndexError(f"no word has the id {word_id}; the vocabulary holds {len(self.words)} words")
        return self.words[rank - 1]
