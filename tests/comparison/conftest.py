from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import shipped
from rnn_compare.runs.store import RunStore


@pytest.fixture
def store(tmp_path: Path, reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """An empty record, beside the bundled reviews."""
    (tmp_path / "reviews").symlink_to(reviews_cache / "reviews")  # and no baselines
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "nothing shipped")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    record = RunStore(tmp_path / "runs.db")
    yield record
    record.close()


@pytest.fixture
def evidence(store: RunStore) -> Evidence:
    return Evidence(store)
