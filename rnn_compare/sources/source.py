"""The declaration of a source of reviews: its size, how it is read, and how an exported script reads the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.errors import UserError

SENTIMENT = ("negative", "positive")
"""The meaning of the labels 0 and 1 of a review."""


class Labelled(NamedTuple):
    """Reviews as ranks, with labels.

    Attributes:
        ranks: All words one after the other, shape (words,): 1 for the most frequent word.
        offsets: Shape (reviews + 1,): review i is ``ranks[offsets[i]:offsets[i + 1]]``.
        labels: Shape (reviews,): 1 for positive, 0 for negative.
    """

    ranks: NDArray[np.int32]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class WrittenReviews:
    """All that a source of texts holds, in its own order; the words are ranked when the reviews are prepared.

    A label is 1 for a positive review, 0 for a negative one; there may be no test reviews.
    """

    texts: list[str]
    labels: list[int]
    test_texts: list[str] = field(default_factory=list)
    test_labels: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RankedReviews:
    """All that a source without texts holds, in its own order: words, the most frequent first, and reviews."""

    words: list[str]
    train: Labelled
    test: Labelled | None


@dataclass(frozen=True)
class ScriptPart:
    """The part of an exported script, which has only Keras and NumPy, that reads a source.

    Attributes:
        code: Finds a ``vocabulary_size`` and leaves the ids of all training reviews in ``x``, a list each, and their
            labels in the array ``y``: encoded and in the order that they have here.
        imports: A line each, beside those of Keras and NumPy.
        packages: To be installed beside Keras and TensorFlow.
    """

    code: str
    imports: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A source of reviews: everything about it.

    Attributes:
        name: What a setting, a folder and the command line call it: lower-case letters.
        title: What people read.
        corpus: Whose reviews they are. Sources of one corpus divide it alike: what one calls test reviews is in no
            other's training reviews.
        size: How many training reviews it holds; an experiment may use fewer.
        test_size: How many test reviews it holds, 0 for none.
        fingerprint: Returns what changes when the content does, as a part of a file's name, and quickly: it is asked
            often. Raises a UserError if the source cannot be used.
        read: Reads everything, once: the result is kept. Imports what only it needs. Raises a UserError if the source
            cannot be used.
        script: How an exported script reads it.
        labels: What the labels 0 and 1 mean; a network's probability is that of the second.
        fetch: Brings its files where there is a network, when somebody asks for it: ``fetch(tell=tell)`` tells its
            progress as ``tell(done, total)``. A function that can be imported by its name, since a worker calls it.
        about: What is to be known before anything is concluded from it, in sentences.
        distance: For a task: how many words lie between what decides and the end, or are in the longest text where each
            decides; 0 for all other sources.
        longest: For a task: the words of its longest text. A ``maxlen`` below would cut off what decides.
        at_distance: For a task: returns the same task at another distance.
    """

    name: str
    title: str
    corpus: str
    size: int
    test_size: int
    fingerprint: Callable[[], str]
    read: Callable[[], WrittenReviews | RankedReviews]
    script: ScriptPart
    labels: tuple[str, str] = SENTIMENT
    fetch: Callable[..., str] | None = None
    about: str = ""
    distance: int = 0
    longest: int = 0
    at_distance: Callable[[int], "Source"] | None = None

    @property
    def subject(self) -> str:
        """What its reviews are called in a sentence."""
        return self.title if self.corpus == self.name else f"the {self.corpus} reviews"

    def unavailable(self) -> str | None:
        """Returns why the source cannot be used and how to mend it, or None if it can."""
        try:
            self.fingerprint()
        except UserError as error:
            return str(error)
        return None


def script_from_texts(code: str, imports: tuple[str, ...] = (), packages: tuple[str, ...] = ()) -> ScriptPart:
    """Returns the part of a script that reads texts: split into words, ranked and shuffled as they are here."""
    return ScriptPart(code + _FROM_TEXTS, ("from collections import Counter", *imports), packages)


_FROM_TEXTS = r"""
# Words are what is left between spaces, in lower case and without punctuation (the apostrophe stays).
punctuation = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
to_spaces = str.maketrans(punctuation, " " * len(punctuation))
reviews = [[word for word in text.lower().translate(to_spaces).split(" ") if word] for text in texts]

# The most frequent word gets id 4: 0 is padding, 1 the start of a review, 2 an unknown word.
frequency = Counter(word for review in reviews for word in review)
ids = {word: rank + 3 for rank, (word, _) in enumerate(frequency.most_common(), start=1)}
x = [[1] + [ids[word] if ids[word] < vocabulary_size else 2 for word in review] for review in reviews]
y = np.array(labels)

# They may be sorted by label, so they are shuffled once, in the order that keras.datasets.imdb uses.
order = np.random.RandomState(113).permutation(len(x))
x, y = [x[i] for i in order], y[order]
"""
