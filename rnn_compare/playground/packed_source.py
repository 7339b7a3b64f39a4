"""A source of reviews that a page brings along: a packed file, and what the page says of it."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_compare.browser.packed_reviews import LONGEST, MOST_IDS, packed_reviews
from rnn_compare.errors import UserError
from rnn_compare.report.reader import examples
from rnn_compare.reviews import prepared
from rnn_compare.reviews.vocabulary import INDEX_FROM
from rnn_compare.sources import own_texts, registry

MOST_WORDS = 6_000_000
"""Of a page: 25,000 film reviews have 5.5 million, which take 6.5 MB. A larger source comes with its first reviews."""
OWN = "Texts of whoever made this page. Ask them before you pass it on."
"""What a page says of own texts for which no licence was named."""


@dataclass(frozen=True)
class PackedSource:
    """A source as a page has it.

    Attributes:
        dataset: Its name for ``prepared.load``.
        reviews: How many of its training reviews came along, the first ones.
        facts: What the page says of it, as in ``page_data.py``.
        content: The packed reviews.
    """

    dataset: str
    reviews: int
    facts: dict[str, Any]
    content: bytes

    @property
    def version(self) -> str:
        """Changes with the content, so that a browser never takes an earlier file of the same name."""
        return hashlib.sha256(self.content).hexdigest()[:8]


def packed_source(dataset: str, licence: str = "") -> PackedSource:
    """Packs a source, which is prepared first if it is not.

    Args:
        dataset: Its name, of a task with the distance.
        licence: What the page says on whose texts they are, in place of what the source's file says.

    Raises:
        UserError: If the source or the cache cannot be used, or its texts are too long for a page.
    """
    source = registry.source(dataset)
    if source.longest > LONGEST:
        raise UserError(
            f"The page reads up to {LONGEST} words, and {dataset} has texts of {source.longest} of which each may "
            "decide. Choose a shorter distance."
        )
    loaded = prepared.load(dataset)
    lengths = np.minimum(np.diff(loaded.training.offsets), LONGEST)
    count = int(np.searchsorted(np.cumsum(lengths), MOST_WORDS, side="right"))
    is_own = dataset.startswith(own_texts.PREFIX)
    facts = {
        "title": source.title,
        "subject": source.subject,
        "licence": licence or source.licence or (OWN if is_own else ""),
        "labels": source.labels,
        "reviews": count,
        "longest": int(lengths[:count].max()),
        "least_maxlen": source.longest,
        "vocabulary": " ".join(loaded.vocabulary.words[: MOST_IDS - INDEX_FROM - 1]),
        "in_english": registry.is_about_films(dataset),
        "examples": examples(dataset),
    }
    return PackedSource(dataset, count, facts, packed_reviews(loaded.training, count))
