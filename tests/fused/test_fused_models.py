import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import keras
import pytest
from numba.core.caching import IndexDataCacheFile

from rnn_compare import settings
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, Setting
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network import FusedNetwork, why_not_fused
from rnn_compare.networks import keras_models
from rnn_compare.runs.estimate import NO_HISTORY
from rnn_compare.training.worker import compilation
from rnn_compare.training.worker.compilation import PARTS
from tests.kit.networks import small


@pytest.mark.parametrize(
    ("option", "optimizer"),
    [
        ("clipvalue", keras.optimizers.RMSprop(0.001, clipvalue=0.001)),
        ("amsgrad", keras.optimizers.Adam(0.01, amsgrad=True)),
        ("momentum", keras.optimizers.SGD(0.1, momentum=0.9)),
        ("learning_rate", keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10))),
    ],
)
def test_fused_layers_refuse_other_options_of_an_optimizer(
    monkeypatch: pytest.MonkeyPatch, option: str, optimizer: Any
) -> None:
    monkeypatch.setattr(keras_models, "optimizer", lambda _: optimizer)
    with pytest.raises(UserError, match=f"optimizer's {option}: "):
        keras_models.build(small(), FusedNetwork)


def test_only_a_setting_that_kernels_apply_by_its_declaration_needs_no_stock_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = [name for name, setting in settings.SETTINGS.items() if setting.of_optimizer and setting.fused]
    assert arguments == ["learning_rate", "clipnorm"]
    assert not why_not_fused(Experiment(dropout=0.5, bidirectional=True, layers=3, mask_padding=True))
    assert why_not_fused(Experiment(recurrent_dropout=0.1)) == "recurrent dropout"
    changed = Experiment(clipnorm=0.5, cell="LSTM")
    fused, reason = NO_HISTORY.epoch_seconds(changed), why_not_fused(changed)
    monkeypatch.setitem(settings.SETTINGS, "clipnorm", Setting("clipnorm", "training", of_optimizer=True))
    assert (reason, why_not_fused(changed)) == ("", "clipnorm")
    assert NO_HISTORY.epoch_seconds(changed) > 2 * fused, "the estimate reads the same declaration"


def test_kernels_are_compiled_under_a_lock_and_loaded_without_but_in_advance_only_once_they_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    lock, calls = MagicMock(), list[str]()
    monkeypatch.setattr(compilation, "FileLock", lock)
    monkeypatch.setattr(compilation, "_call", calls.append)
    compilation.load_compiled()
    assert calls == [], "a machine's first start waits for none"
    compilation.compile_kernels("GRU")
    compilation.load_compiled()
    assert calls == ["GRU", "GRU"]
    for _ in range(2):
        compilation.warm_up()
        assert lock.call_count == len(PARTS), "the first one compiles while others wait; afterwards nobody waits"


def test_two_processes_that_compile_at_once_keep_what_both_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_type: Any = IndexDataCacheFile  # which has no types
    read = index_type._load_index

    def read_slowly(index: Any) -> Any:
        names = read(index)
        time.sleep(0.1)
        return names

    monkeypatch.setattr(index_type, "_load_index", read_slowly)
    index = index_type(str(tmp_path), "backward", "")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda cell: index.save(cell, f"code of {cell}"), ("LSTM", "GRU")))
    assert [index.load(cell) for cell in ("LSTM", "GRU")] == ["code of LSTM", "code of GRU"]


@pytest.mark.usefixtures("prepared_cache")
def test_the_next_process_loads_all_kernels_and_compiles_nothing() -> None:
    """In a new process, in which no other test has compiled anything."""
    layers, both_ways, mask, dropout = {"layers": 2}, {"bidirectional": True}, {"mask_padding": True}, {"dropout": 0.2}
    together: dict[str, Any] = {**layers, **both_ways, **mask, **dropout}
    settings: list[dict[str, Any]] = [{"cell": cell} for cell in KERNELS]
    settings += [{"cell": cell, **together} for cell in ("LSTM", "IndRNN", "minGRU")]
    settings += [layers, both_ways, mask, dropout, {"batch_size": 1}]
    program = f"""
import numpy as np
from numba.core.registry import CPUDispatcher
from rnn_compare.experiment import Experiment
from rnn_compare.fused import arithmetic, embedding, optimizers, packing, recurrence, sequences
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models
from rnn_compare.training.worker.compilation import warm_up
modules = (arithmetic, embedding, optimizers, packing, recurrence, sequences)

def compiled():
    names = [(module, name) for module in modules for name in vars(module)]
    kernels = {{(module.__name__, name): getattr(module, name) for module, name in names}}
    return {{name: kernel for name, kernel in kernels.items() if isinstance(kernel, CPUDispatcher)}}

def signatures():
    return {{name: len(kernel.signatures) for name, kernel in compiled().items()}}

warm_up()
before = signatures()
cells = [name for name, kernel in KERNELS.items() if not all(step.cache_hits for step in kernel.functions.values())]
print("not in the cache:", {{*cells, *(name for name, kernel in compiled().items() if kernel.stats.cache_misses)}})
for setting in {settings!r}:
    experiment = Experiment(units=3, embedding_size=4, vocabulary_size=100, maxlen=6, **setting)
    x = np.random.default_rng(0).integers(0, 100, (experiment.batch_size, 6)).astype(np.int32)
    keras_models.build(experiment, FusedNetwork).train_on_batch(x, np.ones(len(x)))
print("more:", {{name: count for name, count in signatures().items() if count != before[name]}})
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert process.stdout.splitlines()[-2:] == ["not in the cache: set()", "more: {}"]
