from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.explain.word_memory import MemoryTest, WordChoice
from tests.charts.chosen_runs import chosen


def memory_result(
    positive: Sequence[str] = ("superb",), neutral: Sequence[str] = ("screenplay", "however"), **changes: Any
) -> MemoryTest:
    """What the test of a network may find."""
    words = WordChoice(*(tuple((word, 0.0) for word in group) for group in (positive, ["waste"], neutral)))
    figures: dict[str, Any] = {"distances": [1, 10, 100], "told_apart": [1.0, 0.8, 0.5], "effect": [2.0, 0.5, -0.001]}
    arrays = {name: np.array(changes.get(name, values)) for name, values in figures.items()}
    return MemoryTest(**arrays, pairs=changes.get("pairs", 200), words=words)


def recalled(title: str = "mine", **changes: Any) -> tuple[LoadedNetwork, MemoryTest]:
    return chosen(title), memory_result(**changes)
