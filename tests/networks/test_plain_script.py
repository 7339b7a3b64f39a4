import re
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.reviews import prepared


def test_the_plain_files_first_epoch_is_the_programs_from_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small: dict[str, Any] = {"units": 6, "embedding_size": 5, "vocabulary_size": 100, "maxlen": 40, "reviews": 300}
    small |= {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 64, "epochs": 1, "seed": 5}
    experiment = Experiment.model_validate({"cell": "GRU", "source": "order", **small})
    model = keras_models.build(experiment, FusedNetwork)
    np.savez(tmp_path / "initial.npz", *model.get_weights())
    training, validation = prepared.load(experiment.dataset).padded(experiment).batches(experiment)
    history = model.fit(training, validation).history
    file = tmp_path / "plain.py"
    file.write_text(plain_script(experiment), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(file), str(tmp_path / "initial.npz")])
    runpy.run_path(str(file), run_name="__main__")
    accuracy, loss = re.findall(r"val_accuracy (\S+) val_loss (\S+)", capsys.readouterr().out)[0]
    assert float(accuracy) == pytest.approx(history["val_accuracy"][0], abs=1e-4)
    assert float(loss) == pytest.approx(history["val_loss"][0], abs=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_the_plain_file_is_short_and_needs_numpy_alone(cell: str) -> None:
    text = plain_script(Experiment(cell=cell))
    assert text.count("\n") <= 250
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) == {
        *("collections", "csv", "importlib", "numpy", "sys")
    }
