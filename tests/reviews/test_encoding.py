"""Texts become words, words ranks, and ranks the rows of ids that Keras makes of them."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from keras.src.datasets import imdb
from keras.src.legacy.preprocessing.text import Tokenizer, text_to_word_sequence
from keras.utils import pad_sequences

from rnn_compare.errors import UserError
from rnn_compare.reviews.encoding import pad, read_text
from rnn_compare.reviews.vocabulary import Vocabulary, rank_words, tokenize, word_spans
from rnn_compare.sources import keras_imdb

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


VOCABULARY = Vocabulary(["the", "and", "film", "was", "good"])
rank_lists = st.lists(st.lists(st.integers(1, 200), max_size=30), max_size=12)


@given(rank_lists, st.integers(4, 210), st.integers(1, 40))
def test_rows_are_those_of_pad_sequences(reviews: list[list[int]], vocabulary_size: int, maxlen: int) -> None:
    encoded = [[1] + [r + 3 if r + 3 < vocabulary_size else 2 for r in review] for review in reviews]
    expected = pad_sequences(encoded, maxlen=maxlen) if encoded else np.empty((0, maxlen), np.int32)
    ranks = np.array([rank for review in reviews for rank in review], np.int32)
    offsets = np.cumsum([0, *map(len, reviews)])
    rows = pad(ranks, offsets, vocabulary_size, maxlen)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(rows, expected)


def test_a_file_gives_the_rows_that_keras_load_data_gives(keras_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    num_words, maxlen = 100, 20
    monkeypatch.setattr(imdb, "get_file", lambda **_: str(keras_folder / "imdb.npz"))  # in place of a download
    (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=num_words, seed=113)
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(keras_folder))
    parts = keras_imdb.read(keras_imdb.find())
    assert parts.test is not None
    random = np.random.RandomState(113)  # load_data shuffles the training reviews, then the test reviews
    for ours, keras_x, keras_y in ((parts.train, x_train, y_train), (parts.test, x_test, y_test)):
        order = np.arange(len(ours.labels))
        random.shuffle(order)
        rows = pad(ours.ranks, ours.offsets, num_words, maxlen)
        np.testing.assert_array_equal(rows[order], pad_sequences(keras_x, maxlen=maxlen))
        np.testing.assert_array_equal(ours.labels[order], keras_y)


def test_a_long_text_loses_the_start_token_and_its_first_words() -> None:
    review = read_text("the film was rather good", VOCABULARY, vocabulary_size=8, maxlen=3)
    assert review.ids.tolist() == [7, 2, 2]
    assert review.padding == 0
    assert [token.state for token in review.tokens] == ["cut off", "cut off", "cut off", "known", "unknown", "unknown"]
    assert [review.count(state) for state in ("known", "unknown", "cut off")] == [1, 2, 2]


@pytest.mark.parametrize("text", ["", " \n\t", "?!... --- </>"])
def test_a_text_without_a_word_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match="no words"):
        read_text(text, VOCABULARY, vocabulary_size=100, maxlen=5)


@given(st.lists(st.sampled_from(["the", "and", "film", "was", "good", "xyzzy"]), min_size=1), st.integers(1, 20))
def test_a_typed_text_gets_the_row_of_the_same_training_review(words: list[str], maxlen: int) -> None:
    vocabulary = Vocabulary([*VOCABULARY.words, "xyzzy"])  # rank 6, id 9: out of a vocabulary of 9
    ranks = np.array([vocabulary.rank(word) for word in words], np.int32)
    row = pad(ranks, np.array([0, len(words)]), 9, maxlen)[0]
    review = read_text(" ".join(words), vocabulary, 9, maxlen)
    np.testing.assert_array_equal(review.ids, row)
    assert review.padding == np.count_nonzero(row == 0)


def test_tokens_point_at_the_spelling_of_the_text() -> None:
    text = "The <b>FILM</b> was İyi 👍"
    tokens = read_text(text, VOCABULARY, vocabulary_size=100, maxlen=10).tokens
    spelled = [text[token.start : token.end] for token in tokens[1:]]
    assert spelled == ["The", "b", "FILM", "b", "was", "İyi", "👍"]
