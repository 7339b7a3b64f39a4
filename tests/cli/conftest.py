"""Commands in this process, and what they print."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cli.main import BAD_INPUT, main
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.runs.store import RunStore

COMMAND = """
import sys
from rnn_compare.cli.main import main
code = main(sys.argv[1:])
print(sorted({"keras", "tensorflow"} & sys.modules.keys()), file=sys.stderr)
raise SystemExit(code)
"""
"""Its last line on stderr names what only workers import."""
Answer = Callable[..., str]
Facts = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def store(tmp_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """An empty record beside prepared reviews, which commands read too."""
    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    opened = RunStore(cache_folder() / "runs.db")
    yield opened
    opened.close()


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Runs a command that succeeds, and returns what it prints."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def facts(answer: Answer) -> Facts:
    """Runs a command with `--json`, and returns its lines."""
    return lambda *arguments: [json.loads(line) for line in answer(*arguments, "--json").splitlines()]


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Runs a command that is refused and does nothing, and returns the sentence."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(list(arguments)) == BAD_INPUT
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "Traceback" not in printed.err
        return printed.err

    return run
