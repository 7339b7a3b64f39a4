import itertools
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.baselines import bags
from rnn_compare.errors import UserError
from rnn_compare.explain.word_memory import choose_words, log_odds
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import tokenize
from rnn_compare.sources.source import Labelled
from rnn_compare.sources.task import NEUTRAL


@pytest.fixture
def reviews(reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Reviews:
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    return prepared.load("bundled")


def test_a_word_counts_once_a_review_and_reviews_in_parts_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    lengths, labels = random.integers(1, 30, 40), random.integers(0, 2, 40)
    ranks, offsets = random.integers(1, 25, lengths.sum()), np.cumsum([0, *lengths])
    texts = [set(ranks[start:end]) for start, end in itertools.pairwise(offsets)]
    monkeypatch.setattr(bags, "REVIEWS_AT_ONCE", 7)
    odds, share = log_odds(Labelled(ranks, offsets, labels), 20)

    def log_of_odds(rank: int, label: int) -> float:
        held = [rank in text for text, own_label in zip(texts, labels, strict=True) if own_label == label]
        return float(np.log((sum(held) + 0.5) / (len(held) - sum(held) + 0.5)))

    for rank in range(1, 21):
        assert odds[rank - 1] == pytest.approx(log_of_odds(rank, 1) - log_of_odds(rank, 0))
        assert share[rank - 1] == pytest.approx(sum(rank in text for text in texts) / 40)


def test_sentiment_words_are_those_a_reader_would_name_and_neutral_ones_stand_in_both_kinds_of_reviews_alike(
    reviews: Reviews,
) -> None:
    words = choose_words(reviews, 10_000)
    positive, negative, neutral = (dict(group) for group in (words.positive, words.negative, words.neutral))
    assert {"wonderful", "superb", "excellent"} <= positive.keys()
    assert {"worst", "awful", "waste"} <= negative.keys()
    assert (len(positive), len(negative), len(neutral)) == (10, 10, 100)
    assert min(positive.values()) > 1.4
    assert max(negative.values()) < -1.4
    assert max(map(abs, neutral.values())) < 0.05
    shares = [0, 0]
    for index in range(0, len(reviews.training.labels), 10):  # counted from the texts themselves
        shares[reviews.label(index)] += len(neutral.keys() & tokenize(reviews.text(index)))
    assert shares[1] / shares[0] == pytest.approx(1, abs=0.06)


def test_no_numeral_markup_or_scrap_of_the_tokenizer_is_chosen_and_no_word_twice(reviews: Reviews) -> None:
    for size in (100, 300, 10_000):
        words = choose_words(reviews, size)
        chosen = [word for word, _ in words.positive + words.negative + words.neutral]
        assert len(set(chosen)) == len(chosen)
        assert all(word.isalpha() and len(word) >= 3 for word in chosen)
        assert all(reviews.vocabulary.id(word, size) > 2 for word in chosen)
        assert len(words.positive) == len(words.negative)
    few = dict(choose_words(reviews, 100).neutral)
    assert 3 < len(few) < 40, "of few known words only the neutral ones count as neutral"
    assert not {"there", "movie", "bad"} & few.keys()
    assert max(map(abs, few.values())) < 0.1


def test_a_source_without_sentiment_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text('["film", "plot"]')
    both = Labelled(np.array([1, 2, 1, 2]), np.array([0, 2, 4]), np.array([0, 1]))
    with pytest.raises(UserError, match="larger vocabulary"):
        choose_words(Reviews(tmp_path, both, None, None, None), 100)


@pytest.mark.usefixtures("empty_cache")
def test_in_a_task_only_the_marked_words_have_a_side_and_in_that_of_order_none_has() -> None:
    for distance in (30, 200):
        chosen = choose_words(prepared.load(f"first-word-{distance}"), 100)
        assert [[word for word, _ in group] for group in (chosen.positive, chosen.negative)] == [["red"], ["blue"]]
        assert {word for word, _ in chosen.neutral} <= set(NEUTRAL.split())
    with pytest.raises(UserError, match="Choose another source"):
        choose_words(prepared.load("order-30"), 100)
