"""The tasks that the program makes: what decides, where it stands, and what a bag of words makes of it."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import reduce
from itertools import pairwise

import pytest

from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.vocabulary import tokenize
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
