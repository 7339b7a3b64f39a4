"""The sentences of a judgement as templates, with which a page's script says the same as this program."""

from typing import Any

from rnn_compare.charts.chance_picture import TITLES
from rnn_compare.comparison.inference.wording import ARRAYS, OF_NETWORKS, PHRASES, TEMPLATES, WHERE


def judging_words() -> dict[str, Any]:
    """Returns what ``judging/wording.js`` and ``drawing/chance_picture.js`` fill in, as data for JSON."""
    return {
        "templates": TEMPLATES,
        "networks": OF_NETWORKS,
        "phrases": PHRASES,
        "where": WHERE,
        "things": {basis: "item" if basis in ARRAYS else "held-out review" for basis in WHERE},
        "titles": TITLES,
    }
