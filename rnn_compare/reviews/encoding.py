"""Reviews as the fixed-length rows of ids that a network reads."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.reviews.vocabulary import INDEX_FROM, PADDING, SPECIAL_WORDS, START, UNKNOWN, Vocabulary, word_spans

TokenState = Literal["start", "known", "unknown", "cut off"]
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def pad(ranks: NDArray[np.int32], offsets: NDArray[np.int64], vocabulary_size: int, maxlen: int) -> NDArray[np.int32]:
    """Encodes ranks and pads or cuts each review at the front.

    Equal to ``pad_sequences(x, maxlen)`` of ``keras.datasets.imdb.load_data(num_words=vocabulary_size)``: each review
    begins with the start token, which is a position like any other and the first to be cut off.

    Args:
        ranks: The ranks of all words, shape (words,), 1 for the most frequent word.
        offsets: Where reviews begin and end, shape (reviews + 1,): review i is
            ``ranks[offsets[i]:offsets[i + 1]]``.
        vocabulary_size: Ids from here on become unknown.
        maxlen: Positions of a row.

    Returns:
        Ids of shape (reviews, maxlen).

    Example:
        >>> pad(np.array([1, 9, 1, 2, 3], np.int32), np.array([0, 2, 5]), vocabulary_size=10, maxlen=3)
        array([[1, 4, 2],
               [4, 5, 6]], dtype=int32)
    """
    ranks = ranks[offsets[0] : offsets[-1]]
    lengths = np.diff(offsets)
    # The distance to the review's end, 1 for the last word, decides whether a word is kept.
    from_end = np.repeat(offsets[1:] - offsets[0], lengths) - np.arange(len(ranks))
    ids = ranks[from_end <= maxlen] + np.int32(INDEX_FROM)
    ids[ids >= vocabulary_size] = UNKNOWN

    first_word = (maxlen - lengths)[:, np.newaxis]
    positions = np.arange(maxlen)
    padded = np.full((len(lengths), maxlen), PADDING, np.int32)
    padded[positions >= first_word] = ids
    padded[positions == first_word - 1] = START
    return padded


class Token(NamedTuple):
    """One token of a review.

    Attributes:
        word: The word in lower case.
        id: Its id, also where it is cut off.
        state: Whether it is read as a known or an unknown word, or cut off; ``start`` for a start token that is read.
        start, end: Its beginning and end in the text; both are 0 for the start token.
        is_markup: Whether it is part of a tag, such as the ``br`` of ``<br />``: networks read it as a word.
    """

    word: str
    id: int
    state: TokenState
    start: int
    end: int
    is_markup: bool = False

    @property
    def shown(self) -> str:
        """The word as it is shown; no word has such a bracket."""
        return f"<{self.word}>" if self.is_markup else self.word


@dataclass(frozen=True)
class EncodedReview:
    """One text as a network reads it.

    Attributes:
        ids: The row of ids, shape (maxlen,).
        padding: Positions of padding at the front.
        tokens: The start token, then every word of the text.
    """

    ids: NDArray[np.int32]
    padding: int
    tokens: tuple[Token, ...]

    def count(self, state: TokenState) -> int:
        """Returns how many words of the text (the start token is none) are in a state."""
        return sum(token.state == state for token in self.tokens[1:])


def read_text(text: str, vocabulary: Vocabulary, vocabulary_size: int, maxlen: int) -> EncodedReview:
    """Encodes one typed text exactly as the training reviews are encoded (see ``pad``): markup and emoji are just text.

    Raises ``UserError`` if there is no word in the text.

    Example:
        >>> review = read_text("The END!", Vocabulary(["the", "and"]), vocabulary_size=100, maxlen=5)
        >>> review.ids.tolist(), review.padding
        ([0, 0, 1, 4, 2], 2)
        >>> [(token.word, token.state) for token in review.tokens]
        [('[start]', 'start'), ('the', 'known'), ('end', 'unknown')]
    """
    spans = list(word_spans(text))
    if not spans:
        raise UserError("This text has no words. Type at least one.")
    word_ids = [START, *(vocabulary.id(word, vocabulary_size) for word, _, _ in spans)]
    in_tag = bytearray(len(text))
    for tag in _TAG.finditer(text):
        in_tag[tag.start() : tag.end()] = b"\1" * len(tag[0])
    cut = max(0, len(word_ids) - maxlen)
    padding = max(0, maxlen - len(word_ids))

    tokens = [Token(SPECIAL_WORDS[START], START, "cut off" if cut else "start", 0, 0)]
    for position, ((word, start, end), word_id) in enumerate(zip(spans, word_ids[1:], strict=True), start=1):
        state: TokenState = "unknown" if word_id == UNKNOWN else "known"
        state = "cut off" if position < cut else state
        tokens.append(Token(word, word_id, state, start, end, bool(in_tag[start])))

    ids = np.full(maxlen, PADDING, np.int32)
    ids[padding:] = word_ids[cut:]
    return EncodedReview(ids, padding, tuple(tokens))
