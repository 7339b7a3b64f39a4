"""Markdown of a lecture's file, as plain text for phones and as HTML for the wall and the notes."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt

from rnn_compare.formatting import unbroken

_MARKS = re.compile(r"(\*\*|__|`|^#+ |(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def plain(markdown: str) -> str:
    """Returns a step's text without Markdown and with unbroken percentages, for phones, which show plain text.

    Example:
        >>> plain("Which is *better*: **LSTM** or `GRU_2`? See [the book](https://example.org).")
        'Which is better: LSTM or GRU_2? See the book.'
    """
    return unbroken(_MARKS.sub("", _LINK.sub(r"\1", markdown)).strip())


@lru_cache(maxsize=256)  # each message has a step's text
def html(markdown: str) -> str:
    """Returns Markdown as HTML; HTML in it is escaped.

    Example:
        >>> html("A **word** <b>and</b> more")
        '<p>A <strong>word</strong> &lt;b&gt;and&lt;/b&gt; more</p>\\n'
    """
    return str(_MARKDOWN.render(unbroken(markdown)))
