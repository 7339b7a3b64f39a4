"""What a memory test may have found."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_compare.charts.palette import looks
from rnn_compare.dashboard.widgets.memory_test import NetworkMemory
from rnn_compare.explain.word_memory import MemoryTest, WordChoice


def memory_result(
    positive: Sequence[str] = ("superb",), neutral: Sequence[str] = ("screenplay", "however"), **changes: Any
) -> MemoryTest:
    """What the test of a network may find."""
    words = WordChoice(*(tuple((word, 0.0) for word in group) for group in (positive, ["waste"], neutral)))
    figures: dict[str, Any] = {"distances": [1, 10, 100], "told_apart": [1.0, 0.8, 0.5], "effect": [2.0, 0.5, -0.001]}
    arrays = {name: np.array(changes.get(name, values)) for name, values in figures.items()}
    return MemoryTest(**arrays, pairs=changes.get("pairs", 200), words=words)


def recalled(title: str = "mine", **changes: Any) -> NetworkMemory:
    return NetworkMemory(title, looks(["SimpleRNN"])[0], memory_result(**changes))
