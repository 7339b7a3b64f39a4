from rnn_compare.sources.registry import source
from rnn_compare.sources.source import WrittenReviews


def test_it_holds_all_labelled_sentences_and_no_review_of_imdb() -> None:
    found = source("rotten-tomatoes")
    held = found.read()
    assert isinstance(held, WrittenReviews)
    assert len(held.texts) == len(held.labels) == found.size == 8_530
    assert sum(held.labels) == 4_265
    assert max(len(text) for text in held.texts) < 300
    assert not held.test_texts


def test_its_corpus_is_not_that_of_imdb() -> None:
    assert source("rotten-tomatoes").corpus != source("bundled").corpus
