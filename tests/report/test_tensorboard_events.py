from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from rnn_compare.report.contents import gather
from rnn_compare.report.tensorboard_events import event_files

from .conftest import Trained


def test_tensorboard_reads_the_curves_as_keras_would_have_written_them(trained: Trained, tmp_path: Path) -> None:
    for path, content in event_files(gather(trained.store, trained.ids)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    runs = trained.store.runs(trained.ids)
    assert len(list(tmp_path.iterdir())) == len(runs)
    for run in runs:
        [folder] = tmp_path.glob(f"* {run.id}")
        for part, prefix in (("train", ""), ("validation", "val_")):
            read = EventAccumulator(str(folder / part))
            read.Reload()
            for name in ("accuracy", "loss"):
                scalars = read.Scalars(f"epoch_{name}")
                assert [scalar.step for scalar in scalars] == [0, 1]
                expected = [epoch[prefix + name] for epoch in run.epochs]
                assert [scalar.value for scalar in scalars] == pytest.approx(expected, rel=1e-6)
            assert scalars[0].wall_time - (run.started or 0) == pytest.approx(run.epochs[0].seconds, abs=1e-3)
        assert "epoch_auc" in read.Tags()["scalars"]


def test_written_again_it_replaces_what_was_written_before(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids)
    assert event_files(contents) == event_files(contents)
