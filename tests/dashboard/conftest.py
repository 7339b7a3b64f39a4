from typing import Any

import pytest

from rnn_compare.dashboard import components


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    figures: dict[str, Any] = {}

    def show(chart: Any, key: str) -> None:
        figures[key] = chart

    monkeypatch.setattr(components, "show_figure", show)
    return figures
