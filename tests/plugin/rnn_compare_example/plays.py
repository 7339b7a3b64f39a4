"""Forty reviews of plays, and four to test with."""

from rnn_compare.sources.source import Source, WrittenReviews, script_from_texts


def _read() -> WrittenReviews:
    texts = [f"A fine play, no. {evening}" if evening % 2 else f"What a bore! No {evening}" for evening in range(40)]
    labels = [evening % 2 for evening in range(40)]
    return WrittenReviews(texts, labels, ["A fine bore", "a FINE xylophone", "What?", "play"], [0, 1, 0, 1])


SOURCE = Source(
    name="plays",
    title="Plays, seen last year",
    corpus="plays",
    size=40,
    test_size=4,
    fingerprint=lambda: "1",
    read=_read,
    script=script_from_texts("texts, labels = [], []"),
)
