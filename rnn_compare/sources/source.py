"""The declaration of a source of reviews, and of the code that reads it in an exported script."""

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
    """The content of a source of texts, in its own order; words are ranked when the reviews are prepared.

    Labels are 1 for positive and 0 for negative; there may be no test reviews.
    """

    texts: list[str]
    labels: list[int]
    test_texts: list[str] = field(default_factory=list)
    test_labels: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RankedReviews:
    """The content of a source without texts, in its own order: words, the most frequent first, and reviews."""

    words: list[str]
    train: Labelled
    test: Labelled | None


@dataclass(frozen=True)
class ScriptPart:
    """The part of an exported script that reads a source.

    Attributes:
        code: Uses ``vocabulary_size`` and assigns the ids of all training reviews to ``x``, a list each, and their
            labels to the array ``y``: encoded and ordered as in this program.
        imports: Import lines besides those of Keras and NumPy.
        packages: To be installed besides Keras and TensorFlow.
    """

    code: str
    imports: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A source of reviews: everything about it.

    Attributes:
        name: Its name in settings, folders and on the command line: lower-case letters.
        title: Its name on pages.
        corpus: The collection that the reviews belong to. Sources of one corpus divide it in the same way: one's test
            reviews are never another's training reviews.
        size: Number of training reviews; an experiment may use fewer.
        test_size: Number of test reviews, 0 for none.
        fingerprint: Returns a part of a file name that changes with the content. Called often, so it must be fast.
            Raises a UserError if the source cannot be used.
        read: Reads everything. Called once, when the reviews are prepared; imports the packages that it alone needs.
            Raises a UserError if the source cannot be used.
        script: The part of an exported script that reads it.
        labels: The meanings of the labels 0 and 1; a network's probability is that of the second.
        fetch: Downloads its files, on request: ``fetch(tell=tell)`` reports progress as ``tell(done, total)``. A
            function that can be imported by its name, since a worker calls it.
        about: What to know before drawing conclusions from it, in sentences.
        distance: For a task: the number of words between the decisive one and the end, or in the longest text where
            each decides; 0 for all other sources.
        longest: For a task: the words of its longest text. A lower ``maxlen`` would cut off decisive words.
        at_distance: For a task: returns the same task at another distance.
        at_length: For a task: makes so many other texts of one distance or, where each word decides, of one length.
        licence: Whose texts they are, from where, and under which licence they may be passed on, in a sentence.
        successor: The name of the version that new networks train with; this one is for runs that have it already.
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
    at_length: Callable[[int, int], WrittenReviews] | None = None
    licence: str = ""
    successor: str = ""

    @property
    def subject(self) -> str:
        """Its name in a sentence."""
        texts = "texts" if self.distance else "reviews"
        return self.title if self.corpus == self.name else f"the {self.corpus} {texts}"

    def unavailable(self) -> str | None:
        """Returns why the source cannot be used and how to mend it, or None if it can."""
        try:
            self.fingerprint()
        except UserError as error:
            return str(error)
        return None

    def check(self) -> None:
        """Raises an error if it cannot be listed."""
        self.unavailable()


def script_from_texts(code: str, imports: tuple[str, ...] = (), packages: tuple[str, ...] = ()) -> ScriptPart:
    """Returns the part of a script that reads texts, and splits, ranks and shuffles them as this program does."""
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
