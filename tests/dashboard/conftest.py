from types import SimpleNamespace
from typing import Any

import pytest

from rnn_compare.dashboard import components
from rnn_compare.reviews import prepared
from tests.kit.networks import VOCABULARY


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    monkeypatch.setattr(components, "show_figure", lambda chart, key: figures.update({key: chart}))
    return figures


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source has the words of ``VOCABULARY``."""
    monkeypatch.setattr(prepared, "load", lambda _source: SimpleNamespace(vocabulary=VOCABULARY))
