"""A review as marked HTML: right marks, nothing of a typed text as markup, and never much of it."""

from html.parser import HTMLParser

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_compare.dashboard.widgets.review import review_text
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.reviews.vocabulary import Vocabulary, tokenize

VOCABULARY = Vocabulary(["the", "film", "br", "was", "good"])


class Marks(HTMLParser):
    """Gathers, of a piece of HTML, its tags and attributes, its titles, and all text with its class."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.marked: list[tuple[str, str]] = []
        self.titles: list[str] = []
        self._classes: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= values.keys()
        self._classes.append(values.get("class", ""))
        self.titles += [values["title"]] if "title" in values else []

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # HTMLParser hands it over
        self._classes.pop()

    def handle_data(self, data: str) -> None:
        self.marked.append((self._classes[-1] if self._classes else "", data))

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.marked]

    def classed(self, kind: str) -> list[str]:
        return [text for classes, text in self.marked if classes == kind]


def read(text: str, maxlen: int = 8, vocabulary_size: int = 100) -> EncodedReview:
    return read_text(text, VOCABULARY, vocabulary_size, maxlen)


def words(text: str, maxlen: int = 8) -> Marks:
    return Marks(review_text.words(text, read(text, maxlen)))


def test_each_word_is_marked_by_what_became_of_it_with_its_id_in_the_row_that_the_network_reads() -> None:
    marks = words("Oh, the FILM was good!", maxlen=4)
    assert (marks.classed("rc-cut"), marks.classed("rc-known")) == (["Oh"], ["the", "FILM", "was", "good"])
    text = "the zzz film"
    review, marks = read(text), words(text)
    assert (marks.classed("rc-unknown"), marks.classed("rc-padding")) == (["zzz"], ["padding × 4"])
    assert marks.titles == ["0", "1", "4", "2", "5"]
    marks = Marks(review_text.ids(review))
    assert review.ids.tolist() == [0, 0, 0, 0, 1, 4, 2, 5]
    assert marks.texts == ["0 × 4", "1", "4", "2", "5"]
    assert marks.titles == ["[start]", "the", "zzz", "film"]
    assert marks.classed("rc-unknown") == ["2"]
    legend = Marks(review_text.legend(review))
    assert legend.texts == ["padding", "4", "start", "1", "known", "2", "unknown", "1"]


def test_the_strip_shows_every_position_and_says_what_is_cut_off_and_which_words_are_unknown() -> None:
    review = read("the film was good " * 10, maxlen=6)
    assert '<span class="rc-cut">cut off</span><b>34</b>' in review_text.legend(review)
    for part in (
        "<span>not to scale</span>",
        "<span>maxlen 6</span>",
        '<i class="rc-known" style="flex: 6"></i>',
        'aria-label="34 words cut off, 0 of 6 positions padding, 6 words known, 0 words unknown"',
    ):
        assert part in review_text.strip(review)
    assert '3 words known, 2 words unknown: zzz, yyy"' in review_text.strip(read("the zzz film was yyy"))
    spoken = review_text.strip(read(" ".join(f"z{number}" for number in range(100)), maxlen=200))
    assert ("100 words unknown: z0, " in spoken, "z19" in spoken, "z20" in spoken) == (True, True, False)
    assert "start cut off" in review_text.strip(read("the film", maxlen=2)), "no word is"
    fits = review_text.strip(read("the film"))
    assert '<div class="rc-ruler"><span></span>' in fits
    assert "rc-lost" not in fits
    widest = EncodedReview(np.arange(1000, dtype=np.int32) % 5, 0, read("good " * 999, maxlen=1000).tokens)
    assert review_text.strip(widest).count("<i ") == 800, "ids 3 and 4 are both known words, so they join"


@given(st.text(min_size=1, max_size=200), st.integers(1, 12))
@example("<script>alert(1)</script>", 12)
@example("</p></div><img src=x onerror=alert(1)>", 12)
@example('"><b title="', 12)
@example("&lt;b&gt; good", 12)
def test_any_text_is_escaped_and_shown_as_it_was_typed(text: str, maxlen: int) -> None:
    text += " good"  # so that there is a word
    review = read(text, maxlen)
    whole = Marks(review_text.html(text, review) + review_text.ids(review))
    assert whole.tags <= {"div", "i", "span", "ul", "li", "b", "p", "mark", "q", "abbr"}
    assert whole.attributes <= {"class", "style", "role", "aria-label", "title", "tabindex"}
    marks = words(text, maxlen)
    read_words = [word for kind in ("rc-known", "rc-unknown") for word in marks.classed(kind)]
    assert len(read_words) == review.count("known") + review.count("unknown")
    if len(text) < review_text.LONGEST_GAP:
        exactly = words(text, maxlen=len(tokenize(text)) + 1)
        assert "".join(exactly.texts).removeprefix("start ") == text


def test_of_an_endless_text_word_or_gap_little_is_sent() -> None:
    for text in ("a" * 1_000_000, "good" + "!" * 1_000_000 + "film"):
        html = review_text.html(text, read(text))
        assert "…" in html
        assert len(html) < 5_000
    text = "the film was good <b>zzz</b> " * 17_000
    review = read(text, maxlen=1000)
    html = review_text.html(text, review)
    assert len(html) < 200_000
    marks = Marks(html)
    cut = review.count("cut off")
    assert cut > 100_000
    assert len(marks.classed("rc-cut")) == 1 + review_text.CUT_WORDS_SHOWN  # and the legend's own
    assert f"… {cut - review_text.CUT_WORDS_SHOWN:,} words before, cut off" in marks.texts
    assert len(marks.classed("rc-known")) + len(marks.classed("rc-unknown")) == 1000 + 2
