"""Words and their ranks: texts split into words, and the vocabulary that numbers them.

The rules are those of Keras' ``Tokenizer``, with which ``keras.datasets.imdb`` was made. Ranks count from 1, the most
frequent word. Networks read ids, which are ranks + 3: the ids below mean padding (0), the start of a review (1) and
unknown words (2).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

PADDING, START, UNKNOWN = 0, 1, 2
INDEX_FROM = 3
SPECIAL_WORDS = {PADDING: "[padding]", START: "[start]", UNKNOWN: "[unknown]"}
"""Names of the three ids that are no word; no tokenised word can hold a bracket."""

# Everything between Keras' filter characters (the apostrophe is not one of them) and spaces. Other white
# space, such as the no-break space, is part of a word there, so str.split() would not do.
_WORD = re.compile(r"""[^ !"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n]+""")


def tokenize(text: str) -> list[str]:
    """Returns the words of a text, in lower case, as Keras' ``text_to_word_sequence`` does.

    Example:
        >>> tokenize("It wasn't good.<br />At ALL!")
        ['it', "wasn't", 'good', 'br', 'at', 'all']
    """
    return _WORD.findall(text.lower())


def word_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yields each word of ``tokenize(text)`` with its place: ``text[start:end]`` is its original spelling.

    Example:
        >>> list(word_spans("Oh, NO"))
        [('oh', 0, 2), ('no', 4, 6)]
    """
    lowered = text.lower()
    if len(lowered) == len(text):
        for match in _WORD.finditer(lowered):
            yield match[0], match.start(), match.end()
    else:  # A few letters, such as the Turkish İ, become two in lower case.
        origin = [index for index, letter in enumerate(text) for _ in letter.lower()]
        for match in _WORD.finditer(lowered):
            yield match[0], origin[match.start()], origin[match.end() - 1] + 1


def rank_words(texts: Iterable[str]) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
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
    order_seen: defaultdict[str, int] = defaultdict()
    order_seen.default_factory = order_seen.__len__  # a new word gets the next number
    numbered = [np.fromiter(map(order_seen.__getitem__, tokenize(text)), np.int32) for text in texts]
    offsets = np.cumsum([0, *map(len, numbered)], dtype=np.int64)
    flat = np.concatenate([np.empty(0, np.int32), *numbered])

    by_frequency = np.argsort(-np.bincount(flat, minlength=len(order_seen)), kind="stable")
    rank_of = np.empty(len(order_seen), np.int32)
    rank_of[by_frequency] = np.arange(1, len(order_seen) + 1)
    seen = list(order_seen)
    return [seen[number] for number in by_frequency], rank_of[flat], offsets


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
