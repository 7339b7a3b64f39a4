"""A review as a network reads it, as HTML: padding, and each word marked as known, unknown or cut off.

Anybody may have typed the text: it is escaped, and the HTML stays small.
"""

import itertools
from collections.abc import Iterator
from html import escape

from rnn_compare.formatting import counted
from rnn_compare.glossary import explained
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.reviews.vocabulary import PADDING, START, UNKNOWN

CUT_WORDS_SHOWN = 120
"""Words cut off that are shown, the last ones."""
LONGEST_WORD, LONGEST_GAP = 60, 60
"""Characters shown of a word, and of the text between two words."""
UNKNOWN_WORDS_SAID = 20
"""To screen readers."""
WIDEST_CUT = 0.4
"""Largest share of the strip for the words cut off."""

_CLASSES = {"known": "rc-known", "unknown": "rc-unknown", "start": "rc-start", "cut off": "rc-cut"}
_ID_CLASSES = {PADDING: "rc-padding", START: "rc-start", UNKNOWN: "rc-unknown"}


def html(text: str, review: EncodedReview) -> str:
    """Returns the strip of positions, the legend with its counts, and the marked text."""
    return f'<div class="rc-review">{strip(review)}{legend(review)}{words(text, review)}</div>'


def strip(review: EncodedReview) -> str:
    """Returns a bar of all positions that a network reads, after one of the words cut off."""
    cut, maxlen = sum(token.state == "cut off" for token in review.tokens), len(review.ids)  # the start token counted
    lost = note = ""
    if cut:
        share = min(cut / (cut + maxlen), WIDEST_CUT)
        lost = f'<div class="rc-lost" style="flex: 0 0 {100 * share:.1f}%"></div>'
        note = "start cut off" if cut == 1 else "not to scale" if share == WIDEST_CUT else ""
    kinds = itertools.groupby(map(_id_class, review.ids))
    row = "".join(f'<i class="{kind}" style="flex: {len(list(same))}"></i>' for kind, same in kinds)
    return (
        f'<div class="rc-strip" role="img" aria-label="{_in_words(review)}">{lost}<div class="rc-row">{row}</div></div>'
        f'<div class="rc-ruler"><span>{note}</span><span>maxlen {maxlen:,}</span></div>'
    )


def legend(review: EncodedReview) -> str:
    """Returns the legend of the marks that occur, with their counts."""
    counts = (
        (explained("padding"), "rc-padding", review.padding),
        ("start", "rc-start", int(review.tokens[0].state == "start")),
        ("known", "rc-known", review.count("known")),
        ("unknown", "rc-unknown", review.count("unknown")),
        ("cut off", "rc-cut", review.count("cut off")),
    )
    items = (f'<li><span class="{kind}">{name}</span><b>{count:,}</b></li>' for name, kind, count in counts if count)
    return f'<ul class="rc-legend">{"".join(items)}</ul>'


def words(text: str, review: EncodedReview) -> str:
    """Returns the text with every word marked; a word's tooltip is its id.

    Of the words cut off, only the last ``CUT_WORDS_SHOWN`` are there.
    """
    return f'<p class="rc-words">{"".join(_words(text, review))}</p>'


def ids(review: EncodedReview) -> str:
    """Returns the row of ids that the network reads, shape (maxlen,), padding counted; an id's tooltip is its word."""
    words = [token.word for token in review.tokens if token.state != "cut off"]
    marks = (
        f'<mark class="{_id_class(number)}" title="{_shortened(word)}">{number}</mark>'
        for number, word in zip(review.ids[review.padding :], words, strict=True)
    )
    padding = f'<mark class="rc-padding">{PADDING} × {review.padding:,}</mark>' if review.padding else ""
    return f'<div class="rc-ids">{padding}{"".join(marks)}</div>'


def _words(text: str, review: EncodedReview) -> Iterator[str]:
    hidden = max(0, review.count("cut off") - CUT_WORDS_SHOWN)
    if hidden:
        yield f"<q>… {counted(hidden, 'word')} before, cut off</q> "
    if review.padding:
        yield f'<mark class="rc-padding" title="{PADDING}">padding × {review.padding:,}</mark> '
    if review.tokens[0].state == "start":
        yield f'<mark class="rc-start" title="{START}">start</mark> '
    tokens = review.tokens[1 + hidden :]
    end = tokens[0].start if hidden else 0
    for token in tokens:
        yield _shortened(text[end : token.start], LONGEST_GAP)
        yield _word(text, token)
        end = token.end
    yield _shortened(text[end:], LONGEST_GAP)


def _word(text: str, token: Token) -> str:
    number = "" if token.state == "cut off" else f' title="{token.id}"'
    spelling = _shortened(text[token.start : token.end])
    return f'<mark class="{_CLASSES[token.state]}"{number}>{spelling}</mark>'


def _shortened(text: str, longest: int = LONGEST_WORD) -> str:
    return escape(text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 + 1 :]}")


def _id_class(number: int) -> str:
    return _ID_CLASSES.get(number, "rc-known")


def _in_words(review: EncodedReview) -> str:
    """Returns the strip and the unknown words as text for screen readers."""
    parts = (
        f"{counted(review.count('cut off'), 'word')} cut off",
        f"{review.padding:,} of {len(review.ids):,} positions padding",
        f"{counted(review.count('known'), 'word')} known",
        f"{counted(review.count('unknown'), 'word')} unknown",
    )
    unknown = [_shortened(token.word) for token in review.tokens if token.state == "unknown"]
    return ": ".join(filter(None, (", ".join(parts), ", ".join(unknown[:UNKNOWN_WORDS_SAID]))))
