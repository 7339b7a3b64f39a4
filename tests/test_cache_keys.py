"""What is computed once and then looked up is computed anew when anything that it is made of has changed."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.atomic import sha256
from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.comparison import baselines
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.stage import Stage
from rnn_compare.reviews.prepared import Reviews
from tests.kit.classes import OWN

REVIEWS = cast("Reviews", SimpleNamespace(folder=Path("reviews-1")))
SPLIT = Experiment(vary_split=True, test_split=0.2)
OTHERS: dict[str, Any] = {
    **{"source": "keras", "reviews": 500, "validation_split": 0.3, "test_split": 0.1, "vary_split": False},
    **{"vocabulary_size": 500, "seed": 7, "distance": 7},
}
"""Another value of every setting that baselines depend on."""


def test_the_hash_of_a_file_is_that_of_its_content_also_after_it_was_rewritten_in_the_same_size(tmp_path: Path) -> None:
    file = tmp_path / "file"
    hashes = set()
    for second, content in enumerate((b"first", b"other")):
        file.write_bytes(content)
        os.utime(file, (second, second))
        hashes.add(sha256(file))
    assert len(hashes) == 2


@pytest.mark.parametrize("setting", baselines.BASELINE_SETTINGS)
def test_the_file_of_baselines_has_another_name_for_another_value_of_each_setting_that_they_read(setting: str) -> None:
    changed = SPLIT.model_copy(update={setting: OTHERS[setting]})
    assert baselines._name(REVIEWS, changed) != baselines._name(REVIEWS, SPLIT)


@given(units=st.integers(1, 512), epochs=st.integers(1, 100))
def test_it_has_the_same_name_for_other_networks(units: int, epochs: int) -> None:
    assert baselines._name(REVIEWS, SPLIT.model_copy(update={"units": units, "epochs": epochs})) == baselines._name(
        REVIEWS, SPLIT
    )


def test_it_has_another_name_once_there_is_another_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    before = baselines._name(REVIEWS, SPLIT)
    names = [*all_baselines(), "a package's"]
    monkeypatch.setattr(baselines, "all_baselines", lambda: names)
    assert baselines._name(REVIEWS, SPLIT) != before


def test_a_question_that_is_edited_while_its_lecture_runs_has_the_outcome_of_its_new_text(stage: Stage) -> None:
    outcomes = [
        stage.outcome(OWN.model_copy(update={"right": right}), stage.services.snapshot(), []).answer for right in (0, 1)
    ]
    assert outcomes == [0, 1]
