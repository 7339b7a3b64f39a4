import importlib.util
import os
import re
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.protocol import WorkerQuestion
from rnn_compare.training.worker import worker_process
from tests.kit.servers import PROJECT

pytestmark = pytest.mark.usefixtures("empty_cache")


def refuse(sentence: str) -> None:
    raise UserError(sentence)


def fill_the_disk() -> None:
    raise OSError(28, "No space left on device")


def test_what_goes_wrong_comes_back_as_a_sentence(empty_cache: Path) -> None:
    for function, arguments, sentence in (
        (refuse, ("There is nothing.",), r"^There is nothing\.$"),
        (fill_the_disk, (), r"cannot be used \(No space left on device\)"),
        (divmod, (1, 0), rf"ZeroDivisionError.*{re.escape(str(empty_cache / 'workers.log'))}"),
    ):
        with pytest.raises(UserError, match=sentence):
            worker_process.answer(WorkerQuestion(function, arguments))


@pytest.fixture
def tensorflow(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the byte code of a TensorFlow that has none yet would lie."""
    cached = empty_cache / "site-packages" / "tensorflow" / "__pycache__" / "__init__.pyc"
    cached.parent.parent.mkdir(parents=True)
    spec = ModuleSpec("tensorflow", None)
    spec.cached = str(cached)
    monkeypatch.setattr(importlib.util, "find_spec", {"tensorflow": spec}.get)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return cached


def test_byte_code_that_must_not_be_beside_the_sources_is_stored_in_the_cache_folder_unless_it_lies_there(
    empty_cache: Path, tensorflow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    worker_process.redirect_byte_code()
    assert sys.pycache_prefix is None, "Python may write it beside them"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    worker_process.redirect_byte_code()
    assert sys.pycache_prefix == str(empty_cache / "bytecode")
    assert not sys.dont_write_bytecode

    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    tensorflow.parent.mkdir()
    tensorflow.touch()
    worker_process.redirect_byte_code()
    assert sys.pycache_prefix is None


def test_a_worker_starts_without_what_keras_takes_along_only_because_it_is_installed(tmp_path: Path) -> None:
    script = (
        "import sys; from rnn_compare.training.worker import worker_process; worker_process.prepare();"
        " print(sorted(sys.modules.keys() & {'tensorflow', *worker_process.OPTIONAL})); import pandas, sklearn"
    )
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['tensorflow']"
