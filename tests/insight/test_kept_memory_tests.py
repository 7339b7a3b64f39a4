from pathlib import Path

import numpy as np
import pytest

from rnn_compare.insight.kept_memory_tests import keep, kept
from rnn_compare.paths import CACHE_VARIABLE, run_folder
from tests.charts.memories import found


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))


def test_what_was_found_comes_back_whole_for_the_same_weights_only() -> None:
    test = found(neutral=["screenplay", "naïve"])
    keep("one", "abc", test)
    again = kept("one", "abc")
    assert again is not None
    for name in ("distances", "told_apart", "effect"):
        np.testing.assert_allclose(getattr(again, name), getattr(test, name), rtol=1e-6)
    assert (again.pairs, again.words) == (test.pairs, test.words)
    assert kept("one", "abd") is None
    assert kept("other", "abc") is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"words": {"positive": [["a"]]}}', '{"words": {"a": []}}'])
def test_a_file_that_holds_none_counts_as_missing(content: str) -> None:
    run_folder("one").mkdir(parents=True)
    (run_folder("one") / "memory-abc.json").write_text(content)
    assert kept("one", "abc") is None


def test_a_folder_that_cannot_be_written_to_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    keep("one", "abc", found())
    assert kept("one", "abc") is None
