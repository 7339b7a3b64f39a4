from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from keras.src.legacy.preprocessing.text import Tokenizer, text_to_word_sequence

from rnn_compare.reviews.vocabulary import Vocabulary, rank_words, tokenize, word_spans

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
texts = st.text(st.sampled_from(FILTERS + " '\r\x85\xa0aAbBzZ09éÉßİıΣσς\u2028\u2003🎬👍🏽") | st.characters())


@example("A GREAT film, which wasn't; 'twas")
@example("well-made<br /><br />10/10 \t a\nb  c ")
@example("one\xa0word, line\rfeed\x85")
@example("snake_case 👍🏽 <b>bold</b>")
@given(texts)
def test_any_text_gives_keras_words(text: str) -> None:
    assert tokenize(text) == text_to_word_sequence(text)


@example("İİ was Good")
@given(texts)
def test_spans_name_the_same_words_and_cover_all_but_separators(text: str) -> None:
    spans = list(word_spans(text))
    assert [word for word, _, _ in spans] == tokenize(text)
    uncovered, position = "", 0
    for word, start, end in spans:
        # The last letter of a Greek word may be written ς where the word stands alone.
        assert text[start:end].lower().replace("ς", "σ") == word.replace("ς", "σ")
        uncovered += text[position:start]
        position = end
    assert set(uncovered + text[position:]) <= set(FILTERS + " ")


@example(["zoo ant", "moth moth ant zoo"])
@given(st.lists(texts, min_size=1))
def test_ranks_are_those_of_keras_tokenizer(reviews: list[str]) -> None:
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(reviews)
    words, ranks, offsets = rank_words(reviews)
    assert {word: rank for rank, word in enumerate(words, start=1)} == tokenizer.word_index
    rows = [ranks[start:end].tolist() for start, end in pairwise(offsets)]
    assert rows == tokenizer.texts_to_sequences(reviews)


def test_ids_begin_at_four_and_end_below_the_vocabulary_size() -> None:
    vocabulary = Vocabulary(["the", "and"])
    assert [vocabulary.id(word) for word in ("the", "and", "a")] == [4, 5, 2]
    assert [vocabulary.id(word, vocabulary_size=5) for word in ("the", "and")] == [4, 2]
    assert [vocabulary.word(i) for i in (0, 1, 2, 4, 5)] == ["[padding]", "[start]", "[unknown]", "the", "and"]
    for no_word in (-1, 3, 6):
        with pytest.raises(IndexError, match=f"no word has the id {no_word}"):
            vocabulary.word(no_word)
